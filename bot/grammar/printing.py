r"""A request as one could type it.

Words of the prompt that would be read as options get a backslash in front, which the parser takes off again:
`\n:2` is the word `n:2`. A word that already has backslashes before what looks like an option gets one more.
What stands in double quotes is never read as an option, so it needs none.
"""

from __future__ import annotations

from bot.domain.request import ImageRequest
from bot.grammar.cutting import ends_with_separator
from bot.grammar.foreign import named_elsewhere
from bot.grammar.forms import ESCAPE, Shape, form_of
from bot.grammar.neighbours import claimed, crowded
from bot.grammar.options import NUMBER, OPTIONS
from bot.grammar.small_talk import small_talk
from bot.grammar.splitting import split
from bot.grammar.words import Word


def print_request(request: ImageRequest) -> str:
    """The shortest text that `parse` turns into exactly this request: the prompt, then what isn't the default.

    The options come first where the prompt ends with a comma, which would go with an option behind it.
    """
    prompt, options = quote_prompt(request.prompt), print_options(request)
    if not options and small_talk(prompt) is not None:
        options = [f"{NUMBER.name}:{request.n}"]  # with an option it is a request
    return " ".join([*options, prompt] if ends_with_separator(prompt) else [prompt, *options])


def print_options(request: ImageRequest) -> list[str]:
    """The options that differ from their defaults, such as `ratio:16:9`."""
    return [
        f"{option.name}:{value}"
        for option in OPTIONS
        if (value := getattr(request, option.name)) is not None and value != option.default
    ]


def quote_prompt(prompt: str) -> str:
    """The prompt so that nothing of it is read as an option."""
    words = split(prompt)
    pieces = []
    done = 0
    for index, word in enumerate(words):
        before = words[index - 1] if index else None
        behind = words[index + 1] if index + 1 < len(words) else None
        if word.free and _needs_escape(prompt, before, word, behind):
            pieces += [prompt[done : word.start], ESCAPE]
            done = word.start
    return "".join([*pieces, prompt[done:]])


def _needs_escape(prompt: str, before: Word | None, word: Word, behind: Word | None) -> bool:
    unescaped = word.plain.lstrip(ESCAPE)
    form = form_of(unescaped)
    if form is None:
        return named_elsewhere(unescaped)
    unescaped_short = form.shape is Shape.SHORT and not word.plain.startswith(ESCAPE)
    in_sentence = claimed(prompt, before, word, behind) or crowded(prompt, before, word, behind)
    return not (unescaped_short and in_sentence)
