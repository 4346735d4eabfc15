"""`index` entries: each refusal, their order, and what an entry does and does not change."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import combinations, pairwise
from typing import Any

import pytest

from ledger.agreement import Turn
from ledger.codec import MAX
from ledger.decisions import IndexEntry, Observation
from ledger.entries import decode_transaction, encode_entry
from ledger.index.days import day_of_month, last_day_of_week
from ledger.index.prints import LateChange, Print, SourceChange
from ledger.refusals import Refusal
from ledger.rules.index import SECONDS_IN_DAY
from ledger.transactions import encode_transaction
from ledger.validators.reference import ReferenceValidator
from tests.builders import (
    Books,
    MakeValidator,
    books_with_members,
    build_federation,
    open_books,
    replay_logs,
)
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

DECEMBER = 2025 * 12 + 11
"""The month whose change the next print of `official_books` carries."""
OFFICIAL = build_federation(
    seed="index",
    coops=4,
    index=index_lines(publishers=[1, 2, 3], stand_in_limit=2, source_quorum=3),
)
WEEK = (20_442 + 3) // 7
"""The week whose survey is next: the base day is Sunday 2025-12-21."""
SURVEY = build_federation(
    seed="index",
    coops=4,
    index=index_lines(
        "survey",
        publishers=[1, 2, 3],
        base_day="2025-12-21",
        observations_needed=2,
        stand_in_limit=1,
    ),
)
LEVEL = 1_000_000_000


def official_books(make_validator: MakeValidator) -> Books:
    """November's change is in, 2.5 %; December's is next."""
    books = open_books(OFFICIAL, make_validator)
    take_prints(books, 25)
    return books


def survey_books(make_validator: MakeValidator) -> Books:
    return open_books(SURVEY, make_validator)


# The order of the checks, as a table: what each fault changes in a valid entry.

Change = Callable[[IndexEntry], IndexEntry]


@dataclass(frozen=True, slots=True)
class Fault:
    refusal: Refusal
    name: str
    """Faults of one name change the same part and don't go together."""
    fields: dict[str, Any]


def official_entry(**fields: Any) -> IndexEntry:
    fields = {"period": DECEMBER, "value": 30} | fields
    observations, turn = fields.pop("observations", None), fields.pop("turn", None)
    return IndexEntry(decided=Print(**fields), observations=observations, turn=turn)


def signed(entry: IndexEntry, signers: tuple[int, ...], *, forged: bool) -> bytes:
    if not forged:
        return certify(OFFICIAL, entry, signers)
    right = decode_transaction(certify(OFFICIAL, entry, signers))
    assert isinstance(right, IndexEntry)
    (coop, _), *rest = right.signatures
    return encode_transaction(replace(entry, signatures=((coop, bytes(64)), *rest)))


SEEN = (observation(OFFICIAL, 1, DECEMBER, LEVEL),)
OFFICIAL_FAULTS = [
    Fault(Refusal.PUBLISHER_UNKNOWN, "signers", {"signers": (1, 4)}),
    Fault(Refusal.PUBLISHERS_TOO_FEW, "signers", {"signers": (2,)}),
    Fault(Refusal.INDEX_OBSERVATIONS_MISPLACED, "observations", {"observations": SEEN}),
    Fault(Refusal.SIGNATURE_INVALID, "forged", {"forged": True}),
    Fault(Refusal.DECISION_OUT_OF_PLACE, "turn", {"turn": Turn(place=0, round=0)}),
    Fault(Refusal.INDEX_PERIOD_REPEATED, "period", {"period": DECEMBER - 1, "value": 25}),
    Fault(Refusal.INDEX_PERIOD_CONTRADICTED, "period", {"period": DECEMBER - 1, "value": 26}),
    Fault(Refusal.INDEX_PERIOD_EARLY, "period", {"period": DECEMBER + 1}),
    Fault(Refusal.INDEX_PERIOD_BEFORE_BASE, "period", {"period": DECEMBER - 2}),
    Fault(Refusal.INDEX_SOURCE_WRONG, "source", {"source": 1}),
    Fault(Refusal.INDEX_STAND_IN_VALUE_WRONG, "value", {"is_stand_in": True, "value": 26}),
    Fault(Refusal.INDEX_VALUE_IMPOSSIBLE, "value", {"value": -1000}),
    Fault(Refusal.INDEX_STEP_ABOVE_CAP, "value", {"value": 301}),
    Fault(
        Refusal.INDEX_LATE_UNKNOWN,
        "late",
        {"late": (LateChange(period=DECEMBER - 1, change=3),)},
    ),
]


