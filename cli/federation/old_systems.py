"""Members and balances as other systems write them: CSV of Cyclos, Komunitin and TimeOverflow.

Columns are known by their headings, in English, Spanish, Catalan or Portuguese, in any order; fields may be
parted by commas, semicolons or tabs, amounts may have a decimal comma, hours may be written 2:30. The file
is UTF-8, or UTF-16 with its mark. All of it is taken, or nothing: the first row that can't be is named with
its line.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from cli.federation.old_headings import SYSTEMS as SYSTEMS
from cli.federation.old_headings import System
from cli.shell.language import say
from ledger.codec import MAX
from ledger.names import HANDLE

MOST_ROWS: Final = 10_000
LARGEST_FILE: Final = 8_388_608
_SEPARATORS: Final = (";", "\t", ",")
_AMOUNT: Final = re.compile(r"([+-]?)(\d{1,13})(?:[.,](\d{1,2}))?")
_HOURS: Final = re.compile(r"([+-]?)(\d{1,9}):([0-5]\d)(?::[0-5]\d)?")
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}((?:\.\d{3})+(?:,\d{1,2})?|(?:,\d{3})+(?:\.\d{1,2})?)")


@dataclass(eq=False)
class ImportProblem(Exception):
    """A file can't be taken in; `problem` says why, `line` where, 0 for the whole file."""

    problem: str
    line: int = 0


_ORGANISATIONS: Final = re.compile(
    r"organi[sz]|business|empresa|negocio|comerc|comerç|company|entidad|coop"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldMember:
    """A member as the file has it. Amounts in minor units; `limit` None where the file says none."""

    line: int
    id: str
    name: str
    handle: str
    is_organisation: bool
    balance: int
    limit: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OldBooks:
    """All of a file, and the hash of its bytes."""

    system: System
    members: tuple[OldMember, ...]
    statement: bytes
    unknown_columns: tuple[str, ...]

    @property
    def total(self) -> int:
        """The sum of the balances, which the commons takes upon itself."""
        return sum(member.balance for member in self.members)


def read_old_books(path: Path, system: System) -> OldBooks:
    """What an export says. Raises `ImportProblem` and `OSError`."""
    with path.open("rb") as file:
        data = file.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise ImportProblem(say("the file is far too large"))
    rows = _rows(_text(data))
    line, headings = next(rows, (0, []))
    columns = _columns(system, headings, line)
    taken: dict[str, OldMember] = {}
    handles: dict[str, OldMember] = {}
    for line, cells in rows:
        if len(taken) == MOST_ROWS:
            raise ImportProblem(say("more than {most} members", most=MOST_ROWS), line)
        member = _member(cells, columns, line, handles)
        earlier = taken.get(member.id)
        if earlier is not None:
            raise ImportProblem(
                say("{id} is there twice, on line {line} already", id=member.id, line=earlier.line),
                line,
            )
        taken[member.id] = handles[member.handle] = member
    if not taken:
        raise ImportProblem(say("it has no members"))
    known = set(columns.values())
    return OldBooks(
        system=system,
        members=tuple(taken.values()),
        statement=sha256(data).digest(),
        unknown_columns=tuple(each for at, each in enumerate(headings) if at not in known and each),
    )


def _text(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    else:
        encoding = "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ImportProblem(
            say("it is not UTF-8; save the file as UTF-8 in your spreadsheet"), line
        ) from error


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, each with its line."""
    heading = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        try:
            cells = [" ".join(cell.split()) for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error as error:
            raise ImportProblem(say("its quotes can't be read"), reader.line_num) from error
        if any(cells):
            yield reader.line_num, cells


def _columns(system: System, headings: list[str], line: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, heading in enumerate(headings):
        for column, names in system.columns.items():
            if heading.lower() in names and column not in found:
                found[column] = at
                break
    for column in system.needed:
        if column not in found:
            wanted = ", ".join(sorted(system.columns[column]))
            raise ImportProblem(
                say(
                    "{system}: no column is called one of {names}", system=system.name, names=wanted
                ),
                line,
            )
    return found


def _member(
    cells: list[str], columns: Mapping[str, int], line: int, handles: Mapping[str, OldMember]
) -> OldMember:
    def cell(column: str) -> str:
        at = columns.get(column)
        return "" if at is None or at >= len(cells) else cells[at]

    id_ = cell("id")
    if not id_:
        raise ImportProblem(say("a member without a name or number"), line)
    name = cell("name") or id_
    source = name if id_.isdecimal() else id_
    handle = _handle(source, id_, line, handles)
    limit = cell("limit")
    return OldMember(
        line=line,
        id=id_,
        name=name,
        handle=handle,
        is_organisation=_ORGANISATIONS.search(cell("group").lower()) is not None,
        balance=_amount(cell("balance"), line),
        limit=abs(_amount(limit, line)) if limit else None,
    )


def _handle(source: str, id_: str, line: int, handles: Mapping[str, OldMember]) -> str:
    """A handle that people recognise; with the old number behind it where somebody has it already."""
    plain = unicodedata.normalize("NFKD", source.partition("@")[0]).encode("ascii", "ignore")
    handle = re.sub(r"[^a-z0-9._-]+", ".", plain.decode("ascii").lower()).strip("._-")[:32]
    if handle in handles:
        handle = f"{handle[: 31 - len(id_)]}-{id_.lower()}"
    if not HANDLE.fullmatch(handle) or handle in handles:
        raise ImportProblem(say("no handle can be made of “{name}”", name=source), line)
    return handle


def _amount(text: str, line: int) -> int:
    """Minor units. `1.234,56` and `1,234.56` are one thousand and more; `2:30` is two hours and a half."""
    found, hours = _AMOUNT.fullmatch(text), _HOURS.fullmatch(text)
    if _THOUSANDS.fullmatch(text):
        mark = max(text.rfind("."), text.rfind(","))
        has_cents = len(text) - mark <= 3
        digits = re.sub("[.,]", "", text[:mark] if has_cents else text)
        found = _AMOUNT.fullmatch(f"{digits}.{text[mark + 1 :]}" if has_cents else digits)
    if hours is not None:
        sign, whole, minutes = hours.groups()
        minor = int(whole) * 100 + round(int(minutes) * 100 / 60)
    elif found is not None:
        sign, whole, cents = found.groups()
        minor = int(whole) * 100 + int((cents or "0").ljust(2, "0"))
    else:
        raise ImportProblem(say("“{text}” is not a balance", text=text), line)
    if minor > MAX:
        raise ImportProblem(say("“{text}” is not a balance", text=text), line)
    return -minor if sign == "-" else minor
