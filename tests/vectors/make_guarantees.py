"""The vectors of guarantees, PROTOCOL section 13.7, for `make_vectors`."""

from typing import Any, Final

from ledger.codec import MAX
from ledger.entries import encode_entry
from ledger.government.guarantees import GUARANTEES_CHAPTER, Pledge, needed_of, shares
from ledger.refusals import Refusal
from ledger.transactions import Status
from tests.builders import Federation, build_federation, open_books
from tests.guarantee_builders import UNTIL, guarantee, lapse, next_guarantee
from tests.ledger.rules.guarantee_tables import GUARANTEE_TABLES, stage_guarantees
from tests.ledger.rules.tables import HOME
from tests.vectors.make_logs import Case, log_of, refused

DEBTS: Final[tuple[tuple[int, dict[int, int]], ...]] = (
    (90, {1: 100, 2: 200}),
    (100, {1: 100, 2: 200}),
    (500, {1: 100, 2: 200}),
    (10, {1: 5, 2: 5, 3: 5}),
    (11, {1: 5, 2: 5, 3: 5}),
    (0, {7: 100}),
    (5, {7: 0}),
    (5, {}),
    (MAX, {1: MAX, 2: MAX - 1, 3: 1}),
    (MAX - 1, {1: MAX, 2: MAX - 2, 70_000: 3, 2**32 - 1: 12_345_678_901}),
)

CHANGES: Final[tuple[tuple[str, int, dict[int, int], Pledge, int, int | None, int], ...]] = (
    ("the first", 0, {}, Pledge(), 500, UNTIL, 900),
    ("as much as there is room", -100, {}, Pledge(), 900, UNTIL, 900),
    ("raised", -100, {}, Pledge(cap=500, wanted=500, until=UNTIL, revision=1), 700, UNTIL, 0),
    ("withdrawn", 50, {}, Pledge(cap=500, wanted=500, until=UNTIL, revision=1), 0, None, -70),
    ("needed", -100, {}, Pledge(cap=500, wanted=500, until=UNTIL, revision=1), 0, None, 1),
    ("needed whole", -800, {3: 1}, Pledge(cap=500, wanted=9, until=UNTIL, revision=4), 0, None, 1),
    ("needed beside", -300, {3: 120}, Pledge(cap=500, wanted=0, revision=2), 60, UNTIL, 30),
    ("covered by others", -300, {3: 120, 4: 180}, Pledge(cap=5, wanted=0, revision=2), 1, UNTIL, 0),
    ("largest", -MAX, {}, Pledge(), MAX, UNTIL, MAX),
)
"""Note; the member's balance; others' caps; what stands; the cap that is wanted, until when; the room."""


def encoded_guarantees(federation: Federation) -> dict[str, bytes]:
    """A transaction of every kind of this section."""
    return {
        "guarantee": guarantee(federation, 1, 7, 70_000, 50_000),
        "guarantee withdrawn": guarantee(federation, 1, 7, 8, 0, revision=300, until=None),
        "lapse": lapse(7, 70_000, 300),
    }


def guarantee_vectors() -> Case:
    """Entries and what they earn in a given state; a log; how debts are divided; what a change leads to."""
    books = stage_guarantees()
    cases: list[Case] = []
    for table in GUARANTEE_TABLES:
        entry = encode_entry(books.now, table.transaction(books))
        cases.append({"note": f"{table.name}, valid", "entry": entry.hex(), "refusal": None})
        for fault in table.faults:
            entry = encode_entry(books.now, table.transaction(books, fault))
            note = f"{table.name}: {fault.refusal.code}"
            cases.append({"note": note, "entry": entry.hex(), **refused(fault.refusal)})
    for case in cases:
        verdict = books.validator.judge(HOME, bytes.fromhex(case["entry"]))
        assert case["refusal"] == (verdict.value if isinstance(verdict, Refusal) else verdict), case
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "digest": books.validator.digest().hex(),
        "coop": HOME,
        "cases": cases,
        "history": history(),
        "shares": [
            {"debt": debt, "caps": pairs(caps), "shares": pairs(shares(debt, caps))}
            for debt, caps in DEBTS
        ],
        "changes": [change(*about) for about in CHANGES],
    }


def pairs(amounts: dict[int, int]) -> list[list[int]]:
    """By account, rising."""
    return [list(pair) for pair in sorted(amounts.items())]


def change(
    note: str,
    balance: int,
    others: dict[int, int],
    before: Pledge,
    cap: int,
    until: int | None,
    room: int,
) -> Case:
    """What somebody is shown who is about to sign."""
    guarantor = 2
    pledges = {number: Pledge(cap=each) for number, each in others.items()}
    needed = needed_of(guarantor, balance=balance, pledges={**pledges, guarantor: before})
    after = before.changed(cap, until, needed)
    return {
        "note": note,
        "balance": balance,
        "others": pairs(others),
        "before": before.cap,
        "wanted": cap,
        "room": room,
        "needed": needed,
        "worst": after.cap,
        "room_after": room - (after.cap - before.cap),
    }


def history() -> dict[str, Any]:
    """Guarantees that rise, go down, wait for a debt, are freed or displaced, or end by day or account."""
    books = open_books(build_federation(seed="vectors of guarantees", coops=1))
    books.admit(1, *range(1, 9))
    for guarantor, member, cap in ((1, 2, 5_000), (3, 2, 900), (2, 1, 10), (4, 5, 80), (5, 6, 7)):
        books.append(1, next_guarantee(books, guarantor, member, cap))
    books.pay(1, 2, 1, 6, 4_000)
    books.append(1, next_guarantee(books, 1, 2, 0), next_guarantee(books, 3, 2, 1_900))
    books.append(1, next_guarantee(books, 7, 2, 300, until=books.now + 5))
    books.pay(1, 6, 1, 2, 1_500)
    books.append(1, lapse(1, 2, 2))
    books.pay(1, 6, 1, 2, 200)
    books.now += 5
    books.append(1, lapse(7, 2))
    books.set_status(1, 5, Status.CLOSED)
    books.append(1, next_guarantee(books, 6, 8, 300))
    books.pay(1, 8, 1, 7, 200)
    books.append(1, next_guarantee(books, 6, 8, 0), next_guarantee(books, 3, 8, 120))
    books.admit(1, *range(11, 28), 30)
    small = [next_guarantee(books, each, 30, 10 + each // 20) for each in range(11, 27)]
    books.append(1, *small, next_guarantee(books, 27, 30, 11))
    rows = books.validator.rows(1, GUARANTEES_CHAPTER)
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "digest": books.validator.digest().hex(),
        "rows": [[key.hex(), value.hex()] for key, value in rows],
        "pledged": pairs({number: books.validator.pledged(1, number) for number in range(1, 9)}),
    }
