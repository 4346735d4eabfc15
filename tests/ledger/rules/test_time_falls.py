"""The time of a log may fall once: PROTOCOL sections 7.1.6 and 7.12, in both validators."""

import pytest

from ledger.charter_changes import Leave, LetTimeFall
from ledger.entries import LAST_TIME, encode_entry
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from tests.builders import START, MakeValidator, replay_logs
from tests.charter_builders import Union, open_union

FAR = START + 365 * 86_400


@pytest.fixture
def union(make_validator: MakeValidator) -> Union:
    """Three coops; the log of the first has run a year ahead."""
    union = open_union(make_validator)
    for coop in (1, 2, 3):
        union.books.admit(coop, 1, 2)
    union.books.now = FAR
    union.books.pay(1, 1, 1, 2, 10)
    return union


def let_fall(union: Union, *, length: int | None = None, time: int = START) -> None:
    """Let the first log take in that its time may fall, right after that entry."""
    length = union.books.validator.log(1).length + 1 if length is None else length
    union.decide(LetTimeFall(coop=1, length=length, time=time), 1)
    union.books.now = START + 60


def refusal_at(union: Union, time: int) -> Refusal | None:
    """What a payment at that time would be refused for, as an entry of another node's log."""
    found = union.books.validator.judge(1, encode_entry(time, union.books.next_pay(1, 2, 1, 1, 1)))
    assert found is None or isinstance(found, Refusal)
    return found


def test_the_entry_after_the_named_length_may_be_earlier(union: Union) -> None:
    assert refusal_at(union, FAR - 1) is Refusal.TIME_FALLS
    let_fall(union)
    assert refusal_at(union, START) is None
    assert refusal_at(union, START - 1) is Refusal.TIME_FALLS


def test_a_home_node_sequences_at_its_own_time_again(union: Union) -> None:
    let_fall(union)
    union.books.pay(1, 2, 1, 1, 1)
    assert union.books.validator.log(1).time == START + 60
    replayed = replay_logs(union.federation, union.books.logs)
    assert replayed.digest() == union.books.validator.digest()


@pytest.mark.parametrize("is_payment", [True, False])
def test_it_falls_once(union: Union, is_payment: bool) -> None:
    let_fall(union)
    if is_payment:
        union.books.pay(1, 2, 1, 1, 1)
    else:
        union.books.admit(1, 3)
    assert union.books.validator.log(1).time == START + 60
    assert refusal_at(union, START + 59) is Refusal.TIME_FALLS
    assert refusal_at(union, START + 60) is None


def test_several_entries_of_one_call_fall_together(union: Union) -> None:
    let_fall(union)
    books = union.books
    books.append(1, books.next_pay(1, 2, 1, 1, 1), union.federation.admit(1, 3))
    assert books.validator.log(1).time == START + 60


def test_a_time_below_the_named_one_is_raised_to_it_at_home(union: Union) -> None:
    let_fall(union, time=START + 300)
    union.books.pay(1, 2, 1, 1, 1)
    assert union.books.validator.log(1).time == START + 300


@pytest.mark.parametrize("beside", [-1, 1])
def test_at_another_length_it_does_not_fall(union: Union, beside: int) -> None:
    let_fall(union, length=union.books.validator.log(1).length + 1 + beside)
    assert refusal_at(union, FAR - 1) is Refusal.TIME_FALLS


def test_another_log_does_not_fall(union: Union) -> None:
    union.decide(LetTimeFall(coop=1, length=union.books.validator.log(2).length + 1, time=START), 2)
    time = union.books.validator.log(2).time
    pay = union.books.next_pay(2, 1, 2, 2, 1)
    found = union.books.validator.judge(2, encode_entry(time - 1, pay))
    assert found is Refusal.TIME_FALLS


def test_the_day_that_a_log_falls_to_is_counted_anew(make_validator: MakeValidator) -> None:
    union = open_union(make_validator, entries_per_day=4)
    union.books.admit(1, 1, 2)
    for _ in range(4):
        union.books.pay(1, 1, 1, 2, 1)
    union.books.now = FAR
    union.books.admit(1, 3)
    let_fall(union)
    assert refusal_at(union, START) is None
    union.books.pay(1, 2, 1, 1, 1)
    log = union.books.validator.log(1)
    assert (log.payments_today, log.others_today) == (1, 0)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (LetTimeFall(coop=4, length=1, time=1), Refusal.COOP_UNKNOWN),
        (LetTimeFall(coop=1, length=1, time=LAST_TIME + 1), Refusal.TIME_OUT_OF_RANGE),
        (LetTimeFall(coop=1, length=1, time=LAST_TIME), None),
    ],
)
def test_what_can_not_be(union: Union, change: LetTimeFall, refusal: Refusal | None) -> None:
    found = amend(union.charter, change)
    assert (found if isinstance(found, Refusal) else None) is refusal


def test_the_log_of_a_coop_that_has_left_has_no_time_to_fall(union: Union) -> None:
    union.decide(Leave(coop=2), 1)
    found = amend(union.charter, LetTimeFall(coop=2, length=1, time=1))
    assert found is Refusal.CHARTER_STANDING_WRONG


def test_a_snapshot_keeps_it(union: Union) -> None:
    let_fall(union)
    validator = union.books.validator
    loaded = type(validator).load(validator.founding, validator.snapshot())  # type: ignore[attr-defined]
    pay = encode_entry(START, union.books.next_pay(1, 2, 1, 1, 1))
    assert loaded.judge(1, pay) is None
