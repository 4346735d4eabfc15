"""Catalogues as files: what one says, its bytes, and how it is brought up to date with the texts in use.

Only the programs that collect texts load this module, and Babel with it; what runs reads by `catalogs`.
"""

import io
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from node.words.catalogs import Text, read_texts

LINE_WIDTH: Final = 100
_NO_DATE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Catalogs carry no date of their own: the history of the repository has it."""


def contents(catalog: Catalog) -> dict[str, Text]:
    """What a catalog says, as `read_texts` gives it.

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


def updated(code: str, collected: Catalog, old: Mapping[str, Text], *, about: str) -> Catalog:
    """The catalog of a language with exactly the collected texts, keeping what `old` has of them."""
    new = Catalog(
        locale=code,
        project="Fiado",
        fuzzy=False,
        header_comment=f"# {about}",
        creation_date=_NO_DATE,
        revision_date=_NO_DATE,
    )
    for message in collected:
        if message.id:
            present = old.get(str(message.id))
            new.add(message.id, present.string if present else "", locations=message.locations)
    return new


def bring_up_to_date(path: Path, wanted: Catalog) -> None:
    """Write a catalog, but leave a file alone that says all of it and no more."""
    if not path.exists() or read_texts(path) != contents(wanted):
        path.write_bytes(render(wanted))
