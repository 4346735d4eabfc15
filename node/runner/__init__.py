"""Between the event loop and the engine: see `node.runner.runner`."""

from node.runner.inbox import OutcomeUnknown, RunnerBusy, RunnerStopped
from node.runner.runner import OpenEngine, Peers, Runner, TickingEngine
from node.runner.settings import RunnerSettings

__all__ = [
    "OpenEngine",
    "OutcomeUnknown",
    "Peers",
    "Runner",
    "RunnerBusy",
    "RunnerSettings",
    "RunnerStopped",
    "TickingEngine",
]
