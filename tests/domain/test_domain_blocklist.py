import sys
import unicodedata
from collections.abc import Callable
from types import FrameType
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.blocklist import find_blocked, folds_to_nothing
from bot.domain.community import BlockedWord
from bot.domain.confusables import fold

# Words that offend nobody stand in for those that do; the last three are the field's classic pitfalls.
BADGER = BlockedWord(word="badger")
BAD = BlockedWord(word="bad")
SHOT = BlockedWord(word="shot")
ASS = BlockedWord(word="ass")
CUM = BlockedWord(word="cum", whole=False)
ZAPPER = BlockedWord(word="zapper", whole=False)
PHRASE = BlockedWord(word="blow up")
FALUN = BlockedWord(word="法轮")
ROT = BlockedWord(word="рот")  # Russian for mouth
CYRILLIC = BlockedWord(word="сука")
THAI = BlockedWord(word="ห้าม")
HANGUL = BlockedWord(word="가", whole=False)
KANA = BlockedWord(word="か")

EVASIONS = [
    (BAD, "BAD"),
    (BAD, "a bad, bad dog"),
    (BAD, "bad."),
    (BAD, "(bad)"),
    (BAD, "so-bad"),
    (BAD, "really_bad_dog"),
    (BAD, "bad's"),
    (BAD, "ｂａｄ"),
    (BAD, "𝐁𝐀𝐃"),
    (BAD, "𝓫𝓪𝓭"),
    (BAD, "ⓑⓐⓓ"),
    (BAD, "🅱🅰🅳"),
    (BAD, "🇧🇦🇩"),
    (BAD, "bàd"),
    (BAD, "b̶a̶d̶"),
    (BAD, "b̷͎͝á̴͉d̵͓̆"),
    (BAD, "ʙᴀᴅ"),
    (BAD, "ba\u200bd"),
    (BAD, "b\u00ada\u2060d"),
    (BAD, "b\ufe0fad"),
    (BAD, "b\u034fad"),
    (BAD, "b\u3164ad"),
    (BAD, "\u202ebad\u202c"),
    (BAD, "bаd"),  # a Cyrillic а
    (BAD, "ВАD"),  # Cyrillic В and А
    (BAD, "bαd"),
    (BAD, "b.a.d"),
    (BAD, "b a d"),
    (BAD, "a b a d dog"),
    (BAD, "very b-a-d"),
    (BAD, "b a.d"),
    (BAD, "i b.a.d you"),
    (BAD, "b.а.d"),
    (BAD, "ｂ．ａ．ｄ"),
    (BAD, "b\na\nd"),
    (BAD, "baaaad"),
    (BAD, "baad"),
    (BAD, "bbbaaaddd"),
    (BAD, "b4d"),
    (BAD, "b@d"),
    (BAD, "8ad"),
    (BAD, "b.4.d"),
    (BAD, "bad1"),
    (BAD, "画bad图"),
    (BAD, "bad图"),
    (SHOT, "sh0t"),
    (SHOT, "$hot"),
    (SHOT, "shottt"),
    (BlockedWord(word="list"), "l1st"),
    (BlockedWord(word="list"), "1ist"),
    (ASS, "asss"),
    (ASS, "a$s"),
    (BADGER, "bádgęr"),
    (BADGER, "BADGEEER"),
    (BADGER, "b a d g e r"),
    (BlockedWord(word="ｂａｄ"), "bad"),
    (BlockedWord(word="BÁD"), "bad"),
    (BlockedWord(word="bad", whole=False), "unbadly"),
    (ZAPPER, "megazapperish"),
    (ZAPPER, "megaz4pperish"),
    (ZAPPER, "zaapper zaaapper"),
    (ZAPPER, "m e g a z a p p e r"),
    (ZAPPER, "megaⓩapper"),
    (ZAPPER, "megazаppеr"),
    (CUM, "documents"),  # what a whole word is for
    (PHRASE, "blow up the bridge"),
    (PHRASE, "Blow  UP"),
    (PHRASE, "blow-up"),
    (PHRASE, "blоw up"),  # a Cyrillic о
    (FALUN, "他练法轮功"),
    (FALUN, "法 轮 功"),
    (FALUN, "法*轮"),
    (FALUN, "法😀轮"),
    (FALUN, "法\u200b轮"),
    (FALUN, "法.轮"),
    (BlockedWord(word="敏感词", whole=True), "这是敏感词吗"),
    (BlockedWord(word="AV女优"), "看av女优照片"),
    (ROT, "открыл рот"),
    (ROT, "РОТ"),
    (ROT, "pот"),  # a Latin p
    (CYRILLIC, "cyка"),
    (THAI, "สูบบุหรี่ห้ามเด็ดขาด"),
    (HANGUL, "나가다"),
    (KANA, "ほかの"),
    (KANA, "かに"),
]  # fmt: skip