def transaction(*faults: Fault) -> bytes:
    fields: dict[str, Any] = {"signers": (1, 2), "forged": False}
    for fault in faults:
        fields |= fault.fields
    signers, forged = fields.pop("signers"), fields.pop("forged")
    return signed(official_entry(**fields), signers, forged=forged)


def test_each_fault_of_an_official_print_gets_its_refusal(make_validator: MakeValidator) -> None:
    books = official_books(make_validator)
    for fault in OFFICIAL_FAULTS:
        assert books.refusal(1, transaction(fault)) is fault.refusal
        entry = encode_entry(books.now, transaction(fault))
        assert books.validator.judge(1, entry) is fault.refusal
        assert books.validator.replay(1, entry).refusal is fault.refusal
    assert books.validator.judge(1, encode_entry(books.now, transaction())) is None
    assert books.refusal(1, transaction()) is None


def test_of_two_faults_the_earlier_is_the_refusal(make_validator: MakeValidator) -> None:
    books = official_books(make_validator)
    tried = 0
    for earlier, later in combinations(OFFICIAL_FAULTS, 2):
        if earlier.refusal is Refusal.INDEX_PERIOD_REPEATED:
            continue  # that print was taken in: there is nothing else wrong with it
        if earlier.name == later.name or not earlier.fields.keys().isdisjoint(later.fields):
            continue
        assert books.refusal(1, transaction(earlier, later)) is earlier.refusal, (earlier, later)
        tried += 1
    assert tried > 50


def test_prints_and_changes_of_source_share_one_sequence_of_places(
    make_validator: MakeValidator,
) -> None:
    books = official_books(make_validator)
    wait_until_over(books, index_of(books.validator, 1), periods=2)
    for place, taken in enumerate(
        (
            official_entry(),
            IndexEntry(
                decided=SourceChange(
                    number=1, first_period=DECEMBER + 1, description_hash=SOURCE_HASH
                )
            ),
            official_entry(period=DECEMBER + 1, source=1),
        ),
        1,
    ):
        for wrong in (0, place - 1, place + 1, MAX):
            out_of_place = replace(taken, turn=Turn(place=wrong, round=0))
            refusal = books.refusal(1, certify(OFFICIAL, out_of_place))
            assert refusal is Refusal.DECISION_OUT_OF_PLACE
        books.append(1, certify(OFFICIAL, replace(taken, turn=Turn(place=place, round=MAX))))
    assert index_of(books.validator, 1).place == 4


def test_a_decision_with_a_round_leaves_what_one_without_leaves(
    make_validator: MakeValidator,
) -> None:
    with_round, without = (official_books(make_validator) for _ in range(2))
    in_round = replace(official_entry(), turn=Turn(place=1, round=3))
    with_round.append(1, certify(OFFICIAL, in_round))
    without.append(1, certify(OFFICIAL, official_entry()))
    rows = [books.validator.rows(1, "index") for books in (with_round, without)]
    assert rows[0] == rows[1]


@pytest.mark.parametrize("signed_in", [None, Turn(place=1, round=1), Turn(place=2, round=0)])
def test_signatures_hold_for_the_place_and_round_that_were_signed(
    signed_in: Turn | None, make_validator: MakeValidator
) -> None:
    books = official_books(make_validator)
    entry = decode_transaction(certify(OFFICIAL, replace(official_entry(), turn=signed_in)))
    assert isinstance(entry, IndexEntry)
    claimed = encode_transaction(replace(entry, turn=Turn(place=1, round=0)))
    assert books.refusal(1, claimed) is Refusal.SIGNATURE_INVALID
    books.append(1, certify(OFFICIAL, replace(official_entry(), turn=Turn(place=1, round=0))))


def test_absurd_values_have_refusals_too(make_validator: MakeValidator) -> None:
    books = official_books(make_validator)
    absurd = {
        -(2**63): Refusal.INDEX_VALUE_IMPOSSIBLE,
        2**64 - 1: Refusal.INDEX_STEP_ABOVE_CAP,
        -999: Refusal.INDEX_STEP_ABOVE_CAP,
        -231: Refusal.INDEX_STEP_ABOVE_CAP,  # 1 / 1.3 is -23.07 %
    }
    for value, refusal in absurd.items():
        assert books.refusal(1, official(OFFICIAL, DECEMBER, value)) is refusal
    assert books.refusal(1, official(OFFICIAL, MAX, 1)) is Refusal.INDEX_PERIOD_EARLY
    assert books.refusal(1, official(OFFICIAL, 0, 1)) is Refusal.INDEX_PERIOD_BEFORE_BASE
    assert books.refusal(1, official(OFFICIAL, DECEMBER, -230)) is None


