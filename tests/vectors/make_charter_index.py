"""Makes `charter_index.json`, for `make_vectors`: PROTOCOL 7.6, 7.13 and 9.8.

Another table, another currency, a time that falls and a coop that leaves, in logs at different versions.
"""

from typing import Any, Final

from ledger.agreement import Turn
from ledger.charter_changes import Change, Leave, LetTimeFall, Quarantine
from ledger.charter_index import SetIndex
from ledger.entries import LAST_TIME, encode_entry
from ledger.index.table import PLACES_OF_A_TABLE, Index
from ledger.refusals import Refusal
from ledger.validators.reference import ReferenceValidator
from tests.charter_builders import FOURTH, Union
from tests.index_builders import official, priced, take_prints
from tests.ledger.rules.test_charter_index import (
    FAULTS,
    NOVEMBER,
    SECOND_WINDOW,
    START,
    THIRD_WINDOW,
    indexed,
    set_index,
    to_surveys,
    zeros_fall,
)

Case = dict[str, Any]
Offers = dict[str, tuple[int, bytes, Refusal | None]]

FIRST, SECOND, THIRD = 1, 2, 3
DAY: Final = 86_400


def charter_index_vectors() -> Case:
    """Logs of which one has all changes, and what they take in or refuse next."""
    union = _stage()
    validator = union.books.validator
    offers = {**_of_first(union), **_of_second(union), **_of_third(union)}
    now, floor = union.books.now, union.books.now - 299 * DAY
    cases = [_case(union, note, now, *offer) for note, offer in offers.items()]
    admission = union.federation.admit(FIRST, 9)
    for note, time, refusal in (
        ("at the least time to which the log may fall", floor, None),
        ("a second before that", floor - 1, Refusal.TIME_FALLS),
    ):
        cases.append(_case(union, note, time, FIRST, admission, refusal))
    return {
        "charter": union.federation.founding.source.decode("utf-8"),
        "logs": {
            str(coop): [entry.hex() for entry in log] for coop, log in union.books.logs.items()
        },
        "indexes": {
            str(coop): _index(index)
            for coop in validator.coops
            if (index := validator.index(coop)) is not None
        },
        "balances": {
            str(coop): {str(each.number): each.balance for each in validator.accounts(coop)}
            for coop in validator.coops
        },
        "digest": validator.digest().hex(),
        "cases": cases,
    }


def _stage() -> Union:
    """Log 1 has all versions, log 2 waits for the coop that leaves, log 3 has none of the index."""
    union = indexed(ReferenceValidator, stand_in_limit=1)
    books = union.books
    union.join_fourth()
    books.admit(FOURTH, 1)
    books.anchor(FIRST, FOURTH)
    books.anchor(SECOND, FOURTH)
    take_prints(books, 20, coops=[FIRST, SECOND, THIRD])
    # What log 1 takes in here falls away with the other table.
    take_prints(books, 30, coops=[FIRST])
    union.decide(zeros_fall(SECOND_WINDOW - 3), FIRST, SECOND)
    union.decide(set_index(step_cap=500), FIRST, SECOND)
    take_prints(books, 400, coops=[FIRST])
    books.pay(FIRST, 1, FOURTH, 1, 70)
    books.pay(SECOND, 2, FOURTH, 1, 90)
    union.decide(Leave(coop=FOURTH), FIRST, SECOND)
    take_prints(books, 20, coops=[FOURTH])
    union.catch_up(FOURTH)
    books.anchor(FIRST, FOURTH)
    books.now += 300 * DAY
    books.pay(FIRST, 2, FIRST, 1, 5)
    length = books.validator.log(FIRST).length + 1
    union.decide(LetTimeFall(coop=FIRST, length=length, time=books.now - 299 * DAY), FIRST)
    return union


