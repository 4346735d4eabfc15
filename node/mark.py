"""The mark: what a node knows of its own signatures outside its database.

A database can be put back to an old copy, emptied, or rolled back under a running node, and then says nothing
about what was signed since. The mark is a small file in the node's folder that does:

- `length` and `head` of the newest head that is known to be signed and stored. They are noted after every
  commit, before anything of it leaves the node, without waiting for the disk. So they are right whatever
  becomes of the process; after a power cut they may be those of some commits earlier, never later.
- `tokens`: random values of which the database holds one. A new one is drawn at each start, once a minute
  while the log grows, every 65,536 entries, and with each word that the node says for a decision, which is
  in no log; it is on disk here before the database gets it, and after such a word it is the only one. So an
  older copy is told from the database even where the lengths would fit.
- `is_exact`: the node stopped in order, and the database has exactly these entries.

What is not noticed: a copy of folder and database together that keeps the file's number (a snapshot of
a whole machine or file system); and, after a power cut only, a copy made since the newest token.
`node.engine.replication.recovery` decides what a doubt means; nothing here signs or asks.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol, Self

from node.errors import StorageFault

TOKEN_BYTES: Final = 16
TOKEN_KEY: Final = "signing.token"
"""Where the database keeps its token."""
PUT_BACK_KEY: Final = "signing.put_back"
"""Where the database keeps when it was put back to an older state, and which entries came from peers then."""
NO_TOKEN: Final = b""
"""What a database that never got a token counts as holding."""

_LIVE: Final = "{length:016d} {head:0<64} {check}\n"
_LIVE_BYTES: Final = 16 + 1 + 64 + 1 + 16 + 1


class Doubt(StrEnum):
    """Why a node may not trust its disk to know all that it signed."""

    UNMARKED = "unmarked"
    """There is no mark, or it can't be read: nothing outside the database says what was signed."""
    COPIED = "copied"
    """The mark is a copy of the file that the node wrote: the folder was copied, or put back."""
    SHORTER = "shorter"
    """The database has less than was signed."""
    OTHER_COPY = "other_copy"
    """The database is an older copy, or has been used with another folder."""
    OTHER_HISTORY = "other_history"
    """The database has another history than the one that was signed."""
    RESTORED = "restored"
    """`node.toml` says `restored = true`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """See the module. `head` is empty while nothing is signed."""

    length: int = 0
    head: bytes = b""
    tokens: tuple[bytes, ...] = (NO_TOKEN,)
    is_exact: bool = True


NEW: Final = Mark()
"""The mark of a new key, which has signed nothing."""


class MarkKeeper(Protocol):
    """Keeps one node's mark. It outlives the engine, so that it knows more than a database that was rolled
    back under the running node."""

    def read(self) -> Mark | Doubt:
        """The mark, or why there is none."""

    def write(self, mark: Mark) -> None:
        """Replace it; on disk when this returns. Raises `StorageFault`."""

    def note(self, length: int, head: bytes) -> None:
        """Note that this head is signed and stored. Costs no wait for the disk."""

    def draw(self) -> bytes:
        """A fresh random value."""


def doubt_about(mark: Mark | Doubt, *, length: int, head: bytes, token: bytes) -> Doubt | None:
    """What speaks against a database with a log of that `length`, and that `token`.

    `head` is the log's at the mark's length, or empty when that is not known.
    """
    if isinstance(mark, Doubt):
        return mark
    if length < mark.length:
        return Doubt.SHORTER
    if mark.head and head and head != mark.head:
        return Doubt.OTHER_HISTORY
    if token not in mark.tokens or (mark.is_exact and length > mark.length):
        return Doubt.OTHER_COPY
    return None


class MemoryMark:
    """The mark of tests and simulations. It is as durable as the object."""

    def __init__(self, mark: Mark | Doubt = NEW) -> None:
        self.mark = mark
        self._written = mark
        self._drawn = 0

    @classmethod
    def believing(cls, token: bytes | None) -> Self:
        """A mark that agrees with a database that holds this token, whatever its log."""
        return cls(Mark(tokens=(token or NO_TOKEN,), is_exact=False))

    def read(self) -> Mark | Doubt:
        """See `MarkKeeper.read`."""
        return self.mark

    def write(self, mark: Mark) -> None:
        """See `MarkKeeper.write`."""
        self.mark = self._written = mark

    def lose_notes(self) -> None:
        """A power cut: only what was written is still there."""
        self.mark = self._written

    def note(self, length: int, head: bytes) -> None:
        """See `MarkKeeper.note`."""
        if isinstance(self.mark, Mark) and length > self.mark.length:
            self.mark = replace(self.mark, length=length, head=head, is_exact=False)

    def draw(self) -> bytes:
        """See `MarkKeeper.draw`; counted, not random."""
        self._drawn += 1
        return self._drawn.to_bytes(TOKEN_BYTES, "big")


class FileMark:
    """The mark in a file. One line is replaced as a whole, by renaming; what is noted after each commit
    is a second line of fixed length, overwritten in place."""

    def __init__(self, path: Path, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._path = path
        self._random_bytes = random_bytes
        self._known: Mark | None = None
        self._file: int | None = None
        self._place = 0

    def read(self) -> Mark | Doubt:
        """See `MarkKeeper.read`. What this object wrote or noted itself is not read again."""
        return self._known or read_mark(self._path)

    def write(self, mark: Mark) -> None:
        """See `MarkKeeper.write`."""
        try:
            file, place = _replace(self._path, mark)
        except OSError as error:
            raise StorageFault(f"{self._path.name} can't be written: {error.strerror}") from error
        self.close()
        self._file, self._place, self._known = file, place, mark

    def note(self, length: int, head: bytes) -> None:
        """See `MarkKeeper.note`."""
        if self._known is None or self._file is None or length <= self._known.length:
            return
        self._known = replace(self._known, length=length, head=head, is_exact=False)
        try:
            os.pwrite(self._file, _live_line(length, head), self._place)
        except OSError as error:
            raise StorageFault(f"{self._path.name} can't be written: {error.strerror}") from error

    def draw(self) -> bytes:
        """See `MarkKeeper.draw`."""
        return self._random_bytes(TOKEN_BYTES)

    def close(self) -> None:
        """Let go of the file; what is known stays known."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def write_first_mark(path: Path) -> None:
    """The mark of a key that was just made, unless there is one."""
    if not path.exists():
        file, _ = _replace(path, NEW)
        os.close(file)


