"""How the files of a job are called: by the words of its prompt, safe on every file system."""

from __future__ import annotations

import os
import re
import unicodedata

_MOST = 40  # characters; with the id below what any file system takes, also in bytes
_RESERVED = re.compile(r"con|prn|aux|nul|com[0-9]|lpt[0-9]", re.IGNORECASE)  # of Windows
_NOTHING = "easel"


def slug(prompt: str) -> str:
    """Letters and digits of any script, with hyphens between the words; `easel` where there are none."""
    kept = unicodedata.normalize("NFKC", prompt).lower()
    # Marks belong to the letters before them (Hindi, Thai); the Latin ones are in the letters by now.
    words = re.sub(r"[^\w\u0300-\u036f\u0900-\u0dff\u0e00-\u0eff]+|_+", "-", kept).strip("-")
    if len(words) > _MOST:
        cut = words[:_MOST]
        words = (cut.rpartition("-")[0] or cut) if words[_MOST] != "-" else cut
    words = words.strip("-") or _NOTHING
    try:
        os.fsencode(words).decode("utf-8")
    except UnicodeError:  # the file system is told to be ASCII
        plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
        words = re.sub(r"-+", "-", plain).strip("-") or _NOTHING
    return f"{words}-" if _RESERVED.fullmatch(words) else words


def file_name(prompt: str, job_id: str, number: int, suffix: str, *, sheet: bool = False) -> str:
    """`a-red-fox-k3v9x2m4p7qa-1.png`; a contact sheet says that it is one. The id keeps names apart."""
    if sheet:
        return f"{slug(prompt)}-contact-sheet-{job_id}.{suffix}"
    return f"{slug(prompt)}-{job_id}-{number}.{suffix}"