def test_without_an_index_in_the_charter_nothing_of_it_is_taken_in(
    make_validator: MakeValidator,
) -> None:
    plain = build_federation(seed="index", coops=4)
    books = books_with_members(plain, members=1, make_validator=make_validator)
    assert books.validator.index(1) is None
    data = certify(plain, official_entry(), (1, 2))
    assert books.refusal(1, data) is Refusal.INDEX_NOT_CHARTERED


@pytest.mark.parametrize("is_stand_in", [False, True])
def test_a_month_that_is_not_over_has_no_print(
    make_validator: MakeValidator, *, is_stand_in: bool
) -> None:
    books = official_books(make_validator)
    books.append(1, official(OFFICIAL, DECEMBER, 25))
    january = official(OFFICIAL, DECEMBER + 1, 25, is_stand_in=is_stand_in)
    first_of_february = day_of_month(DECEMBER + 2, day=1)
    before = books.validator.digest()
    books.now = first_of_february * SECONDS_IN_DAY - 1
    assert books.refusal(1, january) is Refusal.INDEX_PERIOD_NOT_OVER
    assert books.validator.digest() == before
    books.now += 1
    books.append(1, january)


def test_a_week_can_be_closed_on_its_sunday(make_validator: MakeValidator) -> None:
    books = survey_books(make_validator)
    levels = dict.fromkeys((1, 2, 3), LEVEL)
    week = surveyed(SURVEY, WEEK, levels)
    sunday = last_day_of_week(WEEK)
    books.now = min(books.now, sunday * SECONDS_IN_DAY - 1)
    assert books.refusal(1, week) is Refusal.INDEX_PERIOD_NOT_OVER
    books.now = sunday * SECONDS_IN_DAY
    books.append(1, week)


def test_a_stand_in_and_its_late_change(make_validator: MakeValidator) -> None:
    books = official_books(make_validator)
    append = books.append
    wait_until_over(books, index_of(books.validator, 1), periods=4)
    stand_in = official(OFFICIAL, DECEMBER, 25, is_stand_in=True)
    append(1, stand_in)
    append(1, official(OFFICIAL, DECEMBER + 1, 25, is_stand_in=True))
    third = official(OFFICIAL, DECEMBER + 2, 25, is_stand_in=True)
    assert books.refusal(1, third) is Refusal.INDEX_STAND_IN_NOT_ALLOWED
    before = index_of(books.validator, 1).values
    late = {DECEMBER: 40, DECEMBER + 1: 10}
    falling = {DECEMBER + 1: 10, DECEMBER: 40}
    wrong = official(OFFICIAL, DECEMBER + 2, 20, late=falling)
    assert books.refusal(1, wrong) is Refusal.INDEX_LATE_UNKNOWN
    append(1, official(OFFICIAL, DECEMBER + 2, 20, late=late))
    index = index_of(books.validator, 1)
    assert index.values[: len(before)] == before
    again = official(OFFICIAL, DECEMBER + 3, 20, late={DECEMBER: 40})
    assert books.refusal(1, again) is Refusal.INDEX_LATE_UNKNOWN
    # What the coops make good is what the months together really did.
    whole = 1.025 * 1.040 * 1.010 * 1.020
    assert abs(index.values[-1] / index.values[0] / whole - 1) < 1e-9


@pytest.mark.parametrize(("base_value", "value"), [("9007199254.740000", 1), ("1.000000", -1)])
def test_a_value_that_leaves_its_range_is_refused(
    base_value: str, value: int, make_validator: MakeValidator
) -> None:
    federation = build_federation(seed="range", index=index_lines(base_value=base_value))
    books = open_books(federation, make_validator)
    out = official(federation, DECEMBER - 1, value)
    assert books.refusal(1, out) is Refusal.INDEX_TABLE_OUT_OF_RANGE
    books.append(1, official(federation, DECEMBER - 1, 0))