def _replace(path: Path, mark: Mark) -> tuple[int, int]:
    """Write the file anew; its descriptor, and where in it notes go."""
    new = path.with_name(path.name + ".new")
    with suppress(FileNotFoundError):
        new.unlink()
    file = os.open(new, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        line = _first_line(mark, file_number=os.fstat(file).st_ino)
        os.pwrite(file, line + _live_line(mark.length, mark.head), 0)
        os.fsync(file)
        new.replace(path)
        folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except BaseException:
        os.close(file)
        raise
    return file, len(line)


def _first_line(mark: Mark, *, file_number: int) -> bytes:
    fields = {
        "length": mark.length,
        "head": mark.head.hex(),
        "tokens": [token.hex() for token in mark.tokens],
        "exact": mark.is_exact,
        "file": file_number,
    }
    text = json.dumps(fields).encode("ascii")
    return sha256(text).hexdigest()[:16].encode("ascii") + b" " + text + b"\n"


def _live_line(length: int, head: bytes) -> bytes:
    check = sha256(b"%d %s" % (length, head)).hexdigest()[:16]
    return _LIVE.format(length=length, head=head.hex(), check=check).encode("ascii")


def read_mark(path: Path) -> Mark | Doubt:
    """The mark in a file, or why there is none. Changes nothing."""
    try:
        with path.open("rb") as file:
            content = file.read(64 * 1024)
            file_number = os.fstat(file.fileno()).st_ino
        mark, number = _read_first_line(content)
    except (OSError, ValueError, KeyError, TypeError):
        return Doubt.UNMARKED
    if number != file_number:
        return Doubt.COPIED
    noted = _read_live_line(content[content.index(b"\n") + 1 :])
    if noted is not None and noted[0] > mark.length:
        return replace(mark, length=noted[0], head=noted[1], is_exact=False)
    return mark


def _read_first_line(content: bytes) -> tuple[Mark, int]:
    check, _, text = content[: content.index(b"\n")].partition(b" ")
    if sha256(text).hexdigest()[:16].encode("ascii") != check:
        raise ValueError("damaged")
    fields = json.loads(text)
    mark = Mark(
        length=int(fields["length"]),
        head=bytes.fromhex(fields["head"]),
        tokens=tuple(bytes.fromhex(token) for token in fields["tokens"]),
        is_exact=bool(fields["exact"]),
    )
    return mark, int(fields["file"])


def _read_live_line(line: bytes) -> tuple[int, bytes] | None:
    """What was noted last; None when a power cut left half of it."""
    try:
        length, head = int(line[:16]), bytes.fromhex(line[17:81].decode("ascii"))
    except ValueError:
        return None
    return (length, head) if line[:_LIVE_BYTES] == _live_line(length, head) else None
