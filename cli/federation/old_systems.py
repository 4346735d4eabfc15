"""Members and balances as other systems write them: CSV of Cyclos, Komunitin and TimeOverflow.

Columns are known by their headings, in English, Spanish, Catalan or Portuguese, in any order; fields may be
parted by commas, semicolons or tabs, amounts may have a decimal comma, hours may be written 2:30. The file
is UTF-8, or UTF-16 with its mark. All of it is taken, or nothing: the first row that can't be is named with
its line. A number that could be read in two ways is refused unless its column decides (`old_amounts`).
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

from cli.federation.old_amounts import OldAmounts, amounts_of
from cli.federation.old_headings import SYSTEMS as SYSTEMS
from cli.federation.old_headings import System
from cli.shell.errors import in_words, words_stand_in
from cli.shell.language import say
from ledger.codec import MAX
from ledger.names import HANDLE
from node.member.amounts import AmountError, AmountFault

words_stand_in("cli.shell.words")

MOST_ROWS: Final = 10_000
LARGEST_FILE: Final = 8_388_608
_SEPARATORS: Final = (";", "\t", ",")


@dataclass(eq=False)
class ImportProblem(Exception):
    """A file can't be taken in; `problem` says why, `line` where, 0 for the whole file.

    `remedy` says what helps, where there is more to say than to put it right.
    """

    problem: str
    line: int = 0
    remedy: str = ""


_AMOUNTS: Final = ("balance", "limit")
_NO_BALANCE: Final = (AmountFault.EMPTY, AmountFault.NOT_A_NUMBER, AmountFault.TOO_LARGE)
_ORGANISATIONS: Final = re.compile(
    r"organi[sz]|business|empresa|negocio|comerc|comerç|company|entidad|coop"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldMember:
    """A member as the file has it. Amounts in minor units; `limit` None where the file says none.

    `has_other_handle` where what they log in with was more than put in small letters, or was taken.
    """

    line: int
    id: str
    name: str
    handle: str
    has_other_handle: bool
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
    listed = list(_whole(rows, headings))
    amounts = {
        column: amounts_of(_cell(cells, columns, column) for _, cells in listed)
        for column in _AMOUNTS
    }
    taken: dict[str, OldMember] = {}
    handles: dict[str, OldMember] = {}
    for line, cells in listed:
        member = _member(cells, columns, amounts, line, handles)
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
            if heading.lower() not in names:
                continue
            if column not in found:
                found[column] = at
                break
            is_same = headings[found[column]].lower() == heading.lower()
            if is_same or column in _AMOUNTS:
                raise ImportProblem(
                    say(
                        "two columns are headed “{first}” and “{second}”",
                        first=headings[found[column]],
                        second=heading,
                    ),
                    line,
                    say("Which of the two holds is not guessed: leave one out."),
                )
    otherwise = [at for at, each in enumerate(headings) if each.lower() in system.id_otherwise]
    if "id" not in found and otherwise:
        found["id"] = otherwise[0]
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


def _whole(
    rows: Iterator[tuple[int, list[str]]], headings: list[str]
) -> Iterator[tuple[int, list[str]]]:
    """The rows; one with a cell that stands under no heading is refused, as its others may be shifted."""
    for count, (line, cells) in enumerate(rows):
        if count == MOST_ROWS:
            raise ImportProblem(say("more than {most} members", most=MOST_ROWS), line)
        headless = any(cell and not heading for cell, heading in zip(cells, headings, strict=False))
        if len(cells) > len(headings) or headless:
            raise ImportProblem(
                say(
                    "it has {count} cells, more than the headings",
                    count=max(len(cells), sum(map(bool, headings)) + 1),
                ),
                line,
                say(
                    "An amount with a decimal comma and no quotes becomes two cells: export it again, "
                    "with quotes or with semicolons between the cells."
                ),
            )
        yield line, cells


def _cell(cells: list[str], columns: Mapping[str, int], column: str) -> str:
    at = columns.get(column)
    return "" if at is None or at >= len(cells) else cells[at]


def _member(
    cells: list[str],
    columns: Mapping[str, int],
    amounts: Mapping[str, OldAmounts],
    line: int,
    handles: Mapping[str, OldMember],
) -> OldMember:
    def cell(column: str) -> str:
        return _cell(cells, columns, column)

    id_ = cell("id")
    if not id_:
        raise ImportProblem(say("a member without a name or number"), line)
    name = cell("name") or id_
    source = name if id_.isdecimal() else id_
    handle = _handle(source, id_, line, handles)
    limit = _amount(cell("limit"), amounts["limit"], line) if cell("limit") else None
    if limit is not None and limit < 0:
        raise ImportProblem(
            say("the limit “{text}” is below zero", text=cell("limit")),
            line,
            say("A limit is how far a balance may go below zero: write it without the sign."),
        )
    return OldMember(
        line=line,
        id=id_,
        name=name,
        handle=handle,
        has_other_handle=handle != (_plain(name) if source != id_ else id_.lower()),
        is_organisation=_ORGANISATIONS.search(cell("group").lower()) is not None,
        balance=_amount(cell("balance"), amounts["balance"], line),
        limit=limit,
    )


def _handle(source: str, id_: str, line: int, handles: Mapping[str, OldMember]) -> str:
    """A handle that people recognise; with the old number behind it where somebody has it already."""
    handle = _plain(source)
    if handle.isdecimal():
        handle = f"n{handle[:31]}"  # a node takes no name of digits alone
    if handle in handles:
        handle = f"{handle[: 31 - len(id_)]}-{id_.lower()}"
    if not HANDLE.fullmatch(handle) or handle in handles:
        raise ImportProblem(say("no handle can be made of “{name}”", name=source), line)
    return handle


def _plain(source: str) -> str:
    """A name or login in the letters that a handle may have."""
    plain = unicodedata.normalize("NFKD", source.partition("@")[0]).encode("ascii", "ignore")
    return re.sub(r"[^a-z0-9._-]+", ".", plain.decode("ascii").lower()).strip("._-")[:32]


def _amount(text: str, amounts: OldAmounts, line: int) -> int:
    """Minor units, by the rule of the whole column."""
    try:
        minor = amounts.read(text)
    except AmountError as error:
        told = in_words(error)
        if told is None or error.fault in _NO_BALANCE:
            raise ImportProblem(say("“{text}” is not a balance", text=text), line) from error
        raise ImportProblem(told.message.rstrip("."), line, told.remedy) from error
    if abs(minor) > MAX:
        raise ImportProblem(say("“{text}” is not a balance", text=text), line)
    return minor
