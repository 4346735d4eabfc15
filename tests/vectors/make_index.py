"""Makes `index.json`: `index` entries, indexed prices, the values that follow, and what is refused.

Run by `python -m tests.vectors.make_index`; deterministic, and a test makes it anew and compares.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from cli.index.unit_files import bundled_units
from ledger.agreement import Turn
from ledger.codec import MAX, encode
from ledger.contradictions import DecisionEvidence, SignedContent
from ledger.decisions import IndexEntry
from ledger.entries import decode_transaction, encode_entry
from ledger.index.days import day_of_month
from ledger.index.prints import Print, SourceChange
from ledger.refusals import Refusal
from ledger.rules.index import SECONDS_IN_DAY
from ledger.transactions import encode_transaction
from tests.builders import Books, Federation, books_with_members, build_federation
from tests.index_builders import (
    SOURCE_HASH,
    certify,
    day_of,
    index_lines,
    index_of,
    observation,
    official,
    priced,
    source_change,
    surveyed,
    take_prints,
    wait_until_over,
)
from tests.ledger.index.examples import UI

FILE: Final = Path(__file__).with_name("index.json")
NOVEMBER: Final = 2025 * 12 + 10
WEEK: Final = 2_920
"""The week to Sunday 2025-12-21."""

Case = dict[str, Any]

OFFICIAL: Final = build_federation(
    seed="vectors", coops=3, index=index_lines(stand_in_limit=1, quote_days=3)
)
SURVEY: Final = build_federation(
    seed="vectors",
    coops=3,
    index=index_lines("survey", base_day="2025-12-21", observations_needed=2),
)
UNIT: Final = build_federation(
    seed="vectors",
    coops=3,
    index=index_lines(
        "unit", unit=UI, base_day="2025-12-05", base_value="2.963400", stand_in_limit=1
    ),
)


LEVELS: Final = build_federation(
    seed="vectors",
    coops=3,
    index=index_lines(
        "unit",
        unit=bundled_units()["udi"].definition,
        base_day="2026-01-10",
        base_value="8.300000",
        stand_in_limit=1,
    ),
)
"""Levels of halves of months."""
THIRD_DAYS: Final = build_federation(
    seed="vectors",
    coops=3,
    index=index_lines(
        "survey", base_day="2025-12-20", observations_needed=2, period_days=3, lead_days=1
    ),
)


HALF_WAY: Final = [
    build_federation(
        seed="vectors",
        coops=2,
        index=index_lines(coops=2, base_value=f"1000.00000{last}", step_cap=500),
    )
    for last in (1, 3)
]
"""After a print of 50 % the last day's value lies exactly between two millionths: the even one counts."""


def half_way_books(federation: Federation) -> Books:
    """One print, and a payment at the price of the day whose value is half-way."""
    books = books_with_members(federation, members=2, limit=10**9)
    take_prints(books, 500)
    books.now = (index_of(books.validator, 1).known_until + 1) * SECONDS_IN_DAY - 1
    books.append(1, priced(books, 1, 1, 1, 2, minor=999_999_999, day=day_of(books)))
    return books


def official_books() -> Books:
    """Two prints, a stand-in made good, a change of source, and payments at prices."""
    books = books_with_members(OFFICIAL, members=2, limit=10**9)
    take_prints(books, 25)
    books.append(1, priced(books, 1, 1, 2, 1, minor=1_500_000, day=day_of(books)))
    books.append(1, priced(books, 1, 2, 1, 1, minor=2_500, day=day_of(books) - 3))
    books.append(1, official(OFFICIAL, NOVEMBER + 1, 25, is_stand_in=True))
    books.append(1, source_change(OFFICIAL, 1, NOVEMBER + 2))
    late = {NOVEMBER + 1: 31}
    wait_until_over(books, index_of(books.validator, 1))
    books.append(1, official(OFFICIAL, NOVEMBER + 2, -4, source=1, late=late))
    books.now += 20 * SECONDS_IN_DAY
    books.append(1, priced(books, 1, 1, 1, 2, minor=999_999_999, day=day_of(books)))
    return books


