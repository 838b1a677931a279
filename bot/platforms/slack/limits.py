"""Slack's numbers, each with its source. Where an answer tells a value (Retry-After), that value wins."""

from __future__ import annotations

from typing import Final

MIB: Final = 1024 * 1024

# https://docs.slack.dev/reference/block-kit/blocks and /block-kit/block-elements/button-element
SECTION_TEXT: Final = 3000
CONTEXT_ELEMENTS: Final = 10
CONTEXT_TEXT: Final = 2000
ACTION_ELEMENTS: Final = 25
BUTTON_LABEL: Final = 75
BUTTON_VALUE: Final = 2000
ALT_TEXT: Final = 2000
MESSAGE_BLOCKS: Final = 50
# https://docs.slack.dev/reference/methods/chat.postMessage#truncating
FALLBACK_TEXT: Final = 4000

# https://docs.slack.dev/reference/views
VIEW_TITLE: Final = 24
VIEW_BLOCKS: Final = 100
TEXT_INPUT: Final = 3000
OPTION_TEXT: Final = 75

# Slack takes files of a gigabyte; these are what a chat should load. Its image blocks show JPEG and PNG, no WebP:
# https://docs.slack.dev/reference/block-kit/composition-objects/slack-file-object
PICTURE_BYTES: Final = 8 * MIB
PICTURES_BYTES: Final = 4 * PICTURE_BYTES
# Somebody's data as one file; the library wants it in memory.
ARCHIVE_BYTES: Final = 200 * MIB
# Messages with pictures that are made and sent side by side; each may hold PICTURES_BYTES in memory.
UPLOADS_AT_ONCE: Final = 4

# chat.update is tier 3, 50 a minute for a whole workspace: https://docs.slack.dev/apis/web-api/rate-limits
EDIT_INTERVAL_SECONDS: Final = 3.0
# chat.postMessage is one a second for a channel; a little more, as messages do not travel at one speed.
POST_SECONDS: Final = 1.1
# A pause that a 429 asks for and that is waited out on the spot; beyond it the caller is told.
RATE_PAUSE_SECONDS: Final = 30.0
RATE_PAUSES: Final = 3

CALL_SECONDS: Final = 20.0
# While somebody waits for a first answer: one call, and all of its tries together with their pauses. A trigger_id is
# good for three seconds: https://docs.slack.dev/interactivity/handling-user-interaction#modal-responses
URGENT_CALL_SECONDS: Final = 2.5
URGENT_SECONDS: Final = 2.0
URGENT_PAUSES: Final = (0.2, 0.6, 1.0)
UPLOAD_SECONDS: Final = 120.0
# After each try to complete an upload whose answer was lost, before the files are looked at.
COMPLETE_PAUSES: Final = (1.0, 2.0, 4.0)
# A trigger_id opens a form for three seconds; what is left of them after our own look-ups is for the way to Slack.
# https://docs.slack.dev/interactivity/handling-user-interaction#modal-responses
FORM_LOOKUP_SECONDS: Final = 1.2
# A form that was sent is answered within three seconds too, or its reader is told that something went wrong.
FORM_ANSWER_SECONDS: Final = 2.0

# A file is looked through for viruses before it can be shown; how often and how long that is asked about.
FILE_LOOKS: Final = 20
FILE_LOOK_SECONDS: Final = 0.5
# "invalid_blocks" while a file is not ready, although it was said to be.
NOT_READY_TRIES: Final = 5

# https://docs.slack.dev/interactivity/handling-user-interaction#message-responses: five times within half an hour.
RESPONSE_URL_USES: Final = 5
RESPONSE_URL_SECONDS: Final = 30 * 60.0

# Requests older than that are refused: https://docs.slack.dev/authentication/verifying-requests-from-slack
STALE_SECONDS: Final = 5 * 60.0

MEMBERSHIP_SECONDS: Final = 5 * 60.0
PERSON_SECONDS: Final = 60 * 60.0
# How long Slack may take to say who somebody is; a form must be open three seconds after its button was pressed.
PERSON_LOOKUP_SECONDS: Final = 2.0
# Names that a prompt leaves out: how many are asked for, how long Slack may take, and how long one is.
MOST_REFERENCES: Final = 20
REFERENCE_SECONDS: Final = 1.5
REFERENCE_NAME: Final = 80
REMEMBERED: Final = 5000  # people, channels, envelopes
