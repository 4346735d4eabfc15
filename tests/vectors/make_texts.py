"""The vectors of what nobody sees in a text.

    python -m tests.vectors.make_texts

writes `texts.json`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ledger.texts import is_shown, without_unseen
from tests.vectors.make_vectors import render

FILE: Final = Path(__file__).parent / "texts.json"
_TEXTS: Final = (
    *(
        "Carla",
        "\u00d1and\u00fa",
        "a b",
        "e\u0301a\u0323\u0301",
        "\u5408\u4f5c\u793e",
        "\U0001f33d Ma\u00edz",
    ),
    *(
        "a  b",
        " a",
        "a ",
        "\u0301a",
        "a\u0301\u0301\u0301",
        "a\u202eb",
        "nor\xadte",
        "\u3164",
        "a\ufe0fb",
    ),
    *("a\nb", "a\r\nb\tc", "a\u2028b", "a\u3000b\xa0c", "\U000e0041a", "a\u115f\u1160\uffa0b", ""),
)


def texts() -> dict[str, Any]:
    """All of the file."""
    return {
        "hidden": [list(each) for each in _hidden()],
        "texts": [
            {"text": text, "is_shown": is_shown(text), "seen": without_unseen(text)}
            for text in _TEXTS
        ],
    }


def _hidden() -> Iterator[tuple[int, int]]:
    """The first and the last of each row of code points that no shown text has, surrogates passed over."""
    first = None
    for code in range(0x110001):
        is_other = code == 0x110000 or 0xD800 <= code <= 0xDFFF or is_shown(f"a{chr(code)}b")
        if is_other and first is not None:
            yield first, code - 1
            first = None
        elif not is_other and first is None:
            first = code


if __name__ == "__main__":
    FILE.write_text(render(texts()), encoding="utf-8")