def survey_books() -> Books:
    """Three weeks, of odd and even numbers of coops, the last one further than the cap."""
    books = books_with_members(SURVEY, members=2, limit=10**9)
    for week, levels in enumerate(
        (
            {1: 1_001_000_000, 2: 1_003_000_001},
            {1: 1_010_000_000, 2: 1_012_000_000, 3: 5_000_000_000},
            {2: 9_000_000_000, 3: 9_100_000_000},
        ),
        WEEK,
    ):
        wait_until_over(books, index_of(books.validator, 1))
        books.append(1, surveyed(SURVEY, week, levels))
    books.append(1, priced(books, 1, 1, 1, 2, minor=77_777, day=day_of(books)))
    return books


def unit_books() -> Books:
    """Another official unit: two decimals, a fall, and a stand-in made good, in windows from the 6th."""
    books = books_with_members(UNIT, members=2, limit=10**9)
    take_prints(books, -53)
    wait_until_over(books, index_of(books.validator, 1))
    books.append(1, official(UNIT, NOVEMBER + 1, -53, is_stand_in=True))
    wait_until_over(books, index_of(books.validator, 1))
    books.append(1, official(UNIT, NOVEMBER + 2, 218, late={NOVEMBER + 1: 61}))
    books.append(1, priced(books, 1, 1, 1, 2, minor=77_777, day=day_of(books)))
    return books


def books_with_rounds() -> Books:
    """Places go on over prints and changes of source, and over what was decided without rounds."""
    books = books_with_members(OFFICIAL, members=2, limit=10**9)
    take_prints(books, 25)
    source = SourceChange(number=1, first_period=NOVEMBER + 2, description_hash=SOURCE_HASH)
    for entry in (
        IndexEntry(decided=source, turn=Turn(place=1, round=0)),
        IndexEntry(decided=Print(period=NOVEMBER + 1, value=31), turn=Turn(place=2, round=7)),
        IndexEntry(decided=Print(period=NOVEMBER + 2, value=-4, source=1)),
        IndexEntry(
            decided=Print(period=NOVEMBER + 3, value=10, source=1), turn=Turn(place=4, round=MAX)
        ),
    ):
        wait_until_over(books, index_of(books.validator, 1))
        books.append(1, certify(OFFICIAL, entry))
    return books


def level_books() -> Books:
    """Printed levels as pairs, for halves of months: one, a stand-in, and one that makes it good."""
    books = books_with_members(LEVELS, members=2, limit=10**9)
    for pair, fields in (
        ((137_802, 137_949), {}),
        ((137_802, 137_949), {"is_stand_in": True}),
        ((100_000, 100_125), {"late": True}),
    ):
        index = index_of(books.validator, 1)
        wait_until_over(books, index)
        period = index.due_window.period
        late = {period - 1: (137_949, 138_200)} if "late" in fields else None
        is_stand_in = "is_stand_in" in fields
        books.append(1, official(LEVELS, period, pair, is_stand_in=is_stand_in, late=late))
    books.append(1, priced(books, 1, 1, 1, 2, minor=77_777, day=day_of(books)))
    return books


def gap_books() -> Books:
    """A survey every third day: one, and then one that covers the two before it."""
    books = books_with_members(THIRD_DAYS, members=2, limit=10**9)
    for missed, level in ((0, 1_004_000_000), (2, 1_030_000_000)):
        index = index_of(books.validator, 1)
        wait_until_over(books, index, periods=missed + 1)
        period, turn = index.due_window.period + missed, Turn(index.place, 0)
        levels = {1: level, 3: level + 2_000_001}
        books.append(1, surveyed(THIRD_DAYS, period, levels, turn=turn))
    return books


