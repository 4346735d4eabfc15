"""Catalogs of translations: reading `.po` files, and giving their texts to templates.

It reads what `writing` writes: comments, places, `msgid` and `msgstr`, with long texts in pieces. Plurals and
contexts are used by nobody here and are refused rather than lost. The library that writes catalogs weighs
more than a node, so what runs reads them without it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from gettext import NullTranslations
from pathlib import Path
from typing import Final

_LINE: Final = re.compile(r'(?:(msgid|msgstr) )?"(.*)"')
_ESCAPED: Final = re.compile(r"\\(.)")
_MEANING: Final = {"n": "\n", "t": "\t", "r": "\r"}


class CatalogError(ValueError):
    """A file is not a catalog as we use them; the text says where."""


@dataclass(frozen=True, slots=True)
class Text:
    """A translation, empty when there is none yet, and the files that use it."""

    string: str
    places: frozenset[str]


class Texts(NullTranslations):
    """Translations by text, as the template library asks for them."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        super().__init__()
        self._texts = dict(texts)

    def gettext(self, message: str) -> str:
        """The translation, or the text itself."""
        return self._texts.get(message) or message


def read_texts(path: Path) -> dict[str, Text]:
    """What a `.po` file says, by text. Raises `CatalogError`, and `OSError` as files do."""
    found: dict[str, Text] = {}
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        parts = {"msgid": "", "msgstr": ""}
        places: set[str] = set()
        part = ""
        for line in block.splitlines():
            if line.startswith("#:"):
                places.update(line[2:].split())
            if line.startswith("#") or not line.strip():
                continue
            matched = _LINE.fullmatch(line.strip())
            part = (matched[1] or part) if matched else ""
            if not matched or not part:
                raise CatalogError(f"{path.name}: {line.strip()[:60]!r} is not understood")
            parts[part] += _ESCAPED.sub(lambda each: _MEANING.get(each[1], each[1]), matched[2])
        # The block without a text is the header.
        if parts["msgid"]:
            found[parts["msgid"]] = Text(parts["msgstr"], frozenset(places))
    return found
