"""Since when members are in debt, and a review of one of them, on a large coop's log.

The log is read as a node does after a start, step by step; the processor time of each step and each question
is taken by itself, since nobody's payment is looked at meanwhile. What is found is compared with the
validator's balances.
"""

import gc
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from benchmarks.measuring import Options, check
from benchmarks.nodes import Prefill, prefill_log
from benchmarks.workload import Load, generate_graph, make_load
from ledger.state import Account
from ledger.validators.choose import chosen_name
from node.engine.engine import Engine
from node.engine.events import Ask
from node.engine.settings import EngineSettings
from node.engine.view import View
from node.http.members.debts import long_debts
from node.http.members.reviews import MOST_PAYMENTS, begin_review, facts_of, read_on
from node.mark import MemoryMark
from node.store.sql import SqlStore

T = TypeVar("T")


def run(options: Options) -> dict[str, object]:
    """Seconds to read the log, the longest step, and the longest question of a review."""
    members = 50 if options.small else 20_000
    payments = 500 if options.small else options.payments or 500_000
    load = make_load(generate_graph(members=members, payments=payments))
    with TemporaryDirectory() as root:
        folder = Path(root)
        (folder / "node.db").touch()
        entries = [*load.admissions, *load.payments]
        prefill_log(load.federation, Prefill(1, entries), folder)
        with SqlStore(f"sqlite:///{folder / 'node.db'}") as store:
            return _measure(load, store)


def _measure(load: Load, store: SqlStore) -> dict[str, object]:
    now_ms = time.time_ns() // 1_000_000
    engine = Engine(
        EngineSettings(recovery_wait_ms=0),
        load.federation.founding,
        1,
        load.federation.node_keys[1],
        store,
        now_ms,
        mark=MemoryMark(),
        alone=True,
        clock_is_right=True,
    )
    engine.bring_history_forward()
    gc.freeze()  # the load itself is no part of a node
    steps = _read_books(engine, now_ms)
    for account in engine_accounts(engine, now_ms):
        found = engine.debt_of(account.number)
        check(found is not None and found.balance == account.balance, "a balance is another")
    listing, listed = seconds_of(lambda: ask(engine, now_ms, lambda view: long_debts(view, 0, 200)))
    check(listed.known, "the debts are not known")
    busiest, counted = _review(engine, now_ms, 1)
    usual, few = _review(engine, now_ms, load.members // 2)
    return {
        "validator": chosen_name(),
        "members": load.members,
        "payments": len(load.payments),
        "read_seconds": round(sum(steps), 3),
        "longest_step_ms": round(1000 * max(steps), 1),
        "long_debts_ms": round(1000 * listing, 1),
        "busiest_payments": counted,
        "busiest_seconds": round(sum(busiest), 3),
        "busiest_longest_question_ms": round(1000 * max(busiest), 1),
        "usual_payments": few,
        "usual_ms": round(1000 * sum(usual), 1),
    }


def seconds_of(work: Callable[[], T]) -> tuple[float, T]:
    """How much of the processor `work` took, in seconds, and its result."""
    start = time.thread_time()
    result = work()
    return time.thread_time() - start, result


def _read_books(engine: Engine, now_ms: int) -> list[float]:
    """How long each step took."""
    steps = []
    while engine.in_debt_since(now_ms) is None:
        seconds, _ = seconds_of(engine.follow_debts)
        steps.append(seconds)
    return steps


def engine_accounts(engine: Engine, now_ms: int) -> list[Account]:
    """The accounts as the validator has them."""
    return ask(engine, now_ms, lambda view: list(view.validator.accounts(1)))


def _review(engine: Engine, now_ms: int, account: int) -> tuple[list[float], int]:
    """How long each question of a review took, and how many payments it counted."""
    seconds, read = seconds_of(
        lambda: ask(engine, now_ms, lambda view: begin_review(view, account))
    )
    times, payments = [seconds], list(read.payments)
    while not read.is_over and len(payments) < MOST_PAYMENTS:
        step = partial(read_on, account=account, read=read)
        seconds, read = seconds_of(partial(ask, engine, now_ms, step))
        times.append(seconds)
        payments += read.payments
    seconds, found = seconds_of(
        lambda: ask(
            engine,
            now_ms,
            lambda view: facts_of(view, account, payments, since=0, is_whole=read.is_over),
        )
    )
    check(found.sold.count + found.bought.count == len(payments), "a payment is not counted")
    return [*times, seconds], len(payments)


def ask(engine: Engine, now_ms: int, question: Callable[[View], T]) -> T:
    """The answer of one tick."""
    [reply] = engine.tick(now_ms, [Ask(1, question)]).replies
    answer: T = reply.result
    return answer
