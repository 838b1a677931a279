"""What Discord checks in messages and modals beyond the shapes in its OpenAPI file.

https://docs.discord.com/developers/components/reference and .../resources/message
"""

from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

from .messages import (
    BUTTON,
    CONTAINER,
    EPHEMERAL,
    FILE,
    GALLERY,
    IS_COMPONENTS_V2,
    LINK_STYLE,
    PREMIUM_STYLE,
    REFERENCE,
    ROW,
    SECTION,
    SELECTS,
    SEPARATOR,
    STRING_SELECT,
    SUPPRESS_EMBEDS,
    SUPPRESS_NOTIFICATIONS,
    TEXT,
    TEXT_INPUT,
    THUMBNAIL,
    Json,
    media_urls,
    walk,
)

Problems: TypeAlias = Iterator[tuple[str, str]]

CONTENT_MAX = 2000
EMBEDS_TOTAL_MAX = 6000
ROWS_MAX = 5
ROW_BUTTONS_MAX = 5
V2_COMPONENTS_MAX = 40
V2_TEXT_MAX = 4000
NONCE_MAX = 25
ALT_TEXT_MAX = 1024
MODAL_COMPONENTS_MAX = 5
V2_ONLY = {SECTION, TEXT, THUMBNAIL, GALLERY, FILE, SEPARATOR, CONTAINER}

FLAGS_POSTED = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | IS_COMPONENTS_V2
FLAGS_ANSWERED = FLAGS_POSTED | EPHEMERAL
FLAGS_EDITED = SUPPRESS_EMBEDS | IS_COMPONENTS_V2


def message_problems(body: Json, *, flags: int, allowed_flags: int, filenames: set[str]) -> Problems:
    """Check a message as it would stand: `flags` and `filenames` include what it already has."""
    content, embeds = body.get("content") or "", body.get("embeds") or []
    components = body.get("components") or []
    if unknown := (body.get("flags") or 0) & ~allowed_flags:
        yield "flags", f"bits {unknown:#x} cannot be set here"
    if len(content) > CONTENT_MAX:
        yield "content", f"must be {CONTENT_MAX} or fewer in length"
    yield from _embed_problems(embeds)
    yield from component_problems(components)
    if flags & IS_COMPONENTS_V2:
        yield from _v2_problems(body, content, embeds, components)
    else:
        yield from _classic_problems(components)
    yield from _media_problems(embeds, components, filenames)
    if len(str(body.get("nonce") or "")) > NONCE_MAX:
        yield "nonce", f"must be {NONCE_MAX} or fewer in length"


def _embed_problems(embeds: list[Json]) -> Problems:
    total = 0
    for index, embed in enumerate(embeds):
        fields = embed.get("fields") or []
        words = [embed.get("title"), embed.get("description")]
        words += [(embed.get("author") or {}).get("name"), (embed.get("footer") or {}).get("text")]
        for number, one in enumerate(fields):
            words += [one.get("name"), one.get("value")]
            if not one.get("name") or not one.get("value"):
                yield f"embeds/{index}/fields/{number}", "name and value are required"
        total += sum(len(word or "") for word in words)
    if total > EMBEDS_TOTAL_MAX:
        yield "embeds", f"embed size exceeds maximum size of {EMBEDS_TOTAL_MAX} ({total})"


def _classic_problems(components: list[Json]) -> Problems:
    if len(components) > ROWS_MAX:
        yield "components", f"must be {ROWS_MAX} or fewer rows without IS_COMPONENTS_V2"
    for index, one in enumerate(components):
        if one["type"] != ROW:
            yield f"components/{index}", "only action rows without IS_COMPONENTS_V2"


def _v2_problems(body: Json, content: str, embeds: list[Json], components: list[Json]) -> Problems:
    present: Json = {"content": content, "embeds": embeds}
    present |= {key: body.get(key) for key in ("poll", "sticker_ids")}
    for key, value in present.items():
        if value:
            yield key, "cannot be used with IS_COMPONENTS_V2"
    everything = list(walk(components))
    if len(everything) > V2_COMPONENTS_MAX:
        yield "components", f"must be {V2_COMPONENTS_MAX} or fewer in all ({len(everything)})"
    text = sum(len(one["content"]) for one in everything if one["type"] == TEXT)
    if text > V2_TEXT_MAX:
        yield "components", f"text must be {V2_TEXT_MAX} or fewer characters in all ({text})"


