"""Discord's own OpenAPI file as the judge of every request that the bot sends."""

import copy
import json
import logging
import os
import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

# jsonschema imports this for the format "iri", which nothing here has, and it builds 38 parsers: seconds in a process.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # as the import system has it for "not there"

from jsonschema import Draft202012Validator, FormatChecker  # noqa: E402 - see above
from jsonschema.exceptions import ValidationError  # noqa: E402
from referencing import Registry  # noqa: E402
from referencing.jsonschema import DRAFT202012  # noqa: E402

from .messages import Json  # noqa: E402

log = logging.getLogger(__name__)

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT_URI = "urn:discord"

# What discord.py sends and Discord takes, though the file lacks it.
EXTRA_PROPERTIES: dict[str, Json] = {
    "ApplicationCommandCreateRequest": {"nsfw": {"type": "boolean"}},
    "ApplicationCommandUpdateRequest": {"nsfw": {"type": "boolean"}},
    "ApplicationCommandPatchRequestPartial": {"nsfw": {"type": "boolean"}},
    # Posts in a forum, which discord.py creates with `use_nested_fields`.
    "CreateForumThreadRequest": {"type": {"const": 11}},
    "BaseCreateMessageCreateRequest": {"tts": {"type": "boolean"}},
    "RichEmbed": {"flags": {"type": "integer"}},
    "IncomingWebhookUpdateForInteractionCallbackRequestPartial": {"tts": {"type": "boolean"}},
    "IncomingWebhookUpdateRequestPartial": {"tts": {"type": "boolean"}},
    "MessageEditRequestPartial": {"tts": {"type": "boolean"}},
    # A kept attachment is sent back whole (`Attachment.to_dict`); Discord reads its id.
    "MessageAttachmentRequest": {
        "proxy_url": {"type": "string"},
        "url": {"type": "string"},
        "size": {"type": "integer"},
        "spoiler": {"type": "boolean"},
        "width": {"type": "integer"},
        "height": {"type": "integer"},
        "content_type": {"type": "string"},
    },
}
EXTRA_PARAMETERS = {"use_nested_fields"}
MESSAGE_MAX = 300
PERMISSION_STRINGS = ("ApplicationCommandCreateRequest", "ApplicationCommandUpdateRequest")


def spec_path() -> Path | None:
    """Where the file is: `DISCORD_OPENAPI`, or beside the repository; None where neither exists."""
    named = os.environ.get("DISCORD_OPENAPI")
    candidates = [Path(named)] if named else [ROOT.parent / "shared" / "spec" / "discord-openapi.json"]
    return next((path for path in candidates if path.is_file()), None)


class OpenApi:
    """Checks requests; schemas are compiled when their route is first used."""

    def __init__(self, document: Json) -> None:
        self._document = document
        _close(document)
        _widen(document["components"]["schemas"])
        _name_kinds(document, document["components"]["schemas"])
        resource = DRAFT202012.create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource(DOCUMENT_URI, resource)
        # Not "uri": `attachment://a.png` must pass.
        self._formats = FormatChecker(formats=("date-time",))
        self._validators: dict[tuple[str, str], Draft202012Validator | None] = {}
        self._judged: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
        self._templates: list[tuple[re.Pattern[str], str]] = [
            (re.compile("".join(_as_pattern(template)) + "$"), template)
            # Templates overlap (`@original`, `{message_id}`): the one with fewer parameters is meant.
            for template in sorted(document["paths"], key=lambda path: path.count("{"))
        ]

    def template(self, method: str, path: str) -> str | None:
        """The path's template in the file, e.g. `/channels/{channel_id}`; None if there is no such call."""
        for pattern, template in self._templates:
            if method.lower() in self._document["paths"][template] and pattern.match(path):
                return template
        return None

    def problems(self, method: str, path: str, query: dict[str, str], body: object) -> list[tuple[str, str]]:
        """What is wrong with a request, as (where, what) pairs; `body` is None when there is none."""
        template = self.template(method, path)
        if template is None:
            return [("", f"{method} {path} is not in the API")]
        validator = self._validator(method, template)
        found = list(self._query_problems(method, template, query))
        if body is None:
            required = self._operation(method, template).get("requestBody", {}).get("required", False)
            return [*found, ("", "a body is required")] if required and validator else found
        if validator is None:
            return [*found, ("", "this call takes no body")]
        return [*found, *self._body_problems(method, template, validator, body)]

    def _body_problems(
        self, method: str, template: str, validator: Draft202012Validator, body: object
    ) -> list[tuple[str, str]]:
        # Each test's bot sends the same commands first, and judging them takes a third of a test's time.
        key = (method, template, json.dumps(body))
        if key not in self._judged:
            self._judged[key] = [line for error in validator.iter_errors(body) for line in _explain(error)]
        return self._judged[key]

    def _operation(self, method: str, template: str) -> Json:
        operation: Json = self._document["paths"][template][method.lower()]
        return operation

    def _validator(self, method: str, template: str) -> Draft202012Validator | None:
        key = (method, template)
        if key not in self._validators:
            content = self._operation(method, template).get("requestBody", {}).get("content", {})
            # A multipart's `payload_json` has the shape of the JSON body.
            self._validators[key] = self._compile("application/json", key) if content else None
        return self._validators[key]

    def _compile(self, content_type: str, key: tuple[str, str]) -> Draft202012Validator:
        method, template = key
        escaped = (
            part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
            for part in ("paths", template, method.lower(), "requestBody", "content", content_type, "schema")
        )
        return Draft202012Validator(
            {"$ref": f"{DOCUMENT_URI}#/{'/'.join(escaped)}"},
            registry=self._registry,
            format_checker=self._formats,
        )

    def _query_problems(self, method: str, template: str, query: dict[str, str]) -> Iterator[tuple[str, str]]:
        declared = {
            one["name"]: one["schema"]
            for one in self._operation(method, template).get("parameters", [])
            if one["in"] == "query"
        }
        for name, value in query.items():
            if name in EXTRA_PARAMETERS:
                continue
            if name not in declared:
                yield name, "no such parameter"
                continue
            schema = {**declared[name]}
            if "$ref" in schema:
                schema["$ref"] = DOCUMENT_URI + schema["$ref"]
            validator = Draft202012Validator(schema, registry=self._registry)
            for error in validator.iter_errors(_from_query(value, schema.get("type"))):
                yield name, error.message


