"""What one tick takes of what waits: batches never keep single payments waiting for long."""

from node.engine.events import Ask, Event, Submit, SubmitBatch
from node.runner.inbox import Inbox
from node.runner.settings import RunnerSettings
from tests.node.loops import on_loop


def filled(*wanted: str, **settings: int) -> Inbox:
    """An inbox with a question, single payments, and batches of 100, as their names say, in that order."""
    inbox = Inbox(RunnerSettings(**settings), lambda: None)
    for what in wanted:
        if what == "batch":
            inbox.request(lambda number: SubmitBatch(number, [b"payment"] * 100), 700)
        elif what == "ask":
            inbox.request(lambda number: Ask(number, lambda view: None), 0)
        else:
            inbox.request(lambda number: Submit(number, b"payment"), 7)
    return inbox


def kinds(events: list[Event]) -> list[type]:
    return [type(event) for event in events]


@on_loop
async def test_single_payments_go_past_batches_which_share_the_rest_of_the_tick() -> None:
    inbox = filled("batch", "batch", "batch", "one", "batch", "one", tick_batched=250)
    assert kinds(inbox.take()) == [Submit, Submit, SubmitBatch, SubmitBatch]
    assert kinds(inbox.take()) == [SubmitBatch, SubmitBatch]
    assert inbox.is_empty()


@on_loop
async def test_a_batch_larger_than_that_has_its_turn_too() -> None:
    inbox = filled("one", "batch", "one", "batch", tick_batched=10, tick_events=100)
    assert kinds(inbox.take()) == [Submit, Submit, SubmitBatch]


@on_loop
async def test_batches_alone_are_taken_together() -> None:
    inbox = filled("batch", "batch", "batch", tick_batched=100, tick_events=2)
    assert kinds(inbox.take()) == [SubmitBatch, SubmitBatch]
    assert kinds(inbox.take()) == [SubmitBatch]


@on_loop
async def test_questions_and_batches_take_turns() -> None:
    inbox = filled("ask", "ask", "batch", "batch", tick_questions=1, tick_events=1)
    taken = [kinds(inbox.take()) for _ in range(4)]
    assert taken == [[Ask], [SubmitBatch], [Ask], [SubmitBatch]]