def _of_first(union: Union) -> Offers:
    """What is offered to the log that has all versions."""
    books, length = union.books, union.books.validator.log(FIRST).length
    here = [fault for fault in FAULTS if fault.name in _STANDING]
    turn = Turn(PLACES_OF_A_TABLE + 1, 0)
    changes: dict[str, Change] = {
        "another table": set_index(THIRD_WINDOW, quote_days=3),
        "another table from the same day": set_index(quote_days=3),
        "a table of surveys": to_surveys(THIRD_WINDOW),
        "an end of the index": SetIndex(first_day=THIRD_WINDOW, table=None),
        "another currency": zeros_fall(THIRD_WINDOW + 9, currency="ARX"),
        "a time that falls": LetTimeFall(coop=SECOND, length=length, time=LAST_TIME),
        "a coop that leaves": Leave(coop=SECOND),
        "a coop that leaves before it is settled": Leave(coop=FIRST),
        "quarantine of who has left": Quarantine(coop=FOURTH),
    }
    wrong: dict[str, tuple[Change, Refusal]] = {
        **{fault.name: (fault.change, fault.refusal) for fault in here},
        "the currency that it has": (
            zeros_fall(THIRD_WINDOW),
            Refusal.CHARTER_INDEX_IMPOSSIBLE,
        ),
        "a currency of the day of the one before": (
            zeros_fall(SECOND_WINDOW - 3, currency="ARX"),
            Refusal.CHARTER_DAY_WRONG,
        ),
        "a window that is not known yet": (
            set_index(THIRD_WINDOW + 28),
            Refusal.CHARTER_INDEX_EARLY,
        ),
        "a time after calendars": (
            LetTimeFall(coop=FIRST, length=length, time=LAST_TIME + 1),
            Refusal.TIME_OUT_OF_RANGE,
        ),
        "a time of a coop that has left": (
            LetTimeFall(coop=FOURTH, length=length, time=1),
            Refusal.CHARTER_STANDING_WRONG,
        ),
        "leaving twice": (Leave(coop=FOURTH), Refusal.CHARTER_STANDING_WRONG),
    }
    day = books.now // DAY - 300
    return {
        **{name: (FIRST, union.next(change), None) for name, change in changes.items()},
        **{name: (FIRST, union.next(change), refusal) for name, (change, refusal) in wrong.items()},
        "the next print": (FIRST, official(union.federation, NOVEMBER + 2, 30, turn=turn), None),
        "a print without a place under a later table": (
            FIRST,
            official(union.federation, NOVEMBER + 2, 30),
            Refusal.DECISION_OUT_OF_PLACE,
        ),
        "a print in a place of the table before": (
            FIRST,
            official(union.federation, NOVEMBER + 2, 30, turn=Turn(2, 0)),
            Refusal.DECISION_OUT_OF_PLACE,
        ),
        "a payment to the coop that has left": (
            FIRST,
            books.next_pay(FIRST, 2, FOURTH, 1, 1),
            Refusal.COOP_LEFT,
        ),
        "a price of a day long ago": (
            FIRST,
            priced(books, FIRST, 2, FIRST, 1, minor=10**6, day=day),
            Refusal.PRICE_STALE,
        ),
    }


_STANDING: Final = {fault.name for fault in FAULTS[:-1] if fault.is_plain}
"""Faults that need nothing before them; the last is about the currency that a line begins with."""


def _of_second(union: Union) -> Offers:
    books = union.books
    return {
        "an anchor of the end": (SECOND, books.anchor_bytes(FOURTH), None),
        "the version that lets a log fall": (SECOND, union.versions[-1], None),
        "a print of the table before": (
            SECOND,
            official(union.federation, NOVEMBER + 1, 30, turn=Turn(1, 0)),
            Refusal.DECISION_OUT_OF_PLACE,
        ),
    }


def _of_third(union: Union) -> Offers:
    books = union.books
    return {
        "an anchor of an end that the log does not know of": (
            THIRD,
            books.anchor_bytes(FOURTH),
            Refusal.ANCHOR_OF_THE_END,
        ),
        "the redenomination": (THIRD, union.versions[1], None),
        "a beginning where there is an index": (
            THIRD,
            union.next(SetIndex(first_day=SECOND_WINDOW, table=set_index().table, start=START)),
            Refusal.CHARTER_VERSION_WRONG,
        ),
        "an entry after the end": (
            FOURTH,
            books.next_pay(FOURTH, 1, FOURTH, 0, 1),
            Refusal.COOP_LEFT,
        ),
    }


def _case(
    union: Union, note: str, time: int, coop: int, transaction: bytes, refusal: Refusal | None
) -> Case:
    entry = encode_entry(time, transaction)
    found = union.books.validator.judge(coop, entry)
    assert found is refusal, (note, found)
    name = None if refusal is None else refusal.code
    expected = {"refusal": None if refusal is None else refusal.value, "name": name}
    return {"note": note, "coop": coop, "entry": entry.hex(), **expected}


def _index(index: Index) -> Case:
    base = index.parameters.base_day
    return {
        "base_day": base,
        "place": index.place,
        "values": list(index.values),
        "currency": index.currency_on(index.known_until),
    }
