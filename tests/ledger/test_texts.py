"""What names that people read may hold: nothing that nobody sees."""

import sys
import unicodedata

import pytest

from ledger.texts import is_shown


@pytest.mark.parametrize(
    "text",
    [
        "Cooperativa Norte",
        "Ñandú, S. C.",
        "Cooperativa 'La Esperanza' (№ 3)",
        "e\u0301a\u0323\u0301",
        "合作社",
        "תעונית",
        "क्षेत्र",
        "🌽 Maíz",
        "a",
    ],
)
def test_what_people_write_is_shown(text: str) -> None:
    assert is_shown(text)


@pytest.mark.parametrize(
    "text",
    [
        "nor\xadte",
        "\u3164",
        "\u2800",
        "a\U000e0041b",
        "a\ufe0fb",
        "a\u034fb",
        "a\u180eb",
        "a\u202eb",
        "a\u2066b",
        "a\x1b[31m",
        "a\x00b",
        "a\n",
        "a" + "\u0301" * 3,
        "a" + "\u0301" * 63,
        "\u0301a",
        " norte",
        "norte ",
        "nor  te",
        "nor\xa0te",
        "nor\u2009te",
        " ",
    ],
)
def test_what_nobody_sees_is_refused(text: str) -> None:
    assert not is_shown(text)


def test_everything_that_unicode_calls_a_control_or_a_format_is_refused() -> None:
    shown = [
        f"U+{code:04X}"
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp")
        and is_shown(f"a{chr(code)}b")
    ]
    assert shown == []
