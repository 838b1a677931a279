"""The README in an archive of somebody's data."""

from __future__ import annotations

from bot.cards.sentences import words


def mydata_readme(locale: str, jobs: int, pictures: int, left_out: int) -> str:
    """What is in the archive, for the person it is of; lines end as every editor understands."""
    parts = ["mydata-readme-title", "mydata-readme-jobs", "mydata-readme-usage", "mydata-readme-pictures"]
    if left_out:
        parts.append("mydata-readme-left-out")
    parts.append("mydata-readme-delete")
    said = (words(code, locale, jobs=jobs, pictures=pictures, n=left_out) for code in parts)
    return "\r\n\r\n".join(said) + "\r\n"
