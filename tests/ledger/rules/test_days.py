"""A charter may bound the entries of a log per day: payments, and everything else, each by that number."""

import pytest

from ledger.codec import MAX
from ledger.entries import LAST_TIME, encode_entry
from ledger.errors import CharterError
from ledger.founding import parse_founding
from ledger.refusals import Refusal
from ledger.transactions import Status
from tests.builders import START, Books, MakeValidator, build_federation, open_books, replay_logs
from tests.index_builders import index_lines, official
from tests.ledger.rules.test_order import refusals_of

DAY = 86_400
BOUND = 6


def bounded_books(make_validator: MakeValidator, *, bound: int = BOUND) -> Books:
    """Books with accounts 1 and 2 everywhere, at the first second of the day after."""
    federation = build_federation(
        seed="days", coops=2, entries_per_day=bound, index=index_lines(coops=2)
    )
    books = open_books(federation, make_validator)
    for coop in books.logs:
        books.admit(coop, 1, 2)
    books.anchor(1, 2)
    books.anchor(2, 1, 2)
    books.now = START + DAY
    return books


def fill(books: Books, payments: int = BOUND) -> None:
    for _ in range(payments):
        books.pay(1, 1, 1, 2, 1)


def counts(books: Books, coop: int = 1) -> tuple[int, int]:
    log = books.validator.log(coop)
    return log.payments_today, log.others_today


def test_a_full_day_takes_no_more_payments_and_the_next_one_does(
    make_validator: MakeValidator,
) -> None:
    books = bounded_books(make_validator)
    fill(books)
    pay = books.next_pay(1, 1, 1, 2, 1)
    assert refusals_of(books, pay, books.now) == {Refusal.DAY_FULL}
    books.now = START + 2 * DAY - 1
    assert refusals_of(books, pay, books.now) == {Refusal.DAY_FULL}
    books.now += 1
    books.append(1, pay)
    assert counts(books) == (1, 0)
    fill(books, BOUND - 1)
    assert books.refusal(1, books.next_pay(1, 1, 1, 2, 1)) is Refusal.DAY_FULL
    books.now += 10 * DAY  # days without an entry save nothing up
    fill(books)
    assert books.refusal(1, books.next_pay(1, 1, 1, 2, 1)) is Refusal.DAY_FULL


def test_however_many_payments_come_stewards_and_the_node_can_act(
    make_validator: MakeValidator,
) -> None:
    books = bounded_books(make_validator)
    fill(books)
    books.pay(2, 1, 1, 1, 1)
    books.anchor(1, 2)
    books.append(1, books.federation.limit(1, 1, revision=1, limit=0))
    books.append(1, official(books.federation, 2025 * 12 + 10, 25))
    books.set_status(1, 1, Status.FROZEN)
    books.admit(1, 3, 4)
    assert counts(books) == (BOUND, BOUND)
    books.pay(2, 1, 1, 1, 1)
    for transaction in (
        books.anchor_bytes(2),
        books.federation.admit(1, 5),
        books.federation.limit(1, 2, revision=1, limit=0),
        books.federation.status(1, 2, revision=1, status=Status.FROZEN),
        official(books.federation, 2025 * 12 + 11, 25),
        books.federation.give_back(2, 1),
    ):
        assert refusals_of(books, transaction, books.now) == {Refusal.DAY_FULL}
    books.now += DAY
    books.anchor(1, 2)
    assert counts(books) == (0, 1)


def test_every_log_has_its_own_day(make_validator: MakeValidator) -> None:
    books = bounded_books(make_validator)
    fill(books)
    books.pay(2, 1, 2, 2, 1)
    assert (counts(books), counts(books, 2)) == ((BOUND, 0), (1, 0))


def test_in_one_call_what_does_not_fit_is_refused_and_the_rest_recorded(
    make_validator: MakeValidator,
) -> None:
    books = bounded_books(make_validator)
    pays = [
        books.federation.pay(1, payer=1, sequence=n, payee_coop=1, payee=2, amount=1)
        for n in range(1, BOUND + 3)
    ]
    mixed = [*pays[:2], books.federation.admit(1, 3), *pays[2:], books.federation.admit(1, 4)]
    outcomes = books.offer(1, *mixed)
    assert [outcome < 0 for outcome in outcomes] == [False] * 7 + [True] * 2 + [False]
    assert outcomes[7:9] == [-Refusal.DAY_FULL] * 2
    assert counts(books) == (BOUND, 2)


def test_the_day_has_its_place_in_the_order_of_checks(make_validator: MakeValidator) -> None:
    books = bounded_books(make_validator, bound=3)
    fill(books, 3)
    pay = books.next_pay(1, 1, 1, 2, 1)
    stranger = books.federation.pay(1, payer=9, sequence=1, payee_coop=1, payee=1, amount=1)
    assert refusals_of(books, stranger, books.now) == {Refusal.DAY_FULL}
    assert refusals_of(books, stranger, books.now + DAY) == {Refusal.ACCOUNT_UNKNOWN}
    assert refusals_of(books, pay[:-1] + b"\0", books.now) == {Refusal.DAY_FULL}
    assert refusals_of(books, pay, books.now - 1) == {Refusal.TIME_FALLS}
    assert refusals_of(books, pay, LAST_TIME + 1) == {Refusal.TIME_OUT_OF_RANGE}
    assert books.validator.judge(1, encode_entry(books.now, pay[:-1])) is Refusal.ENTRY_MALFORMED


def test_the_count_is_in_listing_and_snapshot_where_there_is_a_bound(
    make_validator: MakeValidator,
) -> None:
    books = bounded_books(make_validator)
    fill(books, 4)
    books.admit(1, 3)
    assert books.validator.snapshot()[56:].startswith(b"\x9e\xa4coop")  # 14 elements
    again = replay_logs(books.federation, books.logs, make_validator)
    assert again.digest() == books.validator.digest()
    loaded = type(books.validator).load(books.federation.founding, books.validator.snapshot())  # type: ignore[attr-defined]
    assert loaded.snapshot() == books.validator.snapshot()
    books.validator = loaded
    assert counts(books) == (4, 1)
    fill(books, 2)
    assert books.refusal(1, books.next_pay(1, 1, 1, 2, 1)) is Refusal.DAY_FULL
    loaded.replay(1, encode_entry(books.now, books.next_pay(1, 1, 1, 2, 1)))
    assert counts(books) == (6, 1)


def test_without_a_bound_nothing_is_counted(make_validator: MakeValidator) -> None:
    books = open_books(build_federation(seed="days", coops=2), make_validator)
    books.admit(1, 1, 2)
    for _ in range(50):
        books.pay(1, 1, 1, 2, 1)
    assert counts(books) == (0, 0)
    assert books.validator.snapshot()[56:].startswith(b"\x9d\xa4coop")  # 13 elements, as ever


@pytest.mark.parametrize("value", ["0", "-1", str(MAX + 1), '"6"', "1.5", "true"])
def test_a_bound_is_a_whole_number_from_one_on(value: str) -> None:
    source = build_federation(seed="days", entries_per_day=6).founding.source.decode("utf-8")
    wrong = source.replace("entries_per_day = 6", f"entries_per_day = {value}")
    with pytest.raises(CharterError, match=r"^federation\.entries_per_day: "):
        parse_founding(wrong.encode("utf-8"))


def test_the_charter_tells_the_bound() -> None:
    assert build_federation(entries_per_day=1).charter.entries_per_day == 1
    assert build_federation(entries_per_day=MAX).charter.entries_per_day == MAX
    assert build_federation().charter.entries_per_day is None
