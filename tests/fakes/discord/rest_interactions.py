"""The callback of an interaction and the webhook that its token opens.

https://docs.discord.com/developers/interactions/receiving-and-responding
"""

from typing import Any

from . import posting, rules
from .call import Call
from .core import Core
from .errors import InvalidForm, already_acknowledged, not_found, token_expired, too_many_followups
from .interactions import ANSWER_WITHIN, FOLLOWUPS_MAX, TOKEN_LIFETIME, Answer, Interaction, Kind, Reply
from .messages import EPHEMERAL, Json, Message
from .payloads import user_json

SLASH_ANSWER, CONTEXT_MENU_ANSWER, REPLY = 20, 23, 19  # message types
MESSAGES_BY_KIND = {
    Kind.COMMAND: {Reply.MESSAGE, Reply.DEFERRED_MESSAGE, Reply.MODAL},
    Kind.COMPONENT: {
        Reply.MESSAGE, Reply.DEFERRED_MESSAGE, Reply.DEFERRED_UPDATE, Reply.UPDATE, Reply.MODAL,
    },
    Kind.AUTOCOMPLETE: {Reply.AUTOCOMPLETE},
    Kind.MODAL: {Reply.MESSAGE, Reply.DEFERRED_MESSAGE},
}  # fmt: skip


def callback(core: Core, call: Call) -> Json | None:
    interaction = core.interactions.get(call.args[1])
    if interaction is None or str(interaction.id) != call.args[0]:
        raise not_found("interaction")
    if interaction.answer is not None:
        raise already_acknowledged()
    latency = core.clock.seconds() - interaction.started
    if latency > ANSWER_WITHIN:
        raise not_found("interaction")
    reply, data = _reply_type(interaction, call), call.json.get("data") or {}
    if reply in {Reply.MESSAGE, Reply.DEFERRED_MESSAGE}:
        private = (data.get("flags") or 0) & EPHEMERAL or interaction.force_ephemeral
        interaction.original = _first_message(core, call, interaction, reply, data, private=bool(private))
    elif reply is Reply.UPDATE:
        assert interaction.source is not None
        posting.edit(core, call, interaction.source, data)
    elif reply is Reply.MODAL and (found := list(rules.modal_problems(data))):
        raise InvalidForm(found)
    if reply in {Reply.UPDATE, Reply.DEFERRED_UPDATE}:
        interaction.original = interaction.source
    interaction.answer = Answer(reply, latency, data)
    core.changed()
    wants = call.query.get("with_response", "").lower() in {"1", "true"}
    return _callback_json(core, interaction, reply) if wants else None


def _reply_type(interaction: Interaction, call: Call) -> Reply:
    try:
        reply = Reply(call.json["type"])
    except (KeyError, ValueError):
        raise InvalidForm.at("type", "no such answer") from None
    legal = set(MESSAGES_BY_KIND[interaction.kind])
    if interaction.kind is Kind.MODAL and interaction.source is not None:
        legal |= {Reply.DEFERRED_UPDATE, Reply.UPDATE}
    if reply not in legal:
        raise InvalidForm.at("type", f"{reply.name} does not answer a {interaction.kind.name}")
    return reply


def _first_message(
    core: Core, call: Call, interaction: Interaction, reply: Reply, data: Json, *, private: bool
) -> Message:
    audience = interaction.user.id if private else None
    kind = {1: SLASH_ANSWER, 2: CONTEXT_MENU_ANSWER, 3: CONTEXT_MENU_ANSWER}.get(
        interaction.payload["data"].get("type", 0) if interaction.kind is Kind.COMMAND else 0, 0
    )
    metadata = _metadata(core, interaction)
    if reply is Reply.DEFERRED_MESSAGE:
        if unknown := (data.get("flags") or 0) & ~rules.FLAGS_ANSWERED:
            raise InvalidForm.at("data/flags", f"bits {unknown:#x} cannot be set here")
        return posting.loading(core, interaction.channel, ephemeral_for=audience, metadata=metadata, kind=kind)
    return posting.create(
        core,
        call,
        data,
        interaction.channel,
        allowed_flags=rules.FLAGS_ANSWERED,
        ephemeral_for=audience,
        interaction_metadata=metadata,
        kind=kind,
    )


