"""The engine of a node: a state machine without I/O of its own but for its store."""

from node.engine.engine import Engine
from node.engine.settings import EngineSettings
from node.engine.status import NodeStatus, Readiness

__all__ = ["Engine", "EngineSettings", "NodeStatus", "Readiness"]
