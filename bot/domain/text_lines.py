"""How high a text may become: blank lines cost no characters, but a screenful of them hides a channel."""

from __future__ import annotations


def few_lines(text: str, most: int) -> str:
    """`text` in at most `most` lines, with … where something is missing. What fits already is left as typed.

    Of several blank lines in a row, one stays first; a line of invisible characters is cut like any other.
    """
    lines = text.splitlines()
    if len(lines) <= most:
        return text
    squeezed = [line for at, line in enumerate(lines) if line.strip() or (at and lines[at - 1].strip())]
    if len(squeezed) <= most:
        return "\n".join(squeezed).strip("\n")
    return "\n".join(squeezed[:most]).rstrip() + "…"