@cache
def load() -> OpenApi | None:
    """The compiled file, once a process; None where it is not available."""
    path = spec_path()
    if path is None:
        log.warning("NO OPENAPI FILE: the fake Discord checks requests by its hand-written rules only")
        return None
    return OpenApi(json.loads(path.read_bytes()))


def _as_pattern(template: str) -> Iterator[str]:
    for part in re.split(r"(\{\w+\})", template):
        yield "[^/]+" if part.startswith("{") else re.escape(part)


def _from_query(value: str, kind: object) -> object:
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    if kind == "boolean" and value.lower() in {"true", "false", "1", "0"}:
        return value.lower() in {"true", "1"}
    return value


def _close(node: Any) -> None:
    """No schema forbids unknown properties, so typing errors would pass: close each that lists some."""
    if isinstance(node, list):
        for item in node:
            _close(item)
    elif isinstance(node, dict):
        if node.get("type") == "object" and isinstance(node.get("properties"), dict):
            node.setdefault("additionalProperties", False)
        for value in node.values():
            _close(value)


def _widen(schemas: Json) -> None:
    for name, properties in EXTRA_PROPERTIES.items():
        if name in schemas:
            schemas[name]["properties"].update(copy.deepcopy(properties))
    # discord.py sends many ids as numbers (recipients, replies, mentions, the index of a file).
    schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer", "minimum": 0}]}
    for name in PERMISSION_STRINGS:
        plain = schemas[name]["properties"]["default_member_permissions"]
        schemas[name]["properties"]["default_member_permissions"] = {
            "anyOf": [plain, {"type": "string", "pattern": "^[0-9]+$"}]
        }


def _name_kinds(node: Any, schemas: Json) -> None:
    """Where each branch of a union has a `type` of its own, that tells the branch: trying them all is slow."""
    if isinstance(node, list):
        for item in node:
            _name_kinds(item, schemas)
    elif isinstance(node, dict):
        branches = node.get("oneOf")
        kinds = [_kind(branch, schemas) for branch in branches] if isinstance(branches, list) else []
        if branches and len(set(kinds)) == len(kinds) > 1 and None not in kinds:
            del node["oneOf"]
            chosen = [
                {"if": {"properties": {"type": {"const": kind}}}, "then": branch}
                for kind, branch in zip(kinds, branches, strict=True)
            ]
            known = {"type": "object", "required": ["type"], "properties": {"type": {"enum": kinds}}}
            node["allOf"] = [*node.get("allOf", []), known, *chosen]
        for value in node.values():
            _name_kinds(value, schemas)


def _kind(branch: Json, schemas: Json) -> int | None:
    """The one value that `type` may have there."""
    target = schemas.get(str(branch.get("$ref", "")).rpartition("/")[2], {})
    told = (target.get("properties") or {}).get("type") or {}
    values = [told["const"]] if "const" in told else told.get("enum") or []
    required = "type" in (target.get("required") or [])
    return values[0] if required and len(values) == 1 and isinstance(values[0], int) else None


def _explain(error: ValidationError) -> list[tuple[str, str]]:
    """The sentences that help: of a union, those of the branch that was meant."""
    if error.validator in {"oneOf", "anyOf"} and error.context:
        branch = _meant_branch(error)
        return [line for inner in branch for line in _explain(inner)]
    where = "/".join(str(part) for part in error.absolute_path)
    message = error.message  # it begins with the whole offending value
    if len(message) > MESSAGE_MAX:
        message = f"{message[:100]} … {message[-150:]}"
    return [(where, message)]


def _meant_branch(error: ValidationError) -> list[ValidationError]:
    branches: dict[int, list[ValidationError]] = {}
    for inner in error.context or []:
        branches.setdefault(int(inner.schema_path[0]), []).append(inner)

    def distance(branch: list[ValidationError]) -> tuple[int, int, int]:
        wrong_kind = any(
            list(one.relative_path) == ["type"] or (not one.relative_path and one.validator == "type") for one in branch
        )
        misfits = sum(not one.relative_path for one in branch)
        return (int(wrong_kind), misfits, len(branch))

    return min(branches.values(), key=distance)
