"""Running the questions and changes that people ask for, and what becomes of one that fails."""

from collections.abc import Callable, Sequence

from node.engine.answers import Failed, Reply
from node.engine.core import Core
from node.engine.events import Ask, Change, Event
from node.engine.tick import Tick
from node.engine.view import View
from node.errors import LogDamaged
from node.store.checks import check_write


def run_changes(
    core: Core, tick: Tick, inbox: Sequence[Event], view: Callable[[int], View]
) -> list[Reply]:
    """Run all changes on the state before the tick; the answers for after the commit."""
    changes = [event for event in inbox if isinstance(event, Change)]
    if not changes:
        return []
    seen, replies = view(tick.now_ms), []
    for event in changes:
        try:
            write, answer = event.run(seen)
            check_write(write)
        except Exception as error:  # handed to whoever asked
            answer = _failed(core, error)
        else:
            tick.changes.append(write)
        replies.append(Reply(event.request, answer))
    return replies


def answer_questions(
    core: Core, tick: Tick, inbox: Sequence[Event], view: Callable[[int], View]
) -> None:
    """Answer all questions about the committed state."""
    asks = [event for event in inbox if isinstance(event, Ask)]
    if not asks:
        return
    seen = view(tick.now_ms)
    for event in asks:
        try:
            answer: object = event.run(seen)
        except Exception as error:  # handed to whoever asked
            answer = _failed(core, error)
        tick.outbox.replies.append(Reply(event.request, answer))


def _failed(core: Core, error: Exception) -> Failed:
    if isinstance(error, LogDamaged):
        core.suspected.append(error)
    return Failed(error)
