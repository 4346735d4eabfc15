"""Histories that are damaged at random, replayed by both validators: one answer, one state.

`FIADO_PARITY_CASES` sets how many cases are tried (200 by default).
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.codec import split
from ledger.founding import Founding
from tests.builders import books_with_members, build_federation
from tests.histories import grow
from tests.made_up_rule import keep_guest_book
from tests.parity.both import Both

pytestmark = pytest.mark.needs_native

CASES = int(os.environ.get("FIADO_PARITY_CASES", "200"))
SEEDS = 4
STEPS = 60
INTERESTING = bytes.fromhex("00017f8081909192939aa0c0c1c2c4c6cacccdcecfd0d3d4d9dcdddfe0ff")

settings.register_profile("parity", deadline=None, print_blob=True)


@pytest.fixture(scope="module", autouse=True)
def _guest_book() -> Iterator[None]:
    """Rules write into a chapter of their own besides, so that what is compared has rows of it."""
    with pytest.MonkeyPatch.context() as patch:
        keep_guest_book(patch)
        yield


@dataclass(frozen=True, slots=True)
class History:
    """The logs of a grown federation."""

    founding: Founding
    logs: dict[int, list[bytes]]


@lru_cache
def history(seed: int) -> History:
    """A history in which all kinds of entries occur."""
    federation = build_federation(
        seed=f"parity {seed}", coops=2 + seed % 2, clearing_limit=3_000, witness_quorum=seed % 2
    )
    books = books_with_members(federation, limit=2_000)
    grow(books, Random(seed), STEPS)
    return History(federation.founding, books.logs)


def damage_bytes(draw: st.DrawFn, entry: bytes) -> bytes:
    """The entry with a byte replaced, put in, or taken out."""
    position = draw(st.integers(0, len(entry) - 1))
    byte = bytes([draw(st.integers(0, 255) | st.sampled_from(INTERESTING))])
    match draw(st.sampled_from(["replace", "insert", "remove", "signature"])):
        case "replace":
            return entry[:position] + byte + entry[position + 1 :]
        case "insert":
            return entry[:position] + byte + entry[position:]
        case "remove":
            return entry[:position] + entry[position + 1 :]
        case _:
            # The last element of nearly every kind is a signature.
            return entry[:-1] + bytes([entry[-1] ^ 1])


@st.composite
def damaged_logs(draw: st.DrawFn) -> tuple[History, dict[int, list[bytes]]]:
    """A history and its logs with a few entries damaged, moved, repeated, or lost."""
    chosen = history(draw(st.integers(0, SEEDS - 1)))
    logs = {coop: list(entries) for coop, entries in chosen.logs.items()}
    for _ in range(draw(st.integers(1, 3))):
        coop = draw(st.sampled_from(sorted(logs)))
        entries = logs[coop]
        position = draw(st.integers(0, len(entries) - 1))
        ways = ("bytes", "bytes", "swap", "repeat", "lose", "borrow")
        match draw(st.sampled_from(ways)):
            case "bytes":
                entries[position] = damage_bytes(draw, entries[position])
            case "swap":
                other = draw(st.integers(0, len(entries) - 1))
                entries[position], entries[other] = entries[other], entries[position]
            case "repeat":
                entries.insert(draw(st.integers(0, len(entries))), entries[position])
            case "lose":
                del entries[position]
            case _:
                lender = logs[draw(st.sampled_from(sorted(logs)))]
                entries.insert(position, lender[draw(st.integers(0, len(lender) - 1))])
    return chosen, logs


def replay_all(both: Both, logs: dict[int, bytes]) -> None:
    """Every log until it is refused, or as far as it goes before another would have to go on."""
    rests = dict(logs)
    while rests:
        progress = False
        for coop, rest in list(rests.items()):
            done = both.replay(coop, rest)
            if done is None or done.refusal is not None or done.waiting is None:
                del rests[coop]
                continue
            rests[coop] = rest[done.consumed :]
            progress = progress or done.count > 0
        if not progress:
            return


@settings(
    max_examples=CASES,
    deadline=None,
    suppress_health_check=[HealthCheck.data_too_large, HealthCheck.too_slow],
)
@given(damaged_logs(), st.sampled_from([1, 2, 3]))
def test_a_damaged_history(case: tuple[History, dict[int, list[bytes]]], threads: int) -> None:
    chosen, logs = case
    both = Both(chosen.founding, threads=threads)
    replay_all(both, {coop: b"".join(entries) for coop, entries in logs.items()})
    both.check_state()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_bad_signature_at_every_position(seed: int) -> None:
    """The last byte of each entry of a log in turn, with everything after it in the same call."""
    chosen = history(seed)
    coop = min(chosen.logs)
    entries = chosen.logs[coop]
    for position, entry in enumerate(entries):
        both = Both(chosen.founding)
        for other in sorted(chosen.logs, reverse=True):
            if other != coop:
                both.replay(other, b"".join(chosen.logs[other]))
        damaged = [
            *entries[:position],
            entry[:-1] + bytes([entry[-1] ^ 1]),
            *entries[position + 1 :],
        ]
        done = both.replay(coop, b"".join(damaged))
        assert done is None or done.count <= position
        both.ask(lambda validator: validator.digest())


@settings(max_examples=max(20, CASES // 4), deadline=None)
@given(st.integers(0, SEEDS - 1), st.randoms(use_true_random=False), st.integers(0, 10**6))
def test_transactions_in_any_order_in_one_call(seed: int, random: Random, late: int) -> None:
    """What a home node is offered: the transactions of all logs, shuffled, some of them damaged."""
    chosen = history(seed)
    both = Both(chosen.founding)
    coop = min(chosen.logs)
    offered = [
        entry[transaction_place(entry) :] for entries in chosen.logs.values() for entry in entries
    ]
    anchors = [transaction for transaction in offered if transaction[1] == 6]
    offered = [transaction for transaction in offered if transaction[1] != 6]
    for _ in range(5):
        place = random.randrange(len(offered))
        offered[place] = offered[place][:-1] + bytes([offered[place][-1] ^ 1])
    start = len(offered) // 3
    rest = offered[start:]
    random.shuffle(rest)
    both.sequence(coop, 1_800_000_000, offered[:start] + rest)
    both.sequence(coop, 1_800_000_000 + late, offered)
    judged = [b"\x92\xceZZZZ" + anchor for anchor in anchors]
    both.ask(lambda validator: [validator.judge(coop, entry) for entry in judged])
    both.check_state()


def transaction_place(entry: bytes) -> int:
    """Where the transaction begins in an entry of these histories, whose times take four bytes."""
    assert entry[:2] == b"\x92\xce"
    return 6


def test_these_histories_have_every_kind() -> None:
    kinds = {
        entry[transaction_place(entry) + 1]
        for seed in range(SEEDS)
        for entries in history(seed).logs.values()
        for entry in split(b"".join(entries))
    }
    assert kinds >= {1, 2, 3, 4, 6, 8}
