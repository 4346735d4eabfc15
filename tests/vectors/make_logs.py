"""The vectors of whole logs, PROTOCOL section 7, for `make_vectors`: their state, and what is refused."""

from random import Random
from typing import Any, Final

from ledger.entries import LAST_TIME, encode_entry
from ledger.refusals import Refusal
from ledger.validators.listing import list_state
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, books_with_members, build_federation, open_books
from tests.histories import grow
from tests.ledger.rules.tables import HOME, TABLES, stage

Case = dict[str, Any]


def refused(refusal: Refusal) -> Case:
    return {"refusal": refusal.value, "name": refusal.code}


def log_of(books: Books) -> dict[str, list[str]]:
    return {str(coop): [entry.hex() for entry in log] for coop, log in books.logs.items()}


def refusal_vectors() -> Case:
    """Entries and what they earn in a given state: all faults of all kinds, alone and in pairs."""
    books = stage()
    cases: list[Case] = []
    for table in TABLES:
        entry = encode_entry(books.now, table.transaction(books))
        cases.append({"note": f"{table.name}, valid", "entry": entry.hex(), "refusal": None})
        for faults in [*((fault,) for fault in table.faults), *table.pairs()]:
            entry = encode_entry(books.now, table.transaction(books, *faults))
            names = " and ".join(fault.refusal.code for fault in faults)
            expected = refused(faults[0].refusal)
            cases.append({"note": f"{table.name}: {names}", "entry": entry.hex(), **expected})
    early = encode_entry(books.now - 1, TABLES[0].transaction(books, TABLES[0].faults[0]))
    note = "pay: time_falls and account_unknown"
    cases.append({"note": note, "entry": early.hex(), **refused(Refusal.TIME_FALLS)})
    last = encode_entry(LAST_TIME, TABLES[0].transaction(books))
    cases.append({"note": "pay in the last second", "entry": last.hex(), "refusal": None})
    late = encode_entry(LAST_TIME + 1, TABLES[0].transaction(books, TABLES[0].faults[0]))
    note = "pay: time_out_of_range and account_unknown"
    cases.append({"note": note, "entry": late.hex(), **refused(Refusal.TIME_OUT_OF_RANGE)})
    for case in cases:
        verdict = books.validator.judge(HOME, bytes.fromhex(case["entry"]))
        assert case["refusal"] == (verdict.value if isinstance(verdict, Refusal) else verdict), case
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "digest": books.validator.digest().hex(),
        "coop": HOME,
        "cases": cases,
    }


def day_vectors() -> Case:
    """A charter that bounds the entries of a day, PROTOCOL section 7.1, and a log whose days are full."""
    federation = build_federation(seed="vectors", coops=2, entries_per_day=3)
    books = open_books(federation)
    for coop in books.logs:
        books.admit(coop, 1, 2)
    books.anchor(1, 2)
    books.anchor(2, 1, 2)
    books.now += 2 * 86_400
    for amount in (1, 2, 3):
        books.pay(1, 1, 1, 2, amount)
    books.pay(2, 1, 1, 1, 4)
    books.anchor(1, 2)
    books.admit(1, 3)
    books.now += 86_399
    pay, admission = books.next_pay(1, 1, 1, 2, 1), books.federation.admit(1, 4)
    stranger = federation.pay(1, payer=9, sequence=1, payee_coop=1, payee=1, amount=1)
    offered = {
        "a fourth payment in the day's last second": (books.now, pay, Refusal.DAY_FULL),
        "day_full and account_unknown": (books.now, stranger, Refusal.DAY_FULL),
        "time_falls and day_full": (books.now - 86_400, pay, Refusal.TIME_FALLS),
        "the same payment a second later": (books.now + 1, pay, None),
        "a third entry that is no payment": (books.now, admission, None),
    }
    cases = [judged(books, note, *each) for note, each in offered.items()]
    assert books.validator.judge(1, encode_entry(books.now, pay)) is Refusal.DAY_FULL
    return {
        "charter": federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "digest": books.validator.digest().hex(),
        "coop": 1,
        "cases": cases,
    }


def judged(books: Books, note: str, time: int, data: bytes, expected: Refusal | None) -> Case:
    entry = encode_entry(time, data)
    assert books.validator.judge(1, entry) is expected, note
    return {
        "note": note,
        "entry": entry.hex(),
        **({"refusal": None} if expected is None else refused(expected)),
    }


HISTORIES: Final = (
    (1, 3, 120, None),
    (2, 2, 80, None),
    (3, 1, 40, None),
    (4, 5, 160, None),
    (5, 3, 60, 40),
)
"""Seed, coops, steps, entries a day."""


def history_vectors() -> Case:
    """Whole logs, and the state that follows from them, PROTOCOL section 7."""
    histories = []
    for seed, coops, steps, bound in HISTORIES:
        federation = build_federation(
            entries_per_day=bound,
            seed=f"history {seed}",
            coops=coops,
            clearing_limit=3_000,
            witness_quorum=(coops - 1) // 2,
        )
        books = books_with_members(federation, limit=2_000)
        if coops > 1:
            grow(books, Random(seed), steps)
        else:
            for _ in range(steps):
                books.pay(1, 1, 1, 2, 25, fee=1)
        histories.append(history_case(books))
    return {"histories": histories}


def history_case(books: Books) -> Case:
    validator = books.validator
    assert isinstance(validator, ReferenceValidator)
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": log_of(books),
        "heads": {str(coop): validator.log(coop).head.hex() for coop in books.logs},
        "digest": validator.digest().hex(),
        "listing": [piece.hex() for piece in list_state(validator._state)],
        "coops": {
            str(coop): {
                "position": validator.log(coop).position,
                "held": validator.log(coop).held,
                "commons": validator.log(coop).commons,
                "balances": {
                    str(account.number): account.balance for account in validator.accounts(coop)
                },
                "in_transit": sum(item.amount for item in validator.in_transit(coop)),
            }
            for coop in books.logs
        },
    }
