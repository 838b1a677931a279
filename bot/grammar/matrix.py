"""`{red|blue} fox in {ink|clay}` → one request per combination.

A group is what stands between braces with a bar in it; other braces are prompt. An alternative may be empty, and groups
may stand within groups.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.domain.errors import BadOption, Repair
from bot.domain.request import ImageRequest, has_visible
from bot.grammar.printing import print_request

# Nine fit one person's default limits of running and waiting jobs, and 9 times 4 pictures one contact sheet.
MOST_COMBINATIONS = 9

# What an empty alternative leaves behind.
_GAP = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """One way through the groups; `label` is what was taken from each: "red · ink"."""

    label: str
    request: ImageRequest


def combinations(request: ImageRequest) -> tuple[Combination, ...]:
    """Every combination, the last group changing fastest; the request itself, without a label, where there is no group.

    Raises BadOption `matrix-too-large` with `made`, `most` and, where that is a request, a repair with fewer
    alternatives.
    """
    found = _expanded(request.prompt)
    if found is None:
        raise _too_large(request)
    ways = {_tidy(prompt): labels for prompt, labels in reversed(found) if has_visible(prompt)}
    made = [
        Combination(label=" · ".join(label or "–" for label in labels), request=replace(request, prompt=prompt))
        for prompt, labels in reversed(ways.items())
    ]
    if len(found) == 1 or not made:
        return (Combination(label="", request=request),)
    return tuple(made)


def unclosed_group(text: str) -> str:
    """From the brace with a bar behind it that nothing closes to the end; empty where there is none."""
    return text[_groups(text)[1] :]


@dataclass(frozen=True, slots=True)
class _Group:
    start: int
    end: int  # behind the closing brace
    choices: tuple[str, ...]


def _groups(text: str) -> tuple[list[_Group], int]:
    """The outermost groups in their order, in one pass over the text; and where one begins that nothing closes."""
    opened: list[list[int]] = []  # where each open brace stands, and the bars between it and its own closing one
    found: list[_Group] = []
    for place, character in enumerate(text):
        if character in "{｛":
            opened.append([place])
        elif character in "|｜" and opened:
            opened[-1].append(place)
        elif character in "}｝" and opened:
            start, *bars = opened.pop()
            if not bars:
                continue
            while found and found[-1].start > start:
                found.pop()  # it stands within this one
            cuts = pairwise([start, *bars, place])
            found.append(_Group(start, place + 1, tuple(text[left + 1 : right].strip() for left, right in cuts)))
    return found, next((start for start, *bars in opened if bars), len(text))


def _expanded(prompt: str) -> list[tuple[str, tuple[str, ...]]] | None:
    """Every prompt with what was chosen for it; None if there are too many. One pair of braces goes in every round."""
    done: list[tuple[str, tuple[str, ...]]] = []
    ways: list[tuple[str, tuple[str, ...]]] = [(prompt, ())]
    while ways:
        opened: dict[str, tuple[str, ...]] = {}
        for text, labels in ways:
            groups, _ = _groups(text)
            if not groups:
                done.append((text, labels))
            for group in groups[:1]:
                for choice in group.choices:
                    # What holds a group of its own is named by what is taken from that.
                    named = labels if _groups(choice)[0] else (*labels, choice)
                    opened.setdefault(text[: group.start] + choice + text[group.end :], named)
            if len(opened) + len(done) > MOST_COMBINATIONS:
                return None
        ways = list(opened.items())
    return done


def _tidy(prompt: str) -> str:
    return _GAP.sub(" ", prompt).strip()


def _too_large(request: ImageRequest) -> BadOption:
    prompt = request.prompt
    while _expanded(prompt) is None:
        prompt = _tidy(_with_fewer(prompt))
    repair = None
    if has_visible(prompt):
        smaller = replace(request, prompt=prompt)
        repair = Repair(text=print_request(smaller), request=smaller)
    return BadOption("matrix-too-large", repair=repair, most=MOST_COMBINATIONS)


def _with_fewer(prompt: str) -> str:
    """The prompt with less to choose from: what is taken away stands at the end of the group that has the most."""
    groups, _ = _groups(prompt)
    sizes = [len(group.choices) for group in groups]
    if math.prod(sizes) <= MOST_COMBINATIONS:  # groups within groups make it too much
        sizes[sizes.index(max(sizes))] -= 1
    while math.prod(sizes) > MOST_COMBINATIONS:
        sizes[sizes.index(max(sizes))] -= 1
    parts, end = [], 0
    for group, size in zip(groups, sizes, strict=True):
        kept = group.choices[:size]
        parts += [prompt[end : group.start], kept[0] if size == 1 else "{" + "|".join(kept) + "}"]
        end = group.end
    return "".join(parts) + prompt[end:]
