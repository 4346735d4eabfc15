"""Names for payees on this device: an address book beside the wallet, which no node ever sees.

A name is 1 to 32 letters, digits, blanks, dots, apostrophes and hyphens, and begins with a letter or a
digit: so it can be taken neither for an address nor for a link. It has nothing that nobody sees
(`ledger.texts`), such as U+3164, which Unicode calls a letter. Two names that differ in capitals or
composition only are one. Whoever pays by a name is shown the address and asked; a name that somebody has as
a handle at home is not taken. The browser's wallet goes by the same rules
(`node/web/static/parts/contacts.js`, and the vectors in `tests/vectors/contacts.json`).
"""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ledger.texts import is_shown
from ledger.transactions import HANDLE
from node.member.addresses import Address, AddressError, parse_address
from node.member.private_files import DiskFiles, PrivateFiles

MOST_CONTACTS: Final = 1_000
LONGEST_NAME: Final = 32

_FORMAT: Final = "fiado contacts 1"
_LARGEST_FILE: Final = 1_048_576
_MARKS: Final = frozenset(" .'’-")


@dataclass(eq=False)
class NameUnusable(Exception):
    """A text, of which this is the beginning, can't be a name of a contact."""

    text: str


@dataclass(eq=False)
class NameUnknown(Exception):
    """No contact has this name."""

    text: str


@dataclass(eq=False)
class TooManyContacts(Exception):
    """There are as many contacts as are kept."""


@dataclass(eq=False)
class ContactsDamaged(Exception):
    """The file with the contacts can't be read."""

    path: Path


@dataclass(frozen=True, slots=True)
class Contact:
    """Who is meant by a name on this device."""

    name: str
    address: Address


@dataclass(frozen=True, slots=True)
class ContactName:
    """A text that may be the name of a contact, where an address or a link could be, too."""

    text: str


def parse_name(text: str) -> str:
    """A name as it is kept: composed, with single blanks. Raises `NameUnusable`."""
    name = re.sub(" +", " ", unicodedata.normalize("NFC", text)).strip(" ")
    is_short = 1 <= len(name) <= LONGEST_NAME
    is_good = is_short and name[0] not in _MARKS and all(map(_is_kept, name))
    if not is_good or not is_shown(name):
        raise NameUnusable(text[: 2 * LONGEST_NAME])
    return name


def _is_kept(character: str) -> bool:
    return character in _MARKS or unicodedata.category(character)[0] in "LMN"


def is_name(text: str) -> bool:
    """Whether a text can be a name; then it is neither an address nor a link."""
    try:
        parse_name(text)
    except NameUnusable:
        return False
    return True


def is_like_a_handle(name: str) -> str | None:
    """The handle that the name would be at home; None when none can be so."""
    lowered = name.lower() if name.isascii() else name
    return lowered if HANDLE.fullmatch(lowered) else None


def find_contact(contacts: Sequence[Contact], text: str) -> Contact | None:
    """The contact of that name, however its capitals are."""
    try:
        wanted = parse_name(text).casefold()
    except NameUnusable:
        return None
    return next((each for each in contacts if each.name.casefold() == wanted), None)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises ValueError where a field is there twice."""
    document = dict(pairs)
    if len(document) != len(pairs):
        raise ValueError("a field twice")
    return document


class ContactBook:
    """The file beside a wallet. Every change is on the disk when it returns."""

    def __init__(self, wallet: Path, *, files: PrivateFiles | None = None) -> None:
        self._path = wallet.with_name(f"{wallet.name}.contacts")
        self._files = files or DiskFiles()

    def read(self) -> list[Contact]:
        """All contacts by name. Raises `ContactsDamaged`, `UnsafeFile` and `OSError`."""
        data = self._files.read(self._path, largest=_LARGEST_FILE)
        if data is None:
            return []
        try:
            document = json.loads(data, object_pairs_hook=_without_doubles)
            if document["format"] != _FORMAT:
                raise ValueError(document["format"])
            found = [
                Contact(parse_name(name), parse_address(address))
                for name, address in document["contacts"].items()
            ]
            # Of two that are one name nobody knows which was meant.
            if len({each.name.casefold() for each in found}) != len(found):
                raise ValueError("a name twice")
            return found
        except (
            ValueError,
            RecursionError,
            KeyError,
            TypeError,
            AttributeError,
            NameUnusable,
            AddressError,
        ) as error:
            raise ContactsDamaged(self._path) from error

    def find(self, text: str) -> Contact:
        """The contact of a name. Raises `NameUnknown`, and as `read` does."""
        found = find_contact(self.read(), text)
        if found is None:
            raise NameUnknown(text[: 2 * LONGEST_NAME])
        return found

    def put(self, contact: Contact) -> Contact | None:
        """Keep a contact in the place of what had its name, which is returned. Raises `TooManyContacts`."""
        contacts = self.read()
        earlier = find_contact(contacts, contact.name)
        left = [each for each in contacts if each is not earlier]
        if len(left) >= MOST_CONTACTS:
            raise TooManyContacts
        self._write([*left, contact])
        return earlier

    def remove(self, text: str) -> Contact:
        """Forget a contact. Raises `NameUnknown`."""
        found = self.find(text)
        self._write([each for each in self.read() if each != found])
        return found

    def _write(self, contacts: Sequence[Contact]) -> None:
        ordered = sorted(contacts, key=lambda each: each.name.casefold())
        document = {
            "format": _FORMAT,
            "contacts": {each.name: str(each.address) for each in ordered},
        }
        text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
        self._files.replace(self._path, text.encode("utf-8"))
