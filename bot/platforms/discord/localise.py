"""The commands' texts in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from discord import Locale, app_commands

from bot.cards.sentences import codes, words
from bot.grammar.options import OPTIONS

_CHINESE = {Locale.chinese, Locale.taiwan_chinese}


def all_texts() -> Mapping[str, str]:
    """English text of a command → its Chinese."""
    texts = {words(code, "en"): words(code, "zh-CN") for code in codes("commands")}
    for option in OPTIONS:
        texts[option.description("en")] = option.description("zh-CN")
        english, chinese = option.choices("en"), option.choices("zh-CN")
        texts |= {one.label: other.label for one, other in zip(english, chinese, strict=True)}
    return texts


class TableTranslator(app_commands.Translator):
    """English is Discord's default for everybody else. Asked for each text in each of Discord's 32 languages."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        _context: app_commands.TranslationContextTypes,
    ) -> str | None:
        return self._texts.get(string.message) if locale in _CHINESE else None