INNOCENT = [
    (BAD, "badge, badminton and forbade"),
    (BAD, "abad"),
    (BAD, "ba d"),
    (BAD, "plan b, a dog"),
    (BAD, "b d"),
    (BAD, "Bade at 10:30"),
    (BAD, ""),
    (BAD, "!!! ... 🎉"),
    (BAD, "bd4"),
    (ASS, "a classic assembly of grass and brass, please assess the bass"),
    (ASS, "as as"),
    (ASS, "a Samsung A55"),
    (ASS, "Scunthorpe, Assam, Massachusetts"),
    (ASS, "a s"),
    (SHOT, "shoot the shooting stars"),
    (SHOT, "a screenshot"),
    (CUM, "vacuum"),
    (BlockedWord(word="god"), "a good dog"),
    (BlockedWord(word="lose"), "a loose tie"),
    (BlockedWord(word="hel"), "hello hell"),
    (BlockedWord(word="sex"), "Essex and Sussex, a sextant"),
    (BlockedWord(word="cock"), "a peacock, a cockpit, a cocktail"),
    (BlockedWord(word="tit"), "the title of a titanic petition"),
    (BlockedWord(word="nig"), "a night in Niger"),
    (BlockedWord(word="coon"), "raccoon"),
    (BlockedWord(word="anal"), "a canal analysis"),
    (BlockedWord(word="rape"), "a grape and drapes"),
    (BlockedWord(word="pis"), "ps5"),
    (BlockedWord(word="mp"), "mp3"),
    (BlockedWord(word="ks"), "4ks"),
    (BlockedWord(word="puc"), "рис"),  # Russian for rice
    (BlockedWord(word="pot"), "рот"),
    (ROT, "a pot of tea"),
    (BlockedWord(word="hoc"), "нос"),  # nose
    (PHRASE, "blow it up"),
    (PHRASE, "blow upstairs"),
    (FALUN, "方法 轮子"),
    (FALUN, "方法，轮子"),
    (FALUN, "方法/轮子"),
    (FALUN, "方法、轮子"),
    (FALUN, "方法+轮子"),
    (HANGUL, "각"),  # a syllable of its own
    (KANA, "がんばる"),  # が is no か
    (THAI, "หาม"),
    (BlockedWord(word="88"), "1988 and 888"),
    (BlockedWord(word="..."), "what..."),
    (BlockedWord(word="\u200b"), "a\u200bb"),
]


@pytest.mark.parametrize(("word", "text"), EVASIONS)
def test_a_blocked_word_is_found_however_it_is_written(word: BlockedWord, text: str) -> None:
    assert find_blocked(text, [word]) == word


@pytest.mark.parametrize(("word", "text"), INNOCENT)
def test_innocent_words_are_left_alone(word: BlockedWord, text: str) -> None:
    assert find_blocked(text, [word]) is None


def test_no_word_blocks_nothing_and_the_first_of_several_is_named() -> None:
    assert find_blocked("bad", []) is None
    assert find_blocked("a bad shot", [SHOT, BAD]) == SHOT
    assert find_blocked("a bad shot", [ASS, BAD, SHOT]) == BAD


def test_a_word_that_could_never_be_found_is_known() -> None:
    assert folds_to_nothing("...") and folds_to_nothing("\u200b\u0301") and folds_to_nothing("")  # noqa: PT018 - three of a kind
    assert not folds_to_nothing("字")


TEXTS = st.text(alphabet=st.characters(), max_size=60) | st.text(
    alphabet="bad BAD.-_4@аαвｂ\u0301\u200b\ufe0f法轮 功がか가각ห้ßﬁİ🅱🇧\ud800\x00", max_size=40
)


@given(TEXTS, st.lists(st.builds(BlockedWord, word=TEXTS, whole=st.booleans()), max_size=4))
def test_no_text_and_no_list_raises(text: str, words: list[BlockedWord]) -> None:
    found = find_blocked(text, words)
    assert found is None or found in words


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS, TEXTS)
def test_a_word_among_others_is_always_found(before: str, behind: str) -> None:
    assert find_blocked(f"{before}\n|badger|\n{behind}", [BADGER]) is not None


@given(st.text(alphabet="bdgreхузю fox", max_size=40))
def test_what_lacks_its_letters_is_never_blocked(text: str) -> None:
    assert find_blocked(text, [BADGER, BlockedWord(word="zap", whole=False)]) is None


# Each is as long as a prompt may be, and asks as much work as it can.
DEAR = ["a", "b a d g e", "法*", "é\u0301", "4a@", "bаα", "a.b-", "ba" * 3 + "\u0301", "\ufdfa", "\ufdfa\ufdfb"]


def calls_of(work: Callable[[], object]) -> int:
    """How many functions of Python and of C it calls: the same at every run, on any machine."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("piece", DEAR)
def test_a_text_asks_work_in_proportion_to_its_length(piece: str) -> None:
    words = [BlockedWord(word=f"word{index}", whole=index % 2 == 0) for index in range(60)]
    find_blocked("compiled once", words)
    text = (piece * 1990)[:1990]
    assert calls_of(lambda: find_blocked(text, words)) < 400 * len(text)
    half = calls_of(lambda: find_blocked(text[:995], words))
    assert calls_of(lambda: find_blocked(text, words)) < 2.5 * half + 1000


@pytest.mark.parametrize("marks", ["\u0e48\u0e38", "\u3099\u094d", "\u0301\u0327", "\u0e38", "\u0301"])
def test_marks_are_never_sorted_in_a_long_run(marks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []
    normalize = unicodedata.normalize

    def counted(form: Literal["NFC", "NFKD"], text: str) -> str:
        run = 0
        for character in text:
            run = run + 1 if unicodedata.combining(character) else 0
            runs.append(run)
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", counted)
    assert len(fold("a" + marks * 5000 + " badger")) < 50
    assert max(runs) <= 30
    assert find_blocked("a" + marks * 5000 + " badger", [BADGER]) == BADGER


def test_one_ligature_does_not_make_a_text_eighteen_times_as_long() -> None:
    assert len(fold("\ufdfa" * 1990)) < 4 * 1990
    assert find_blocked("\ufdfa" * 1990 + "\ufdfb", [BlockedWord(word="جلاله")]) is not None
    assert find_blocked("\ufdfa" * 1990 + " bad", [BAD]) == BAD