def test_a_change_of_source_has_its_order_and_its_quorum(make_validator: MakeValidator) -> None:
    books = official_books(make_validator)

    def refused(change: bytes) -> Refusal | None:
        return books.refusal(1, change)

    few = source_change(OFFICIAL, 1, DECEMBER, signers=(1, 2))
    assert refused(few) is Refusal.PUBLISHERS_TOO_FEW
    early = source_change(OFFICIAL, 2, DECEMBER)
    assert refused(early) is Refusal.INDEX_SOURCE_NUMBER_EARLY
    taken = source_change(OFFICIAL, 1, DECEMBER - 1)
    assert refused(taken) is Refusal.INDEX_SOURCE_PERIOD_TAKEN
    values = index_of(books.validator, 1).values
    wait_until_over(books, index_of(books.validator, 1), periods=2)
    books.append(1, source_change(OFFICIAL, 1, DECEMBER + 1))
    assert index_of(books.validator, 1).values == values
    assert refused(source_change(OFFICIAL, 1, DECEMBER)) is Refusal.INDEX_SOURCE_NUMBER_REPEATED
    assert refused(source_change(OFFICIAL, 2, DECEMBER)) is Refusal.INDEX_SOURCE_PERIOD_TAKEN
    too_soon = official(OFFICIAL, DECEMBER, 25, source=1)
    assert refused(too_soon) is Refusal.INDEX_SOURCE_WRONG
    books.append(1, official(OFFICIAL, DECEMBER, 25))
    old = official(OFFICIAL, DECEMBER + 1, 25)
    assert refused(old) is Refusal.INDEX_SOURCE_WRONG
    books.append(1, official(OFFICIAL, DECEMBER + 1, 25, source=1))


def test_a_survey_is_the_median_of_enough_signed_observations(
    make_validator: MakeValidator,
) -> None:
    books = survey_books(make_validator)

    def refused(data: bytes) -> Refusal | None:
        return books.refusal(2, data)

    levels = {1: LEVEL, 3: LEVEL + 3}
    few = surveyed(SURVEY, WEEK, {2: LEVEL})
    assert refused(few) is Refusal.INDEX_OBSERVATIONS_TOO_FEW
    stranger = surveyed(SURVEY, WEEK, levels | {4: LEVEL})
    assert refused(stranger) is Refusal.PUBLISHER_UNKNOWN
    for wrong in (LEVEL + 1, LEVEL + 3):  # the half-even mean of the two is LEVEL + 2
        claimed = surveyed(SURVEY, WEEK, levels, value=wrong)
        assert refused(claimed) is Refusal.INDEX_MEDIAN_WRONG
    none = certify(SURVEY, IndexEntry(decided=Print(period=WEEK, value=LEVEL)))
    assert refused(none) is Refusal.INDEX_OBSERVATIONS_MISPLACED
    forged = observation(SURVEY, 3, WEEK, LEVEL + 3, signed_by=1)
    replayed = observation(SURVEY, 3, WEEK - 1, LEVEL + 3)
    for bad in (forged, replayed):
        assert refused(_certified(LEVEL + 2, bad)) is Refusal.SIGNATURE_INVALID
    assert refused(surveyed(SURVEY, WEEK, levels, signers=(3,))) is Refusal.PUBLISHERS_TOO_FEW
    low = surveyed(SURVEY, WEEK, {1: 999_999, 2: 999_999})
    assert refused(low) is Refusal.INDEX_VALUE_IMPOSSIBLE
    books.append(2, surveyed(SURVEY, WEEK, levels))
    other = surveyed(SURVEY, WEEK, levels | {2: LEVEL + 3})
    assert refused(other) is Refusal.INDEX_PERIOD_CONTRADICTED
    same = surveyed(SURVEY, WEEK, {1: LEVEL, 2: LEVEL + 2, 3: LEVEL + 3})
    assert refused(same) is Refusal.INDEX_PERIOD_REPEATED


def _certified(value: int, second: Observation) -> bytes:
    first = observation(SURVEY, 1, WEEK, LEVEL)
    entry = IndexEntry(decided=Print(period=WEEK, value=value), observations=(first, second))
    return certify(SURVEY, entry)


def test_a_survey_s_stand_in_needs_no_observations(make_validator: MakeValidator) -> None:
    books = survey_books(make_validator)
    nothing = IndexEntry(decided=Print(period=WEEK, value=LEVEL, is_stand_in=True))
    assert books.refusal(1, certify(SURVEY, nothing)) is Refusal.INDEX_STAND_IN_NOT_ALLOWED
    books.append(1, surveyed(SURVEY, WEEK, {1: LEVEL, 2: LEVEL}))
    stand_in = IndexEntry(decided=Print(period=WEEK + 1, value=LEVEL, is_stand_in=True))
    seen = (observation(SURVEY, 1, WEEK + 1, LEVEL),)
    misplaced = certify(SURVEY, replace(stand_in, observations=seen))
    assert books.refusal(1, misplaced) is Refusal.INDEX_OBSERVATIONS_MISPLACED
    books.append(1, certify(SURVEY, stand_in))
    again = IndexEntry(decided=Print(period=WEEK + 2, value=LEVEL, is_stand_in=True))
    assert books.refusal(1, certify(SURVEY, again)) is Refusal.INDEX_STAND_IN_NOT_ALLOWED


