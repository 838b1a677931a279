"""What a hostile caller sends: any JSON, texts that mean something somewhere, numbers beyond every limit."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

ANY_CHARACTER = st.characters(codec=None, categories=None)  # half characters too
NUMBERS = st.sampled_from([-1, 0, 1, 2, 5, 99, 2**31, 2**63 - 1, 2**63, 2**64, -(2**63) - 1, 10**30])
SPIKES = st.sampled_from(
    [
        "",
        " ",
        "\x00",
        "\ud83d",
        "../../../etc/passwd",
        "..%2f..%2feasel.db",
        "%00",
        "' OR 1=1 --",
        "{0.__class__}",
        "%s%n",
        "@everyone",
        "<@1>",
        "<!channel>",
        "<script>alert(1)</script>",
        "\r\nSet-Cookie: easel=x",
        "true",
        "null",
        "NaN",
        "1e400",
        "٣",
        "²",
        "9" * 30,
        "9" * 5000,
        "x" * 6000,
        "/imagine",
        "/defaults",
        "/usage everybody week",
        "/gallery starred fox",
        "/show",
        "/mydata export",
        "style:none ratio:16:9",
        "{a|b} {c|d}",
    ]
)
TEXTS = SPIKES | st.text(ANY_CHARACTER, max_size=60)
LEAVES: st.SearchStrategy[Any] = st.none() | st.booleans() | st.integers() | NUMBERS | st.floats() | TEXTS
JSON: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=10,
)