def misplaced() -> dict[str, tuple[bytes, Refusal | None]]:
    """Prints with a place for the log of coop 1 of `official_books`, which has taken in four decisions."""
    next_print = IndexEntry(decided=Print(period=NOVEMBER + 3, value=5, source=1))

    def placed(turn: Turn, signed_in: Turn | None = None) -> bytes:
        entry = decode_transaction(certify(OFFICIAL, replace(next_print, turn=signed_in or turn)))
        assert isinstance(entry, IndexEntry)
        return encode_transaction(replace(entry, turn=turn))

    out = Refusal.DECISION_OUT_OF_PLACE
    again = Print(period=NOVEMBER + 2, value=5, source=1)
    return {
        "the next print in its place": (placed(Turn(place=4, round=0)), None),
        "in its place, in a late round": (placed(Turn(place=4, round=MAX)), None),
        "in the place before": (placed(Turn(place=3, round=0)), out),
        "in the place after": (placed(Turn(place=5, round=0)), out),
        "a month that is taken, in the place before": (
            certify(OFFICIAL, IndexEntry(decided=again, turn=Turn(place=3, round=0))),
            out,
        ),
        "a month that is taken, in the next place": (
            certify(OFFICIAL, IndexEntry(decided=again, turn=Turn(place=4, round=0))),
            Refusal.INDEX_PERIOD_CONTRADICTED,
        ),
        "signed in another round": (
            placed(Turn(place=4, round=1), Turn(place=4, round=0)),
            Refusal.SIGNATURE_INVALID,
        ),
        "signed in another place": (
            placed(Turn(place=3, round=0), Turn(place=4, round=0)),
            Refusal.SIGNATURE_INVALID,
        ),
        "a place without a round": (
            encode([*next_print.fields(), 4]),
            Refusal.ENTRY_MALFORMED,
        ),
    }


def _next_print() -> tuple[bytes, Refusal]:
    """The print of February, for the log of coop 1 of `official_books` while February lasts."""
    entry = IndexEntry(decided=Print(period=NOVEMBER + 3, value=5, source=1))
    return certify(OFFICIAL, entry), Refusal.INDEX_PERIOD_NOT_OVER


def refused(books: Books) -> dict[str, tuple[bytes, Refusal | None]]:
    """Transactions for the log of coop 1 of `official_books`, and what each earns."""
    due = NOVEMBER + 3
    next_print = IndexEntry(decided=Print(period=due, value=5, source=1))
    seen = (observation(OFFICIAL, 1, due, 10**9),)
    right = certify(OFFICIAL, next_print)
    entry = decode_transaction(right)
    assert isinstance(entry, IndexEntry)
    day = day_of(books)
    return {
        "the next print": (right, None),
        "one signature": (certify(OFFICIAL, next_print, [2]), Refusal.PUBLISHERS_TOO_FEW),
        "observations": (
            certify(OFFICIAL, replace(next_print, observations=seen)),
            Refusal.INDEX_OBSERVATIONS_MISPLACED,
        ),
        "a signature that does not hold": (
            right[:-1] + bytes([right[-1] ^ 1]),
            Refusal.SIGNATURE_INVALID,
        ),
        "the print before, again": (
            official(OFFICIAL, NOVEMBER + 2, -4, source=1, late={NOVEMBER + 1: 31}),
            Refusal.INDEX_PERIOD_REPEATED,
        ),
        "another print of that month": (
            official(OFFICIAL, NOVEMBER + 2, 4, source=1),
            Refusal.INDEX_PERIOD_CONTRADICTED,
        ),
        "a month too far": (
            official(OFFICIAL, due + 1, 5, source=1),
            Refusal.INDEX_PERIOD_EARLY,
        ),
        "the old source": (official(OFFICIAL, due, 5), Refusal.INDEX_SOURCE_WRONG),
        "beyond the cap": (
            official(OFFICIAL, due, 301, source=1),
            Refusal.INDEX_STEP_ABOVE_CAP,
        ),
        "down beyond what undoes the cap": (
            official(OFFICIAL, due, -231, source=1),
            Refusal.INDEX_STEP_ABOVE_CAP,
        ),
        "down by what undoes the cap": (official(OFFICIAL, due, -230, source=1), None),
        "minus 100 %": (
            official(OFFICIAL, due, -1000, source=1),
            Refusal.INDEX_VALUE_IMPOSSIBLE,
        ),
        "a late change without a stand-in": (
            official(OFFICIAL, due, 5, source=1, late={NOVEMBER + 1: 31}),
            Refusal.INDEX_LATE_UNKNOWN,
        ),
        "the first source again": (
            source_change(OFFICIAL, 1, due),
            Refusal.INDEX_SOURCE_NUMBER_REPEATED,
        ),
        "a source too far": (
            source_change(OFFICIAL, 3, due),
            Refusal.INDEX_SOURCE_NUMBER_EARLY,
        ),
        "a source for a month that is taken": (
            source_change(OFFICIAL, 2, NOVEMBER + 2),
            Refusal.INDEX_SOURCE_PERIOD_TAKEN,
        ),
        "a price at today's value": (priced(books, 1, 1, 1, 2, minor=12_345, day=day), None),
        "a hundredth too much": (
            priced(books, 1, 1, 1, 2, minor=12_345, day=day, amount=13),
            Refusal.PRICE_MISMATCH,
        ),
        "four days old": (
            priced(books, 1, 1, 1, 2, minor=12_345, day=day - 4),
            Refusal.PRICE_STALE,
        ),
        "of tomorrow": (
            priced(books, 1, 1, 1, 2, minor=12_345, day=day + 1),
            Refusal.PRICE_STALE,
        ),
        "of a day that nobody knows": (
            priced(books, 1, 1, 1, 2, minor=12_345, day=MAX, amount=12),
            Refusal.PRICE_NOT_KNOWN,
        ),
    }


