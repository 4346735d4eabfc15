"""Is the database file itself sound? For SQLite its own thorough check, and its write-ahead log.

It finds damage that no log shows: a torn index, or changes that SQLite silently leaves out because the
write-ahead log is damaged before them. Other databases look after their files themselves. It reads only.
"""

import sqlite3
import struct
from pathlib import Path
from urllib.parse import quote

PREFIX = "sqlite:///"
_WAL_HEADER_BYTES = 32
_FRAME_HEADER_BYTES = 24
_MAGIC_LITTLE, _MAGIC_BIG = 0x377F0682, 0x377F0683
_LOST_COMMITS = 2
"""A crash leaves at most one commit behind a damaged place; more of them were there before it."""


def database_problem(address: str) -> str | None:
    """What is wrong with the SQLite file at `sqlite:///path`, in one line, or None."""
    if not address.startswith(PREFIX):
        return None
    path = Path(address.removeprefix(PREFIX))
    return _file_problem(path) or _wal_problem(path.with_name(path.name + "-wal"))


def unreadable_entries(address: str, coop: int, first: int) -> tuple[int, int] | None:
    """The first segment of a log, from entry `first` on, that the SQLite file can't give back.

    Its first and last entry; the last is that before the next readable segment, or the first itself when
    there is none. None when every segment can be read, or it is another kind of database.
    """
    if not address.startswith(PREFIX):
        return None
    connection = _open(Path(address.removeprefix(PREFIX)))
    try:
        while True:
            try:
                query = "SELECT first, count, entries FROM segments WHERE coop = ? AND first = ?"
                row = connection.execute(query, (coop, first)).fetchone()
            except sqlite3.Error:
                return first, _next_readable(connection, coop, first) - 1
            if row is None:
                return None
            first = int(row[0]) + int(row[1])
    finally:
        connection.close()


def _next_readable(connection: sqlite3.Connection, coop: int, first: int) -> int:
    """Where the segment after the one at `first` begins; `first` + 1 when that can't be read either."""
    try:
        query = "SELECT min(first) FROM segments WHERE coop = ? AND first > ?"
        row = connection.execute(query, (coop, first)).fetchone()
    except sqlite3.Error:
        return first + 1
    return first + 1 if row[0] is None else int(row[0])


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)


def _file_problem(path: Path) -> str | None:
    try:
        connection = _open(path)
        try:
            rows = connection.execute("PRAGMA integrity_check(3)").fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return f"the database can't be checked: {error}"
    problems = [str(row[0]) for row in rows if row[0] != "ok"]
    return f"the database is damaged: {'; '.join(problems)}" if problems else None


def _wal_problem(path: Path) -> str | None:
    """A place in the write-ahead log from which on SQLite leaves out commits that were whole.

    The format is that of https://www.sqlite.org/fileformat.html#walformat. SQLite stops at the first frame
    whose checksum is wrong, as it must after a crash; but a crash can't leave several commits behind it.
    """
    data = path.read_bytes() if path.exists() else b""
    if len(data) < _WAL_HEADER_BYTES:
        return None
    magic, _, page_bytes = struct.unpack(">III", data[:12])
    salts = data[16:24]
    if magic not in (_MAGIC_LITTLE, _MAGIC_BIG) or not 512 <= page_bytes <= 65_536:
        return f"the write-ahead log {path.name} is damaged at its beginning"
    order = "<" if magic == _MAGIC_LITTLE else ">"
    sums = _checksum(data[:24], (0, 0), order)
    if sums != struct.unpack(">II", data[24:32]):
        return f"the write-ahead log {path.name} is damaged at its beginning"
    damaged, commits_behind = None, 0
    frame_bytes = _FRAME_HEADER_BYTES + page_bytes
    for start in range(_WAL_HEADER_BYTES, len(data) - frame_bytes + 1, frame_bytes):
        header = data[start : start + _FRAME_HEADER_BYTES]
        if damaged is None:
            page = data[start + _FRAME_HEADER_BYTES : start + frame_bytes]
            sums = _checksum(page, _checksum(header[:8], sums, order), order)
            if header[8:16] == salts and sums == struct.unpack(">II", header[16:24]):
                continue
            damaged = start
        if header[8:16] == salts and header[4:8] != b"\0\0\0\0":
            commits_behind += 1
    if damaged is None or commits_behind < _LOST_COMMITS:
        return None
    return (
        f"the write-ahead log {path.name} is damaged at byte {damaged}, and SQLite leaves out the "
        f"{commits_behind} commits from there on"
    )


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    """SQLite's running checksum over words of 32 bits, taken two at a time."""
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for index in range(0, len(words), 2):
        first = (first + words[index] + second) & 0xFFFFFFFF
        second = (second + words[index + 1] + first) & 0xFFFFFFFF
    return first, second
