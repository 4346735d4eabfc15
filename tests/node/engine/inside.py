"""The one place through which tests look into an engine, for what it promises to nobody outside.

What a test can see by a message, an answer or the status, it should see there.
"""

from node.engine.core import Core
from node.engine.decisions.agreement import Agreement
from node.engine.engine import Engine
from node.engine.recording.anchors import Anchors
from node.engine.recording.debt_watch import DebtWatch
from node.engine.replication.growth import Growth
from node.engine.view import View


def core_of(engine: Engine) -> Core:
    """What the engine's parts share."""
    return engine._core


def anchors_of(engine: Engine) -> Anchors:
    """What anchors other logs."""
    return engine._anchors


def growth_of(engine: Engine) -> Growth:
    """What other logs have grown by that no log has taken in."""
    return engine._replicas.growth


def debts_of(engine: Engine) -> DebtWatch:
    """What follows since when members are in debt."""
    return engine._debts


def agreement_of(engine: Engine) -> Agreement:
    """What the node says, and knows of others' word, for the next place of the index."""
    return engine._decisions.part(engine._index).agreement


def view_of(engine: Engine, now_ms: int) -> View:
    """What questions and extensions see of it."""
    return engine._view(now_ms)
