"""The engine as the runner has it: opened with its store, asked in its thread, closed."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from node.engine.events import Event
from node.engine.outbox import Outbox
from node.logs import log_event


class TickingEngine(Protocol):
    """What the runner needs of an engine."""

    def tick(self, now_ms: int, inbox: Sequence[Event], *, steady_ms: int) -> Outbox:
        """See `node.engine.engine.Engine.tick`."""

    def end(self) -> None:
        """See `node.engine.engine.Engine.end`."""


@dataclass(frozen=True, slots=True)
class OpenEngine:
    """An engine, and what lets go of its store."""

    engine: TickingEngine
    close: Callable[[], None]


def close(opened: OpenEngine, save: bool) -> None:
    """Let go of an engine and its store; with `save`, after it has saved what makes the next start quick."""
    try:
        if save:
            opened.engine.end()
    except Exception as error:  # the log is the truth; the next start takes longer, and asks
        log_event("snapshot_failed", {"text": str(error)}, level=logging.WARNING)
    finally:
        opened.close()


def as_fault(error: BaseException) -> Exception:
    """The error as one that a future takes and a handler of faults sees.

    A panic of native code is not an `Exception`; no future takes a `StopIteration`.
    """
    if isinstance(error, Exception) and not isinstance(error, StopIteration):
        return error
    return RuntimeError(repr(error))
