"""A disk in memory that fails when told to: a `PrivateFiles` for tests."""

from enum import Enum
from pathlib import Path


class Fault(Enum):
    """What becomes of a write that is reported as failed."""

    LOST = "lost"
    KEPT = "kept"


class FaultyFiles:
    """Keeps files in memory; the write numbered `failing`, from 1, fails as `fault` says."""

    def __init__(self, *, failing: int = 0, fault: Fault = Fault.LOST) -> None:
        self.contents: dict[Path, bytes] = {}
        self.writes = 0
        self._failing = failing
        self._fault = fault

    def fail_next(self, fault: Fault) -> None:
        """Let the next write fail."""
        self._failing = self.writes + 1
        self._fault = fault

    def read(self, path: Path, *, largest: int) -> bytes | None:
        """See `PrivateFiles.read`."""
        return self.contents.get(path)

    def replace(self, path: Path, data: bytes) -> None:
        """See `PrivateFiles.replace`."""
        self.writes += 1
        fails = self.writes == self._failing
        if not fails or self._fault is Fault.KEPT:
            self.contents[path] = data
        if fails:
            raise OSError(5, "Input/output error")
