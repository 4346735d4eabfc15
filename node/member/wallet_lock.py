"""One process at a time per wallet.

Two commands that sign for one account at the same moment would take the same sequence number. So
whatever signs, or rewrites a wallet, first takes this lock and holds it until it knows how that
ended, and never while a person is asked something. The lock is a file beside the wallet, locked by the
operating system: it ends with the process, however that ends, and the file itself stays and means nothing.

It does not protect from a copy of the wallet in another folder or on another machine; there the
node's refusal of a used sequence number does.
"""

import errno
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from node.member.private_files import PRIVATE_MODE

TRIES: Final = 40
PAUSE_SECONDS: Final = 0.25
"""Together ten seconds: longer than a payment takes, shorter than anybody's patience."""

_LONGEST_PROCESS_NUMBER: Final = 20


@dataclass(eq=False)
class WalletBusy(Exception):
    """Another process holds the lock of the wallet at `path`; `process` is its number if known."""

    path: Path
    process: int | None


@dataclass(frozen=True, slots=True)
class WalletLock:
    """Proof that the caller holds the lock of the wallet at `path`; `lock_wallet` gives it."""

    path: Path

    def check_covers(self, path: Path) -> None:
        """Raise `ValueError`, a mistake in the program, when this is the lock of another wallet."""
        if self.path != path:
            raise ValueError(f"the lock of {self.path} does not cover {path}")


@contextmanager
def lock_wallet(
    path: Path, *, tries: int = TRIES, sleep: Callable[[float], None] = time.sleep
) -> Iterator[WalletLock]:
    """Hold the lock of the wallet at `path`, for the `with` block.

    Neither the wallet nor its folder need exist yet; the folder is made, for its owner only. Nobody is
    asked anything while the lock is held, so whoever else has it will soon be done: it is tried a few times.

    Raises `WalletBusy` when another process, or this one, goes on holding it, and `OSError` when the lock
    file cannot be opened.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(lock_file(path), flags, PRIVATE_MODE)
    try:
        for left in reversed(range(tries)):
            if _is_taken(descriptor):
                break
            if not left:
                raise WalletBusy(path, _holder(descriptor))
            sleep(PAUSE_SECONDS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield WalletLock(path)
    finally:
        os.close(descriptor)


def _is_taken(descriptor: int) -> bool:
    """Take the lock if nobody has it; whether that worked."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EAGAIN, errno.EACCES):
            raise
        return False
    return True


def lock_file(path: Path) -> Path:
    """Where the lock of the wallet at `path` is."""
    return path.with_name(path.name + ".lock")


def _holder(descriptor: int) -> int | None:
    content = os.pread(descriptor, _LONGEST_PROCESS_NUMBER, 0)
    return int(content) if content.isdigit() else None
