"""Runs a command in a process of its own that ends, or is interrupted, at a chosen point.

A point is a number of calls, of functions of the wallet or of what it calls: files, the connection, the key.
The same number is the same place in the program, so what fails once fails again.
"""

import os
import sys
from collections.abc import Sequence
from multiprocessing import get_context
from pathlib import Path
from types import FrameType
from typing import Any, Final

KILLED: Final = 137
_WATCHED: Final = ("/cli/", "/node/member/", "/http/client.py", "/urllib3/connection.py")


class Points:
    """Counts calls, and ends or interrupts the process at one of them."""

    def __init__(self, *, point: int, is_interrupt: bool) -> None:
        self.seen = 0
        self._point = point
        self._is_interrupt = is_interrupt

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        """As `sys.setprofile` calls it."""
        if event not in ("call", "c_call") or "/tests/" in frame.f_code.co_filename:
            return
        if not any(part in frame.f_code.co_filename for part in _WATCHED):
            return
        self.seen += 1
        if self.seen != self._point:
            return
        if self._is_interrupt:
            raise KeyboardInterrupt
        os._exit(KILLED)


def _run(words: Sequence[str], point: int, is_interrupt: bool, said: Path) -> None:
    """The process: a command, whose output goes to a file."""
    from cli.start import run
    from node.member.client import NodeClient

    plain = NodeClient.__init__

    def without_pauses(self: NodeClient, url: str, **options: Any) -> None:
        plain(self, url, **{**options, "sleep": lambda _: None})

    NodeClient.__init__ = without_pauses  # type: ignore[method-assign]
    with said.open("w", encoding="utf-8") as file:
        sys.argv = ["fiado", *words]
        sys.stdout = sys.stderr = file
        points = Points(point=point, is_interrupt=is_interrupt)
        sys.setprofile(points)
        try:
            run()
        finally:
            sys.setprofile(None)
            file.write(f"\n{points.seen}\n")
            file.flush()


_CONTEXT: Final = get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["tests.cli.kill_points", "cli.main", "cli.paying.commands", "cli.paying.words"]
)


def run_to(
    words: Sequence[str], *, point: int, said: Path, is_interrupt: bool = False
) -> tuple[int, str, int]:
    """The exit code, what was printed, and how many points were passed (of a process that ended itself)."""
    process = _CONTEXT.Process(target=_run, args=(words, point, is_interrupt, said))
    process.start()
    process.join(60)
    assert process.exitcode is not None
    text = said.read_text(encoding="utf-8")
    seen = 0 if process.exitcode == KILLED else int(text.splitlines()[-1])
    return process.exitcode, text, seen
