"""Files that only their owner may read, written so that a crash leaves the old one or the new one.

Reading follows no symbolic link and refuses what is not a plain file of this user, or what others
on the machine can open. Writing goes to a temporary file beside the target, which is made durable
and then renamed over it; the rename is made durable too before the call returns.

POSIX only. It does not encrypt, and does not stop two processes from writing in turn: `wallet_lock`
does.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, Protocol

PRIVATE_MODE: Final = 0o600
"""Read and write for the owner, nothing for anybody else."""

_OTHERS: Final = 0o077


class FileFault(Enum):
    """Why a file is not taken."""

    SYMBOLIC_LINK = "symbolic_link"
    NOT_A_FILE = "not_a_file"
    OTHER_OWNER = "other_owner"
    OPEN_TO_OTHERS = "open_to_others"
    TOO_LARGE = "too_large"


@dataclass(eq=False)
class UnsafeFile(Exception):
    """The file at `path` could have been read or planted by somebody else, or is far too large."""

    path: Path
    fault: FileFault


class PrivateFiles(Protocol):
    """Reads and replaces private files. Tests put a faulty disk in its place."""

    def read(self, path: Path, *, largest: int) -> bytes | None:
        """The whole file, or None when there is none.

        Raises `UnsafeFile` when it should not be trusted or has more than `largest` bytes, and
        `OSError` when it cannot be read.
        """
        ...

    def replace(self, path: Path, data: bytes) -> None:
        """Put `data` in the place of the file, whole or not at all; durable when this returns.

        Raises `UnsafeFile` when what stands there is not a plain file, and `OSError` when writing
        fails. After an `OSError` nobody knows whether the old or the new one stands on the disk.
        """
        ...


class DiskFiles:
    """The real `PrivateFiles`."""

    def read(self, path: Path, *, largest: int) -> bytes | None:
        """See `PrivateFiles.read`."""
        try:
            with open_private(path) as descriptor:
                return _read_at_most(path, descriptor, largest)
        except FileNotFoundError:
            return None

    def replace(self, path: Path, data: bytes) -> None:
        """See `PrivateFiles.replace`."""
        _check_replaceable(path)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, PRIVATE_MODE)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)


@contextmanager
def open_private(path: Path) -> Iterator[int]:
    """Open a file for reading and yield its descriptor, once it is sure that it is private.

    Raises `UnsafeFile` or `OSError`.
    """
    # Without O_NONBLOCK, opening a named pipe that somebody left there would wait for ever.
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    if path.is_symlink():
        raise UnsafeFile(path, FileFault.SYMBOLIC_LINK)
    descriptor = os.open(path, flags)
    try:
        # The open file is looked at, not the path: the path may point elsewhere by now.
        _check_private(path, os.fstat(descriptor))
        yield descriptor
    finally:
        os.close(descriptor)


def _check_private(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise UnsafeFile(path, FileFault.NOT_A_FILE)
    if status.st_uid != os.geteuid():
        raise UnsafeFile(path, FileFault.OTHER_OWNER)
    if status.st_mode & _OTHERS:
        raise UnsafeFile(path, FileFault.OPEN_TO_OTHERS)


def _check_replaceable(path: Path) -> None:
    try:
        status = path.lstat()
    except FileNotFoundError:
        return
    if stat.S_ISLNK(status.st_mode):
        raise UnsafeFile(path, FileFault.SYMBOLIC_LINK)
    if not stat.S_ISREG(status.st_mode):
        raise UnsafeFile(path, FileFault.NOT_A_FILE)


def _read_at_most(path: Path, descriptor: int, largest: int) -> bytes:
    with os.fdopen(os.dup(descriptor), "rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        raise UnsafeFile(path, FileFault.TOO_LARGE)
    return data


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
