"""Puts jobs and refusals into words: Cards in the reader's language, which platforms then draw."""

from bot.cards.audit_card import audit_card as audit_card
from bot.cards.gallery_card import gallery_card as gallery_card
from bot.cards.gallery_card import gallery_channel_card as gallery_channel_card
from bot.cards.help_text import help_text as help_text
from bot.cards.job_card import job_card as job_card
from bot.cards.job_json import job_json as job_json
from bot.cards.moderation_card import appeal_card as appeal_card
from bot.cards.moderation_card import budget_card as budget_card
from bot.cards.moderation_card import ceiling_card as ceiling_card
from bot.cards.moderation_card import community_notice_card as community_notice_card
from bot.cards.moderation_card import cut_limits_card as cut_limits_card
from bot.cards.moderation_card import report_card as report_card
from bot.cards.more_card import more_card as more_card
from bot.cards.mydata_text import mydata_readme as mydata_readme
from bot.cards.phrases import alt_text as alt_text
from bot.cards.phrases import options_line as options_line
from bot.cards.refusal_card import refusal_card as refusal_card
from bot.cards.settings_card import settings_card as settings_card
from bot.cards.sheet_card import sheet_foot as sheet_foot
from bot.cards.show_card import show_card as show_card
from bot.cards.usage_card import usage_card as usage_card
from bot.cards.usage_card import usage_chart as usage_chart
from bot.cards.why_card import why_card as why_card
