"""Finds English in what was said to somebody in another language."""

import re
from typing import Final

_LACKED: Final = """
    about after again and are been before but can each else from had has have if it its may more must
    nobody none not nothing of or other others some than that the their them then there these they this
    those to until was were what when where which who will with without you your
"""
WORDS: Final = frozenset(_LACKED.split())
"""Words of which hardly any English sentence has none, and that Spanish and Portuguese do not have."""

_QUOTED: Final = re.compile(
    r"`[^`]*`|“[^”]*”|\"[^\"]*\"|'[^']*'|https?://\S+|\S*/\S+|--[a-z-]+|\S*\[\S*|\w+[._]\w+|\b[A-Z_]{2,}\b"
)
"""Commands, quotations, addresses, paths, options, and names of fields and of pages."""
_WORD: Final = re.compile(r"[A-Za-zÀ-ÿ]+")


def english_in(text: str) -> list[str]:
    """The lines that have an English word, outside of what is quoted."""
    return [
        line
        for line in text.splitlines()
        if WORDS.intersection(word.lower() for word in _WORD.findall(_QUOTED.sub(" ", line)))
    ]
