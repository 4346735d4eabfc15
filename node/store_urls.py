"""Where a node keeps its data, as people write it: `sqlite:///node.db` or `postgresql://user@host/name`.

One rule for every place that takes such an address: `fiado node init`, `node.toml`, and opening a store. It
needs no database library, so a wrong address is told when it is written and not when a node is to run.
"""

import re
from dataclasses import dataclass
from typing import Final

from node.urls import LONGEST_SHOWN

SQLITE: Final = "sqlite:///"
_POSTGRESQL: Final = re.compile(r"postgresql(\+psycopg)?://[^\s\0]+")
_KIND: Final = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_REMEDY: Final = f"Write {SQLITE}FILE, or postgresql://user@host/name."


@dataclass(eq=False)
class StoreUrlError(Exception):
    """A text is not the address of a store: `problem` says why, `remedy` what would be taken."""

    problem: str
    remedy: str = _REMEDY

    def __str__(self) -> str:
        return f"{self.problem}. {self.remedy}"


def check_store_url(text: str) -> str:
    """The address as it is. Raises `StoreUrlError`, which shows no password."""
    if text.startswith(SQLITE):
        name = text.removeprefix(SQLITE)
        if name in ("", ":memory:") or "\0" in name:
            raise StoreUrlError("A node keeps its data in a file, and this names none")
        return text
    if _POSTGRESQL.fullmatch(text):
        return text
    kind = _KIND.match(text)
    if kind is None:
        raise StoreUrlError("This is not the address of a database")
    name = kind[1][:LONGEST_SHOWN].lower()
    if name in ("sqlite", "postgresql"):
        raise StoreUrlError(f"This is not how the address of a {name} database is written")
    raise StoreUrlError(f"A node can't keep its data in a {name} database")
