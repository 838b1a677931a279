"""What becomes of an acknowledgement's payload, and of what is posted to a response_url."""

from typing import Any

from . import posting, views
from .acts import RESPONSE_URL_USES, Act
from .blocks import Json
from .errors import ApiError, Malformed
from .messages import Message, View
from .oauth import OAuth

ANSWER_KEYS = {
    "text", "blocks", "attachments", "response_type", "replace_original", "delete_original", "thread_ts", "metadata",
    "unfurl_links", "unfurl_media", "mrkdwn",
}  # fmt: skip
SUBMISSION = "view_submission"


class Answers(OAuth):
    def outcome(self, act: Act, payload: Json) -> None:
        """Do what an acknowledgement asks for; a malformed one is a violation, and the person sees an error."""
        kind = act.payload.get("type")
        try:
            if act.kind == "slash_commands":
                self._command(act, payload)
            elif kind == SUBMISSION:
                self._submission(act, payload)
            elif payload and kind != "block_suggestion":
                self.violate("ack", "", f"Slack ignores what an acknowledgement of {kind} says: {payload}")
        except Malformed as error:
            for where, words in error.problems:
                self.violate("ack", where, words)
            act.failure = error.error
        except ApiError as error:
            act.failure = error.error

    def _command(self, act: Act, payload: Json) -> None:
        if payload.get("text") or payload.get("blocks") or payload.get("attachments"):
            self.answer(act, payload)

    def _submission(self, act: Act, payload: Json) -> None:
        """https://docs.slack.dev/surfaces/modals#handling_submissions"""
        view, user, bot = act.source, act.user, act.installation
        assert isinstance(view, View)
        action = payload.get("response_action")
        if strangers := set(payload) - {"response_action", "errors", "view"}:
            raise Malformed("invalid_response", [("", f"a submission is not answered with {sorted(strangers)}")])
        if action == "errors":
            inputs = {one["block_id"] for one in view.blocks if one["type"] == "input"}
            errors = payload.get("errors") or {}
            if not errors or not set(errors) <= inputs:
                raise Malformed("invalid_response", [("/errors", f"{sorted(errors)} are not input blocks")])
            view.errors = dict(errors)
        elif action == "update":
            views.rewrite(self, bot, view, payload.get("view"))
            act.view = view
        elif action == "push":
            act.view = views.show(self, bot, user, payload.get("view"), pushed=True)
        elif action in {None, "clear"}:
            self.close_views(act, user.modals[:] if action == "clear" else [view])
        else:
            raise Malformed("invalid_response", [("/response_action", f"{action!r} is unknown")])

    def close_views(self, act: Act, closing: list[View]) -> None:
        for one in closing:
            one.closed = True
            if one in act.user.modals:
                act.user.modals.remove(one)
        self.changed()

    def answer(self, act: Act, body: Any) -> Message | None:
        """Post, replace or delete as a response_url does; raises `Malformed` and `ApiError`.

        https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
        """
        if not isinstance(body, dict):
            raise Malformed("invalid_payload", [("", "must be a JSON object")])
        if strangers := set(body) - ANSWER_KEYS:
            raise Malformed("invalid_payload", [("", f"unknown {sorted(strangers)}")])
        kind = body.get("response_type") or "ephemeral"
        if kind not in {"ephemeral", "in_channel"}:
            raise Malformed("invalid_payload", [("/response_type", f"{kind!r} is unknown")])
        source = act.source if isinstance(act.source, Message) else None
        mine = source is not None and source.bot_id == act.installation.bot_id and not source.deleted
        if body.get("delete_original"):
            if source is None or not mine:
                raise ApiError("message_not_found")
            posting.delete(self, source)
            return None
        said = posting.content(self, act.installation, body)
        if not said.text and not said.blocks and not said.attachments:
            raise Malformed("no_text", [("/text", "needs text, blocks or attachments")])
        if body.get("replace_original") and source is not None and mine:
            posting.change(self, source, said, replace=True)
            return source
        return self._say(act, body, said, only_them=kind == "ephemeral")

    def _say(self, act: Act, body: Json, said: posting.Content, *, only_them: bool) -> Message:
        assert act.channel is not None
        thread = body.get("thread_ts")
        if thread is not None and thread not in act.channel.all_messages:
            raise ApiError("thread_not_found")
        bot, user = act.installation, act.user
        message = posting.create(
            self, act.channel, bot.bot, said, bot=bot, thread_ts=thread, only_for=user if only_them else None
        )
        act.answers.append(message)
        self.changed()
        return message

    def use_response_url(self, token: str, body: Any) -> tuple[int, str | Json]:
        """One post to a response_url: status and answer."""
        url = self.response_urls.get(token)
        if url is None:
            return 404, "no_service"
        if self.clock.seconds() > url.ends:
            return 404, {"ok": False, "error": "expired_url"}
        if url.uses >= RESPONSE_URL_USES:
            return 404, {"ok": False, "error": "used_url"}
        url.uses += 1
        try:
            self.answer(url.act, body)
        except Malformed as error:
            for where, words in error.problems:
                self.violate("response_url", where, words)
            return 400, error.body
        except ApiError as error:
            return (404 if error.error == "message_not_found" else 400), error.body
        return 200, "ok"