def _metadata(core: Core, interaction: Interaction) -> Json:
    kind = Kind.COMMAND if interaction.kind is Kind.AUTOCOMPLETE else interaction.kind
    body: Json = {
        "id": str(interaction.id),
        "type": int(kind),
        "user": user_json(interaction.user),
        "authorizing_integration_owners": interaction.owners,
    }
    if interaction.original is not None:
        body["original_response_message_id"] = str(interaction.original.id)
    if kind is Kind.COMPONENT and interaction.source is not None:
        body["interacted_message_id"] = str(interaction.source.id)
    if kind is Kind.MODAL:
        body["triggering_interaction_metadata"] = {
            key: body[key] for key in ("id", "user", "authorizing_integration_owners")
        } | {"type": int(Kind.COMPONENT if interaction.source else Kind.COMMAND)}
        if interaction.source is not None:
            body["triggering_interaction_metadata"]["interacted_message_id"] = str(interaction.source.id)
    return body


def _callback_json(core: Core, interaction: Interaction, reply: Reply) -> Json:
    about: Json = {"id": str(interaction.id), "type": int(interaction.kind)}
    if interaction.original is not None:
        about |= {
            "response_message_id": str(interaction.original.id),
            "response_message_loading": interaction.original.loading,
            "response_message_ephemeral": interaction.original.ephemeral,
        }
    body: Json = {"interaction": about}
    if reply in {Reply.MESSAGE, Reply.UPDATE} and interaction.original is not None:
        body["resource"] = {"type": int(reply), "message": core.writer.write(interaction.original)}
    elif reply in {Reply.DEFERRED_MESSAGE, Reply.DEFERRED_UPDATE}:
        body["resource"] = {"type": int(reply)}
    return body


def _open(core: Core, call: Call) -> Interaction:
    """The interaction behind a webhook token, while the token lives and once it was answered."""
    interaction = core.interactions.get(call.args[1])
    if interaction is None or call.id(0) != core.world.application_id:
        raise not_found("Webhook")
    if core.clock.seconds() - interaction.started > TOKEN_LIFETIME:
        raise token_expired()
    if interaction.answer is None or interaction.answer.type is Reply.AUTOCOMPLETE:
        raise not_found("Webhook")
    return interaction


def follow_up(core: Core, call: Call) -> Json:
    interaction = _open(core, call)
    original = interaction.original
    if original is not None and original.loading and not original.deleted:
        # After a deferral the first follow-up is the answer that was waited for (deprecated, still so).
        data = {key: value for key, value in call.json.items() if key != "flags"}
        data["flags"] = (call.json.get("flags") or 0) & rules.FLAGS_EDITED
        posting.edit(core, call, original, data)
        return core.writer.write(original)
    if interaction.remote_only and len(interaction.followups) >= FOLLOWUPS_MAX:
        raise too_many_followups()
    private = (call.json.get("flags") or 0) & EPHEMERAL or interaction.force_ephemeral
    data = {key: value for key, value in call.json.items() if key not in {"username", "avatar_url"}}
    message = posting.create(
        core,
        call,
        data,
        interaction.channel,
        allowed_flags=rules.FLAGS_ANSWERED,
        ephemeral_for=interaction.user.id if private else None,
        interaction_metadata=_metadata(core, interaction),
    )
    interaction.followups.append(message)
    core.changed()
    return core.writer.write(message)


def _message(interaction: Interaction, call: Call) -> Message:
    own = [one for one in (interaction.original, *interaction.followups) if one and not one.deleted]
    wanted = call.args[2] if len(call.args) > 2 else None  # `@original` is no parameter
    for one in own:
        if (one is interaction.original) if wanted is None else (str(one.id) == wanted):
            return one
    raise not_found("Message")


def get(core: Core, call: Call) -> Json:
    return core.writer.write(_message(_open(core, call), call))


def edit(core: Core, call: Call) -> Json:
    message = _message(_open(core, call), call)
    posting.edit(core, call, message, call.json)
    return core.writer.write(message)


def delete(core: Core, call: Call) -> None:
    posting.delete(core, _message(_open(core, call), call))


ROUTES: tuple[tuple[str, str, Any], ...] = (
    ("POST", "/interactions/{}/{}/callback", callback),
    ("POST", "/webhooks/{}/{}", follow_up),
    ("GET", "/webhooks/{}/{}/messages/@original", get),
    ("PATCH", "/webhooks/{}/{}/messages/@original", edit),
    ("DELETE", "/webhooks/{}/{}/messages/@original", delete),
    ("GET", "/webhooks/{}/{}/messages/{}", get),
    ("PATCH", "/webhooks/{}/{}/messages/{}", edit),
    ("DELETE", "/webhooks/{}/{}/messages/{}", delete),
)