def evidence() -> DecisionEvidence:
    """Coop 2 signed two prints of one month."""
    contents = []
    for value in (25, 26):
        entry = IndexEntry(decided=Print(period=NOVEMBER, value=value))
        signed = decode_transaction(certify(OFFICIAL, entry, [2]))
        assert isinstance(signed, IndexEntry)
        body = entry.signed_body()
        content = body[body.index(b"\x95") :]
        contents.append(SignedContent(content=content, signature=signed.signatures[0][1]))
    return DecisionEvidence(
        coop=2, decision=1, number=NOVEMBER, first=contents[0], second=contents[1]
    )


def index_transactions() -> dict[str, bytes]:
    """A transaction of each shape that an `index` entry has."""
    late = {NOVEMBER + 1: 31}
    levels = {1: 1_001_000_000, 2: 1_003_000_001}
    in_round = IndexEntry(decided=Print(period=NOVEMBER, value=25), turn=Turn(place=0, round=1))
    return {
        "print with a late change": official(OFFICIAL, NOVEMBER + 2, -400, source=1, late=late),
        "print of a survey": surveyed(SURVEY, WEEK, levels),
        "change of source": source_change(OFFICIAL, 1, NOVEMBER + 2),
        "print of a round": certify(OFFICIAL, in_round),
        "print of levels, with late ones": official(
            LEVELS, NOVEMBER * 2 + 1, (137_802, 137_949), late={NOVEMBER * 2: (100, 2**53 - 1)}
        ),
    }


def index_decisions() -> tuple[IndexEntry, IndexEntry]:
    """A print and a change of source as coops sign them on links."""
    entries = [
        decode_transaction(data)
        for data in (official(OFFICIAL, NOVEMBER, 25), source_change(OFFICIAL, 1, NOVEMBER + 2))
    ]
    first, second = entries
    assert isinstance(first, IndexEntry) and isinstance(second, IndexEntry)
    return first, second


def history(books: Books) -> Case:
    index = index_of(books.validator, 1)
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": {str(coop): [entry.hex() for entry in log] for coop, log in books.logs.items()},
        "digest": books.validator.digest().hex(),
        "base_day": index.parameters.base_day,
        "values": list(index.values),
    }


def make() -> Case:
    """The content of the file."""
    books = official_books()
    over = (day_of_month(NOVEMBER + 4, day=1)) * SECONDS_IN_DAY
    not_over = {"a month that ends a second later": (over - 1, *_next_print())}
    books.now = over + 12 * SECONDS_IN_DAY
    cases = refused(books) | misplaced()
    timed = {note: (books.now, *case) for note, case in cases.items()} | not_over
    return {
        "histories": [
            history(books),
            history(survey_books()),
            *(history(half_way_books(federation)) for federation in HALF_WAY),
            history(unit_books()),
            history(books_with_rounds()),
            history(level_books()),
            history(gap_books()),
        ],
        "cases": [
            {
                "note": note,
                "entry": encode_entry(time, data).hex(),
                "refusal": None if refusal is None else refusal.value,
                "name": None if refusal is None else refusal.code,
            }
            for note, (time, data, refusal) in timed.items()
        ],
        "evidence": evidence().encode().hex(),
    }


def render() -> str:
    """The text of the file."""
    return json.dumps(make(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(render(), encoding="utf-8")