def component_problems(components: list[Json]) -> Problems:
    """Rules for single components and for ids among them; messages and modals alike."""
    everything = list(walk(components))
    for key in ("custom_id", "id"):
        counts = Counter(one[key] for one in everything if one.get(key) is not None)
        for value, count in counts.items():
            if count > 1:
                yield "components", f"{key} {value!r} is used {count} times"
    for one in everything:
        if one["type"] == ROW:
            yield from _row_problems(one)
        elif one["type"] == BUTTON:
            yield from _button_problems(one)
        elif one["type"] in SELECTS:
            yield from _select_problems(one)


def _row_problems(row: Json) -> Problems:
    kinds = [one["type"] for one in row.get("components") or []]
    if BUTTON in kinds and (set(kinds) != {BUTTON} or len(kinds) > ROW_BUTTONS_MAX):
        yield "components", f"a row holds up to {ROW_BUTTONS_MAX} buttons and nothing else"
    elif BUTTON not in kinds and len(kinds) != 1:
        yield "components", "a row holds one select or one text input"


def _button_problems(button: Json) -> Problems:
    style, label = button["style"], button.get("label") or button.get("custom_id")
    if style == LINK_STYLE and (not button.get("url") or button.get("custom_id")):
        yield "components", f"link button {label!r} needs a url and no custom_id"
    if style not in {LINK_STYLE, PREMIUM_STYLE} and (button.get("url") or not button.get("custom_id")):
        yield "components", f"button {label!r} needs a custom_id and no url"
    if style != PREMIUM_STYLE and not button.get("label") and not button.get("emoji"):
        yield "components", f"button {label!r} needs a label or an emoji"


def _select_problems(select: Json) -> Problems:
    name = select.get("custom_id")
    low, high = select.get("min_values"), select.get("max_values")
    low, high = 1 if low is None else low, 1 if high is None else high
    if low > high:
        yield "components", f"select {name!r}: min_values is more than max_values"
    if select["type"] == STRING_SELECT:
        options = select.get("options") or []
        if high > len(options):
            yield "components", f"select {name!r}: max_values is more than its options"
        if len({one["value"] for one in options}) < len(options):
            yield "components", f"select {name!r}: an option value is used twice"
        if sum(bool(one.get("default")) for one in options) > high:
            yield "components", f"select {name!r}: more defaults than max_values"


def _media_problems(embeds: list[Json], components: list[Json], filenames: set[str]) -> Problems:
    urls = [
        (f"embeds/{index}/{key}", embed[key].get("url"))
        for index, embed in enumerate(embeds)
        for key in ("image", "thumbnail")
        if embed.get(key)
    ]
    urls += [("components", url) for url in media_urls(components)]
    for where, url in urls:
        if url and url.startswith(REFERENCE) and url.removeprefix(REFERENCE) not in filenames:
            yield where, f"the referenced attachment {url} was not found"


def modal_problems(data: Json) -> Problems:
    """Check a modal; https://docs.discord.com/developers/interactions/receiving-and-responding#modal."""
    components = data.get("components") or []
    if not 1 <= len(components) <= MODAL_COMPONENTS_MAX:
        yield "components", f"must be between 1 and {MODAL_COMPONENTS_MAX} in length"
    yield from component_problems(components)
    rows = [inner for one in components if one["type"] == ROW for inner in one["components"]]
    for one in rows:
        if not one.get("label"):
            yield "components", f"text input {one.get('custom_id')!r} needs a label"
    for one in walk(components):
        if one["type"] != TEXT_INPUT:
            continue
        low, high, value = one.get("min_length") or 0, one.get("max_length") or 4000, one.get("value") or ""
        if low > high:
            yield "components", f"text input {one['custom_id']!r}: min_length is more than max_length"
        if value and not low <= len(value) <= high:
            yield "components", f"text input {one['custom_id']!r}: its value breaks its own limits"


def file_problems(attachments: list[Json], file_fields: list[str]) -> Problems:
    """Each `files[n]` of a multipart needs an `attachments` entry with that id."""
    ids = {str(one["id"]) for one in attachments}
    for name in file_fields:
        number = name.removeprefix("files[").removesuffix("]")
        if name != f"files[{number}]" or not number.isdigit():
            yield name, "a file's field is named files[n]"
        elif number not in ids:
            yield "attachments", f"{name} has no entry with id {number}"
    for one in attachments:
        if len(one.get("description") or "") > ALT_TEXT_MAX:
            yield "attachments", f"alt text must be {ALT_TEXT_MAX} or fewer in length"