def test_a_majority_moves_a_survey_by_the_cap_at_most(make_validator: MakeValidator) -> None:
    """Hostile publishers above the quorum print what they like; a window goes so far and no further."""
    books = survey_books(make_validator)
    for level in (MAX, 1_000_000):
        before = index_of(books.validator, 1).values[-1]
        period = index_of(books.validator, 1).due_window.period
        books.append(1, surveyed(SURVEY, period, {1: level, 2: level}))
        after = index_of(books.validator, 1).values[-1]
        low, high = sorted((before, after))
        assert high * 1000 <= low * 1300 + 1000
        assert all(a != b for a, b in pairwise(index_of(books.validator, 1).values[-7:]))


def test_a_minority_moves_nothing(make_validator: MakeValidator) -> None:
    books = survey_books(make_validator)
    honest = {2: LEVEL, 3: LEVEL}
    hostile = surveyed(SURVEY, WEEK, honest | {1: MAX}, signers=(1,))
    assert books.refusal(1, hostile) is Refusal.PUBLISHERS_TOO_FEW
    alone = open_books(SURVEY, make_validator)
    for each, levels in ((books, honest | {1: MAX}), (alone, honest | {1: LEVEL})):
        each.append(1, surveyed(SURVEY, WEEK, levels))
    assert index_of(books.validator, 1).values == index_of(alone.validator, 1).values


def test_an_entry_moves_no_money(make_validator: MakeValidator) -> None:
    books = books_with_members(OFFICIAL, make_validator=make_validator)
    books.pay(1, 1, 1, 2, 500, fee=5)
    books.pay(1, 1, 2, 1, 700)
    before = {coop: _money(books, coop) for coop in books.logs}
    take_prints(books, 25, -10, coops=[1])
    books.append(1, source_change(OFFICIAL, 1, DECEMBER + 1))
    assert {coop: _money(books, coop) for coop in books.logs} == before
    assert index_of(books.validator, 2).prints == ()


def _money(books: Books, coop: int) -> tuple[object, ...]:
    log = books.validator.log(coop)
    accounts = list(books.validator.accounts(coop))
    return log.position, log.held, log.commons, accounts, books.validator.in_transit(coop)


def test_state_with_an_index_survives_a_snapshot_and_a_replay(
    make_validator: MakeValidator,
) -> None:
    books = books_with_members(OFFICIAL, make_validator=make_validator)
    take_prints(books, 25)
    wait_until_over(books, index_of(books.validator, 1), periods=2)
    books.append(1, official(OFFICIAL, DECEMBER, 25, is_stand_in=True))
    books.append(1, source_change(OFFICIAL, 1, DECEMBER + 1))
    books.append(1, official(OFFICIAL, DECEMBER + 1, 30, source=1, late={DECEMBER: 20}))
    books.append(1, priced(books, 1, 1, 1, 2, minor=150_000, day=day_of(books)))
    snapshot = books.validator.snapshot()
    loaded = ReferenceValidator.load(OFFICIAL.founding, snapshot)
    assert loaded.snapshot() == snapshot
    for coop in books.logs:
        assert loaded.index(coop) == books.validator.index(coop)
    assert len(index_of(loaded, 1).sources) == 1
    replayed = replay_logs(OFFICIAL, books.logs, make_validator)
    assert replayed.digest() == books.validator.digest() == loaded.digest()
    assert type(books.validator).load(OFFICIAL.founding, snapshot).digest() == loaded.digest()  # type: ignore[attr-defined]


def test_the_source_hash_is_in_the_listing(make_validator: MakeValidator) -> None:
    books = official_books(make_validator)
    other = official_books(make_validator)
    books.append(1, source_change(OFFICIAL, 1, DECEMBER))
    other.append(1, source_change(OFFICIAL, 1, DECEMBER, description_hash=bytes(32)))
    assert SOURCE_HASH in books.validator.snapshot()
    assert books.validator.digest() != other.validator.digest()
    change = index_of(books.validator, 1).sources[0]
    assert change == SourceChange(number=1, first_period=DECEMBER, description_hash=SOURCE_HASH)
