from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from bot.drawing import fonts
from bot.drawing.fonts import Lettering, find_fonts
from bot.sandbox.painter import paint, paint_plain, picture_size
from bot.sandbox.painter.caption import write_caption
from bot.sandbox.painter.words import read

RATIOS = ("1:1", "3:4", "4:3", "9:16", "16:9")
CHINESE = "赛博朋克城市夜景,霓虹灯,雨夜,电影镜头"
DEJAVU = [path for path in find_fonts() if path.name == "DejaVuSans.ttf"]
CHINESE_FONTS = [path for path in find_fonts() if any(part in path.name for part in ("CJK", "wqy", "Droid", "SC"))]


@pytest.mark.parametrize("clarity", [1024, 2048, 4096])
@pytest.mark.parametrize("ratio", RATIOS)
def test_every_ratio_is_exact_and_every_clarity_has_its_area(ratio: str, clarity: int) -> None:
    width, height = picture_size(ratio, clarity)
    across, down = map(int, ratio.split(":"))
    assert width * down == height * across
    assert 0.87 * clarity**2 < width * height <= clarity**2
    assert paint_plain("a", 0, (width // 8, height // 8)).size == (width // 8, height // 8)


def test_one_to_one_is_the_clarity_itself() -> None:
    assert picture_size("1:1", 2048) == (2048, 2048)


SCENES = (
    "a lighthouse in a storm",
    CHINESE,
    "an astronaut riding a horse",
    "a black cat at night",
    "castle in the mountains",
    "hot air balloons at sunrise",
    "a sailing boat at sunset with birds",
    "a cabin in the snow",
    "樱花树 and a friendly robot",
    "rocket launch",
    "aurora over a forest",
    "desert dunes at noon",
    "a white rabbit in fog",
    "a wolf and a dog, autumn",
    "a samurai by the lake",
    "一位宇航员",
    "🙂",
    "\x00\u202e\u0301",
)


@pytest.mark.parametrize("prompt", SCENES)
def test_four_different_pictures_always_the_same(prompt: str) -> None:
    size = 192, 108
    pictures = [paint(prompt, index, size) for index in range(4)]
    assert all(picture.size == size and picture.mode == "RGB" for picture in pictures)
    assert paint(prompt, 0, size).tobytes() == pictures[0].tobytes()
    for one, other in combinations(pictures, 2):
        assert sum(ImageStat.Stat(ImageChops.difference(one, other)).mean) > 5
    for picture in pictures:
        assert sum(ImageStat.Stat(picture).stddev) > 30, "a picture, not a plain"


@pytest.mark.parametrize("size", [(144, 256), (192, 256), (256, 192), (200, 200)])
@pytest.mark.parametrize("prompt", ["a lighthouse", "a city", "space", "joy"])
def test_every_shape_can_be_painted(prompt: str, size: tuple[int, int]) -> None:
    assert paint(prompt, 1, size).size == size


def test_a_large_picture_is_painted() -> None:
    picture = paint("a lighthouse in a storm", 0, picture_size("16:9", 2048))
    assert picture.size == (2560, 1440)


@pytest.mark.parametrize(
    ("prompt", "scene", "subjects"),
    [
        ("a lighthouse in a storm", "sea", ("lighthouse",)),
        ("灯塔,暴风雨", "sea", ("lighthouse",)),
        ("A RED FOX", "forest", ("fox",)),
        ("一只红色的狐狸在雪山", "mountain", ("fox",)),
        (CHINESE, "city", ()),
        ("an astronaut riding a horse", "space", ("horse", "astronaut")),
        ("seasoned catalogue of foxglove", "", ()),
        ("melancholy", "", ()),
    ],
)
def test_words_choose_the_scene(prompt: str, scene: str, subjects: tuple[str, ...]) -> None:
    brief = read(prompt)
    assert (brief.scene, brief.subjects) == (scene, subjects)


def test_weather_mood_and_colour_are_read_in_both_languages() -> None:
    assert read("a lighthouse in a storm").weather == {"rain", "lightning"}
    assert read(CHINESE).mood == "neon"
    assert read(CHINESE).weather == {"rain"}
    assert read("a red fox").tint == read("红色的狐狸").tint is not None


@pytest.mark.skipif(not DEJAVU, reason="needs DejaVu Sans to know what it lacks")
def test_a_character_without_a_glyph_is_dropped_not_boxed() -> None:
    latin = Lettering(DEJAVU, 24)
    assert latin.drawable("a cat 猫 🙂\u200b in\n\tblue é ž") == "a cat in blue é ž"
    assert not latin.has_glyph("猫")
    assert not latin.has_glyph("\ue123")
    assert latin.has_glyph("…")


@pytest.mark.skipif(not DEJAVU, reason="needs DejaVu Sans to know what it lacks")
def test_without_any_glyph_there_is_no_caption() -> None:
    def captioned(text: str) -> bytes:
        picture = Image.new("RGB", (400, 300), (200, 120, 40))
        write_caption(picture, text, DEJAVU)
        return picture.tobytes()

    assert captioned("猫猫猫") == captioned("") != captioned("cat")


@pytest.mark.skipif(not CHINESE_FONTS, reason="needs a Chinese font")
def test_chinese_is_written_where_a_font_has_it() -> None:
    both = Lettering(find_fonts(), 24)
    assert both.drawable(CHINESE) == CHINESE
    assert both.width(CHINESE) > 20 * 20
    assert len({bytes(both._faces[-1].getmask(c)) for c in "城市夜景"}) == 4, "four characters, not four boxes"


def test_a_machine_without_fonts_still_paints(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(fonts, "_machine_fonts", lambda: ())
    assert find_fonts() == []
    assert paint("a red fox", 0, (128, 128)).size == (128, 128)
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    assert paint("a red fox", 0, (128, 128), font_path=broken).size == (128, 128)
    assert find_fonts(tmp_path / "absent.ttf") == []


@pytest.mark.skipif(not find_fonts(), reason="needs a font")
def test_the_operators_font_comes_first() -> None:
    own = find_fonts()[-1]
    assert find_fonts(own)[0] == own


@pytest.mark.skipif(not DEJAVU, reason="needs a font")
def test_long_captions_wrap_and_end_in_an_ellipsis() -> None:
    text = Lettering(DEJAVU, 20)
    assert text.wrap("a short one", 400, 2) == ["a short one"]
    rows = text.wrap("many words that go on and on " * 20, 400, 2)
    assert len(rows) == 2
    assert rows[-1].endswith("…")
    assert all(text.width(row) <= 400 for row in rows)
    unbroken = text.wrap("w" * 300, 400, 2)
    assert len(unbroken) == 2
    assert all(text.width(row) <= 400 for row in unbroken)
    assert text.wrap("", 400, 2) == []


@pytest.mark.skipif(not find_fonts(), reason="needs a font")
def test_the_mark_is_in_the_corner() -> None:
    plain = Image.new("RGB", (640, 480), (90, 90, 90))
    marked = plain.copy()
    write_caption(marked, "", find_fonts())
    box = ImageChops.difference(plain, marked).getbbox()
    assert box is not None
    assert box[0] > 500
    assert box[3] < 60
