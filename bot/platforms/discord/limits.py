"""Discord's numbers, each with its source. Where the running platform tells a value, that value wins."""

from __future__ import annotations

from typing import Final

MIB: Final = 1024 * 1024

# https://docs.discord.com/developers/interactions/receiving-and-responding#responding-to-an-interaction
# Three seconds for the first answer, fifteen minutes for the rest.
# The token's last half minute is not relied on: clocks differ, and an upload takes a while.
TOKEN_MARGIN_SECONDS: Final = 30.0

# https://docs.discord.com/developers/resources/message#embed-object-embed-limits
EMBED_TITLE: Final = 256
EMBED_DESCRIPTION: Final = 4096
EMBED_TOTAL: Final = 6000
# 2048 are allowed; this is what title and description leave of the total.
EMBED_FOOTER: Final = EMBED_TOTAL - EMBED_TITLE - EMBED_DESCRIPTION
# https://docs.discord.com/developers/components/reference: of a message, nested components counted too.
V2_COMPONENTS: Final = 40
V2_TEXT: Final = 4000
V2_GALLERY: Final = 10
ROW_BUTTONS: Final = 5
CLASSIC_ROWS: Final = 5  # without components v2
# https://docs.discord.com/developers/components/reference#button
BUTTON_LABEL: Final = 80
# https://docs.discord.com/developers/components/reference#label, #text-input
FORM_TITLE: Final = 45
FORM_LABEL: Final = 45
FORM_HINT: Final = 100
SELECT_OPTIONS: Final = 25
SELECT_LABEL: Final = 100
# https://docs.discord.com/developers/resources/message#attachment-object
ALT_TEXT: Final = 1024

# One file. The documented limit moved 8 → 25 → 10 → 20 MiB since 2023, so the runtime's number counts;
# 10 MiB is the least it has been (https://github.com/discord/discord-api-docs/issues/8572).
FILE_FLOOR: Final = 10 * MIB
# An interaction's `attachment_size_limit` was seen higher than what is taken
# (https://github.com/discord/discord-api-docs/issues/7603), so it is not believed beyond this.
FILE_CAP: Final = 24 * MIB
# One whole request may have 25 MiB (#create-message); a little is kept for what is sent around the files.
REQUEST_FILES: Final = 25 * MIB - 256 * 1024
# Where even that is refused (413, 40005): bytes for one file and for all of them, step by step.
LADDER: Final = ((FILE_FLOOR, 20 * MIB), (8 * MIB, 12 * MIB), (4 * MIB, 6 * MIB), (1 * MIB, 2 * MIB))

# Messages with pictures that are made and sent side by side; each may hold REQUEST_FILES in memory.
UPLOADS_AT_ONCE: Final = 6

# About 5 edits in 2 seconds are taken per interaction token; a card that changes faster can't be read either.
EDIT_INTERVAL_SECONDS: Final = 2.0
# 10,000 answers of 401, 403 and 429 in ten minutes get an address banned
# (https://docs.discord.com/developers/topics/rate-limits#invalid-request-limit-aka-cloudflare-bans).
INVALID_REQUESTS_WINDOW: Final = 10 * 60.0
# We stop before that: others may share the address.
INVALID_REQUESTS_STOP: Final = 5000
CLOSED_CHANNEL_SECONDS: Final = 5 * 60.0

# discord.py repeats a 5xx after 1, 3, 5, 7 and 9 seconds by itself; a call is given up soon after that.
CALL_SECONDS: Final = 40.0
UPLOAD_SECONDS: Final = 120.0
# A 429 that asks for a longer pause than this comes back as an error instead (the least discord.py allows).
RATE_LIMIT_SECONDS: Final = 30.0

# https://docs.discord.com/developers/components/reference#text-input
TEXT_INPUT: Final = 4000
# A form is the first answer, so there are three seconds to fill it in; the rest is for the way to Discord.
FORM_LOOKUP_SECONDS: Final = 1.5
# The gateway takes five in twenty seconds, but nobody reads that fast.
PRESENCE_SECONDS: Final = 60.0
# How long discord.py remembers a form that was opened. It is read without that, so this only bounds memory.
FORM_SECONDS: Final = 15 * 60.0
