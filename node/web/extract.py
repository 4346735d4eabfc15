"""Collects the texts of templates, scripts and words for changes, for the translations.

    python -m node.web.extract

writes what is new into `translations/*.po` with an empty translation, and drops what is no longer used. A
test sees to it that nothing stays empty. A catalog that says what it should is left as it is, however
the library of today would wrap its lines or word its header. Pages use neither this module nor that library.
"""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import write_po

from node.web.catalogs import Text
from node.web.languages import FOLDER, NAMES, read_catalog

HERE: Final = Path(__file__).parent
SOURCE_LANGUAGE: Final = "en"
LINE_WIDTH: Final = 100
_NO_DATE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Catalogs carry no date of their own: the history of the repository has it."""
_KEYWORDS: Final = {"_": None, "gettext": None, "say": None}
_METHODS: Final = {
    "templates/*.html": "jinja2.ext:babel_extract",
    "static/**/*.js": "javascript",
    "../change_words.py": "python",
}


def collect() -> Catalog:
    """All texts of templates and scripts, each with the files that use it."""
    catalog = Catalog(fuzzy=False)
    for pattern, method in _METHODS.items():
        for path in sorted(HERE.glob(pattern)):
            found = extract_from_file(method, path, keywords=_KEYWORDS)
            for _, message, _, _ in found:
                # Files, not lines: a translation should not change when code above it moves.
                catalog.add(message, locations=[(path.relative_to(HERE).as_posix(), 0)])
    return catalog


def contents(catalog: Catalog) -> dict[str, Text]:
    """What a catalog says, as `read_catalog` gives it.

    Nothing of how it is written: headers and line breaks are the library's, and change with it.
    """
    return {
        str(message.id): Text(
            str(message.string), frozenset(place for place, _ in message.locations)
        )
        for message in catalog
        if message.id
    }


def render(catalog: Catalog) -> bytes:
    """The bytes of a `.po` file, without the name and version of the library that writes it."""
    output = io.BytesIO()
    write_po(
        output,
        catalog,
        width=LINE_WIDTH,
        include_lineno=False,
        omit_header=False,
        sort_output=True,
        ignore_obsolete=True,
    )
    lines = output.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(b'"Generated-By:'))


def updated(code: str, collected: Catalog) -> Catalog:
    """The catalog of a language with exactly the collected texts, keeping what is translated."""
    old = read_catalog(code) if (FOLDER / f"{code}.po").exists() else {}
    new = Catalog(
        locale=code,
        project="Fiado",
        fuzzy=False,
        header_comment=f"# The pages of a Fiado node in {NAMES[code]}.",
        creation_date=_NO_DATE,
        revision_date=_NO_DATE,
    )
    for message in collected:
        if message.id:
            present = old.get(str(message.id))
            new.add(message.id, present.string if present else "", locations=message.locations)
    return new


def main() -> None:
    """Bring all catalogs up to date."""
    collected = collect()
    for code in NAMES:
        if code != SOURCE_LANGUAGE:
            wanted = updated(code, collected)
            path = FOLDER / f"{code}.po"
            if not path.exists() or read_catalog(code) != contents(wanted):
                path.write_bytes(render(wanted))


if __name__ == "__main__":
    main()
