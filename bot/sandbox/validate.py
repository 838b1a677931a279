"""What a body must look like, as strictly as the vendor's document puts it.

A wrong type or a missing field is 400, a value outside the document is 40000. A field that the document does not
have is refused as well: the service may ignore it, but a caller who misspelt one wants to know.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from .envelope import Code, Refusal
from .models import SEEDREAM_3, SandboxModel

PICTURE = 3
"""The `creation_type` and `type` of pictures."""
LONGEST_PROMPT = 2000
"""Characters."""
MOST_IDS = 50
LARGEST_PAGE = 50
LONGEST_CALLBACK = 2048


@dataclass(frozen=True, slots=True)
class Submission:
    """The body of a submit call, checked, with the defaults of the document."""

    prompt: str
    aspect_ratio: str
    clarity: int
    number_of_images: int
    callback: str
    model_code: str = SEEDREAM_3.code
    model_name: str = SEEDREAM_3.name


@dataclass(frozen=True, slots=True)
class Listing:
    """The body of a list call, checked; no ids is no filter."""

    unique_ids: tuple[str, ...]
    page: int
    page_size: int
    only_successful: bool


class Fields:
    """A JSON object that is taken apart field by field; every getter raises Refusal."""

    def __init__(self, body: bytes, known: Collection[str]) -> None:
        try:
            # A text that json accepts may still hold half a surrogate pair, which no UTF-8 can carry.
            parsed = json.loads(body.decode())
            json.dumps(parsed, ensure_ascii=False).encode()
        except (ValueError, RecursionError):
            raise Refusal(Code.BAD_FORMAT, "request body is not valid JSON") from None
        if not isinstance(parsed, dict):
            raise Refusal(Code.BAD_FORMAT, "request body must be a JSON object")
        for name in parsed:
            if name not in known:
                raise Refusal(Code.BAD_FORMAT, f"unknown parameter: {name[:40]}")
        self._values: Mapping[str, object] = parsed

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, default: str | None = None) -> str:
        """Give a string, or the default when the field is absent."""
        value = self._get(name, default)
        if not isinstance(value, str):
            raise Refusal(Code.BAD_FORMAT, f"{name} must be a string")
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        """Give an integer; true and 3.0 are none."""
        value = self._get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise Refusal(Code.BAD_FORMAT, f"{name} must be an integer")
        return value

    def flag(self, name: str, *, default: bool) -> bool:
        """Give true or false; 1 is neither."""
        value = self._get(name, default)
        if not isinstance(value, bool):
            raise Refusal(Code.BAD_FORMAT, f"{name} must be a boolean")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Give a list of strings, empty when the field is absent."""
        value = self._get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise Refusal(Code.BAD_FORMAT, f"{name} must be an array of strings")
        return tuple(value)

    def _get(self, name: str, default: object) -> object:
        if name in self._values:
            return self._values[name]
        if default is None:
            raise Refusal(Code.BAD_FORMAT, f"{name} is required")
        return default


def account(body: bytes) -> tuple[str, str]:
    """Give app_id and secret_key of a token call."""
    fields = Fields(body, ("app_id", "secret_key"))
    app_id, secret_key = fields.text("app_id"), fields.text("secret_key")
    _require(bool(app_id), "app_id must not be empty")
    _require(bool(secret_key), "secret_key must not be empty")
    return app_id, secret_key


def submission(body: bytes, models: Collection[SandboxModel]) -> Submission:
    """Check the body of a submit call, for one of these models."""
    fields = Fields(
        body,
        (
            "ref_prompt",
            "creation_type",
            "aspect_ratio",
            "clarity",
            "number_of_images",
            "model_code",
            "ref_img_url",
            "callback",
        ),
    )
    prompt = fields.text("ref_prompt")
    creation_type = fields.whole("creation_type")
    aspect_ratio = fields.text("aspect_ratio", "1:1")
    clarity = fields.whole("clarity", 2048)
    number = fields.whole("number_of_images")
    model_code = fields.text("model_code")
    callback = fields.text("callback", "")
    _require(bool(prompt.strip()), "ref_prompt must not be empty")
    _require(len(prompt) <= LONGEST_PROMPT, f"ref_prompt must not exceed {LONGEST_PROMPT} characters")
    _require(creation_type == PICTURE, f"creation_type must be {PICTURE}")
    model = next((one for one in models if one.code == model_code), None)
    if model is None:
        codes = " or ".join(one.code for one in models)
        raise Refusal(Code.BAD_VALUE, f"model_code must be {codes}")
    _require(aspect_ratio in model.ratios, f"aspect_ratio must be one of {' '.join(model.ratios)}")
    _require(clarity in model.clarities, f"clarity must be one of {' '.join(map(str, model.clarities))}")
    _require(1 <= number <= model.most_pictures, f"number_of_images must be 1-{model.most_pictures}")
    _require("ref_img_url" not in fields or model.takes_pictures, f"{model.code} does not support ref_img_url")
    _require(not callback or _is_web_address(callback), "callback must be an http or https URL")
    return Submission(prompt, aspect_ratio, clarity, number, callback, model.code, model.name)


def listing(body: bytes) -> Listing:
    """Check the body of a list call."""
    fields = Fields(body, ("unique_ids", "type", "page", "page_size", "is_success"))
    ids = fields.texts("unique_ids")
    kind, page, size = fields.whole("type"), fields.whole("page"), fields.whole("page_size")
    only_successful = fields.flag("is_success", default=False)
    _require(len(ids) <= MOST_IDS, f"unique_ids must not exceed {MOST_IDS}")
    _require(kind == PICTURE, f"type must be {PICTURE}")
    _require(page >= 1, "page must be 1 or more")
    _require(1 <= size <= LARGEST_PAGE, f"page_size must be 1-{LARGEST_PAGE}")
    return Listing(ids, page, size, only_successful)


def _require(holds: bool, msg: str) -> None:  # noqa: FBT001  # the condition is the subject
    if not holds:
        raise Refusal(Code.BAD_VALUE, msg)


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return len(text) <= LONGEST_CALLBACK and parts.scheme in {"http", "https"} and bool(parts.hostname)
