# ruff: noqa: E501 - the name of a test is as long as it is
"""Each hostile thing that was thought of, and the test that does it; a test that moves is noticed here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# fmt: off
CLAUSES = {
    "any text for the grammar": "grammar/test_grammar_properties.py::test_any_text_gives_a_request_or_a_refusal_that_can_be_sent",
    "any answer of the provider": "seedream/test_seedream_submit.py::test_any_envelope_ends_in_the_family",
    "any page of the provider": "seedream/test_seedream_payloads.py::test_any_data_is_a_page_or_unreadable",
    "codes without end": "hostile/test_hostile_growth.py::test_a_provider_that_invents_codes_makes_no_time_series",
    "any request to the page": "hostile/test_hostile_web.py::test_whatever_is_sent_is_answered_and_nothing_breaks",
    "any bytes to the page": "hostile/test_hostile_web.py::test_any_bytes_are_a_command_or_a_4xx",
    "nonsense to the callback": "web/test_web_probes.py::test_nonsense_from_the_provider_is_taken_and_forgotten",
    "a callback's secret guessed": "web/test_web_probes.py::test_a_wrong_secret_is_an_address_that_is_not_there",
    "forged buttons, Discord": "hostile/test_hostile_discord.py::test_forged_buttons_order_nothing_and_break_nothing",
    "forms of nonsense, Discord": "hostile/test_hostile_discord.py::test_forms_of_nonsense_break_nothing",
    "options of wrong kinds, Discord": "hostile/test_hostile_discord.py::test_options_of_the_wrong_kind_break_nothing",
    "forged buttons, Slack": "hostile/test_hostile_slack.py::test_a_forged_button_is_answered_and_orders_nothing",
    "unsigned requests, Slack": "slack/test_slack_http.py::test_what_is_not_signed_is_refused",
    "replayed requests, Slack": "slack/test_slack_http.py::test_what_is_replayed_is_refused",
    "escapes of Slack": "hostile/test_hostile_slack.py::test_whatever_was_typed_is_no_mention_when_it_is_shown",
    "mentions and markup, Discord": "discord/test_discord_imagine.py::test_mentions_and_markup_in_a_prompt_are_only_shown",
    "mentions and markup, Slack": "hostile/test_hostile_slack.py::test_mentions_in_a_prompt_notify_nobody_but_its_author",
    "markup on the page": "web/test_web_page.py::test_nothing_on_the_page_is_inline_or_from_elsewhere",
    "6,000 characters, Discord": "hostile/test_hostile_discord.py::test_a_prompt_of_6000_characters_is_refused_and_pings_nobody",
    "6,000 characters, Slack": "hostile/test_hostile_slack.py::test_a_prompt_of_6000_characters_is_said_to_its_author_alone",
    "6,000 characters, the page": "hostile/test_hostile_web.py::test_a_prompt_of_thousands_of_characters_is_refused_and_costs_nothing",
    "a button pressed twice, Discord": "discord/test_discord_buttons.py::test_a_double_press_on_delete_is_answered_with_a_sentence",
    "a button pressed twice, Slack": "hostile/test_hostile_slack.py::test_the_same_delete_pressed_twice_and_by_a_stranger",
    "a stranger's press, Discord": "discord/test_discord_buttons.py::test_a_stranger_may_not_delete_and_a_moderator_may",
    "an id of another community": "discord/test_discord_buttons.py::test_somebody_of_another_community_sees_no_job_of_this_one",
    "somebody else's offer, Slack": "slack/test_slack_buttons.py::test_somebody_elses_offer_is_not_taken",
    "decompression bombs": "hostile/test_hostile_pictures.py::test_a_bomb_is_not_unpacked",
    "headers that lie": "hostile/test_hostile_pictures.py::test_a_header_that_lies_is_broken",
    "damaged pictures": "hostile/test_hostile_pictures.py::test_damaged_pictures_are_pictures_or_broken",
    "links to inner addresses": "seedream/test_seedream_downloads.py::test_links_that_are_not_public_https_are_refused",
    "redirects to inner addresses": "seedream/test_seedream_downloads.py::test_a_redirect_is_checked_like_the_first_link",
    "names of inner addresses": "seedream/test_seedream_downloads.py::test_a_name_that_leads_inside_is_refused_while_connecting",
    "rebinding between check and use": "seedream/test_seedream_downloads.py::test_the_addresses_that_were_checked_are_those_that_are_connected_to",
    "path traversal": "hostile/test_hostile_paths.py::test_no_path_leads_out",
    "cross-site requests": "web/test_web_doors.py::test_other_sites_can_not_write",
    "DNS rebinding of the page": "web/test_web_doors.py::test_a_name_that_is_not_ours_is_dns_rebinding",
    "heads that don't end": "hostile/test_hostile_connections.py::test_a_head_that_does_not_end_is_not_awaited_for_ever",
    "bodies that don't end": "web/test_web_commands.py::test_a_body_that_does_not_arrive_is_not_awaited_for_ever",
    "answers that nobody reads": "hostile/test_hostile_connections.py::test_an_answer_that_nobody_reads_is_dropped",
    "thousands of streams": "hostile/test_hostile_connections.py::test_thousands_of_open_streams_are_refused_politely",
    "no HTTP at all": "hostile/test_hostile_connections.py::test_what_is_no_http_is_refused_in_a_sentence_and_stays_out_of_the_log",
    "secrets anywhere": "hostile/test_hostile_secrets.py::test_what_a_whole_story_writes_holds_no_secret_and_no_prompt",
    "tables that grow": "hostile/test_hostile_growth.py::test_every_table_is_pruned_or_says_what_bounds_it",
    "hours of load": "hostile/test_hostile_day.py::test_hours_of_load_leave_memory_files_and_tables_as_they_were",
    "pictures beyond their bytes": "actions/test_actions_retention.py::test_beyond_their_bytes_the_oldest_go_wherever_they_are",
}
# fmt: on


@pytest.mark.parametrize("clause", CLAUSES)
def test_it_has_its_test(clause: str) -> None:
    file, _, name = CLAUSES[clause].partition("::")
    assert re.search(rf"^(async )?def {name}\(", (ROOT / "tests" / file).read_text(), re.MULTILINE)
