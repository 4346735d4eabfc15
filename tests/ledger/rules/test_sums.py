"""What is bounded by a sum: parts that each fit, and together just fit or are one too many.

Every bound is tried from both sides, with the parts in one entry, in one call and in one replay.
"""

from collections.abc import Callable

import pytest

from ledger.codec import MAX, split
from ledger.entries import encode_entry
from ledger.errors import CharterError
from ledger.founding import parse_founding
from ledger.refusals import Refusal
from ledger.transactions import Status
from tests.builders import Books, MakeValidator, books_with_members, build_federation, replay_logs

ROOM = 10
"""How far below the largest balance everything stands that is paid here."""

OPEN, OTHER, CLOSING, CLOSING_TOO, RICH, RICH_TOO = 1, 2, 3, 4, 5, 6


def full_books(make_validator: MakeValidator, *, clearing_limit: int = 1_000_000) -> Books:
    """Account OPEN of coop 1 and its commons have room for `ROOM` more; everybody knows everybody."""
    federation = build_federation(seed="sums", coops=2, clearing_limit=clearing_limit)
    books = books_with_members(federation, members=6, limit=MAX, make_validator=make_validator)
    books.pay(1, RICH, 1, OPEN, MAX - ROOM)
    books.pay(1, RICH_TOO, 1, 0, MAX - ROOM)
    return books


@pytest.mark.parametrize(
    "payees",
    [(OPEN, OPEN), (0, 0), (CLOSING, 0), (0, CLOSING), (CLOSING, CLOSING), (CLOSING, CLOSING_TOO)],
    ids=["an account", "the commons", "for the closed first", "for the commons first",
         "a closed account", "two closed accounts"],
)  # fmt: skip
def test_two_items_of_one_anchor_fill_a_balance_together(
    payees: tuple[int, int], make_validator: MakeValidator
) -> None:
    """An item for an account that has closed meanwhile goes to the commons, like one for it."""
    for amounts in ((ROOM - 3, 3), (ROOM - 3, 4), (3, ROOM - 2), (ROOM, 1)):
        books = full_books(make_validator)
        for payee, amount in zip(payees, amounts, strict=True):
            books.pay(2, OPEN, 1, payee, amount)
        for account in (CLOSING, CLOSING_TOO):
            books.set_status(1, account, Status.CLOSED)
        first = len(books.logs[2]) - 1
        assert all(amount <= ROOM for amount in amounts)
        refusal = books.refusal(1, books.anchor_bytes(2))
        if sum(amounts) <= ROOM:
            assert refusal is None
            continue
        assert refusal is Refusal.BALANCE_OUT_OF_RANGE
        judged = books.validator.judge(1, encode_entry(books.now, books.anchor_bytes(2)))
        assert judged is Refusal.BALANCE_OUT_OF_RANGE
        books.anchor(1, 2, first)  # the first alone still fits
        replay_logs(books.federation, books.logs, make_validator)


def test_items_for_different_balances_do_not_add_up(make_validator: MakeValidator) -> None:
    books = full_books(make_validator)
    for payee, amount in ((OPEN, ROOM), (0, ROOM), (OTHER, ROOM)):
        books.pay(2, OPEN, 1, payee, amount)
    books.anchor(1, 2)
    assert books.balance(1, OPEN) == books.balance(1, 0) == MAX


def pays(*payments: tuple[int, int, int, int, int]) -> Callable[[Books], list[bytes]]:
    """Payments of coop 1: payer, payee's coop, payee, amount, fee."""

    def make(books: Books) -> list[bytes]:
        made, sequences = [], dict[int, int]()
        for payer, payee_coop, payee, amount, fee in payments:
            account = books.validator.account(1, payer)
            assert account is not None
            sequence = sequences.get(payer, account.next_sequence)
            sequences[payer] = sequence + 1
            made.append(
                books.federation.pay(
                    1,
                    payer=payer,
                    sequence=sequence,
                    payee_coop=payee_coop,
                    payee=payee,
                    amount=amount,
                    fee=fee,
                )
            )
        return made

    return make


DEBT = MAX - ROOM
"""What RICH owes, with a limit of MAX."""


@pytest.mark.parametrize(
    ("fits", "too_much", "refusal"),
    [
        (
            pays((RICH, 1, OTHER, ROOM - 4, 4)),
            pays((RICH, 1, OTHER, ROOM - 4, 5)),
            Refusal.LIMIT_EXCEEDED,
        ),
        (
            pays((RICH, 1, OTHER, 6, 0), (RICH, 1, CLOSING, 4, 0)),
            pays((RICH, 1, OTHER, 6, 0), (RICH, 1, CLOSING, 5, 0)),
            Refusal.LIMIT_EXCEEDED,
        ),
        (
            pays((RICH, 1, OTHER, 6, 0), (RICH, 1, CLOSING, 2, 2)),
            pays((RICH, 1, OTHER, 6, 0), (RICH, 1, CLOSING, 3, 2)),
            Refusal.LIMIT_EXCEEDED,
        ),
        (
            pays((OTHER, 1, OPEN, 6, 0), (CLOSING, 1, OPEN, 4, 0)),
            pays((OTHER, 1, OPEN, 6, 0), (CLOSING, 1, OPEN, 5, 0)),
            Refusal.BALANCE_OUT_OF_RANGE,
        ),
        (
            pays((OTHER, 1, 0, 6, 4)),
            pays((OTHER, 1, 0, 6, 5)),
            Refusal.BALANCE_OUT_OF_RANGE,
        ),
        (
            pays((OTHER, 1, CLOSING, 6, 6), (CLOSING_TOO, 1, CLOSING, 6, 4)),
            pays((OTHER, 1, CLOSING, 6, 6), (CLOSING_TOO, 1, CLOSING, 6, 5)),
            Refusal.BALANCE_OUT_OF_RANGE,
        ),
        (
            pays((OTHER, 1, 0, 6, 0), (CLOSING, 2, 1, 9, 4)),
            pays((OTHER, 1, 0, 6, 0), (CLOSING, 2, 1, 9, 5)),
            Refusal.BALANCE_OUT_OF_RANGE,
        ),
        (
            pays((OTHER, 2, 1, 700_000, 0), (CLOSING, 2, 2, 300_000, 0)),
            pays((OTHER, 2, 1, 700_000, 0), (CLOSING, 2, 2, 300_001, 0)),
            Refusal.CLEARING_LIMIT_EXCEEDED,
        ),
        (
            pays((OTHER, 1, CLOSING, MAX, 0)),
            pays((OTHER, 1, CLOSING, MAX, 1)),
            Refusal.LIMIT_EXCEEDED,
        ),
    ],
    ids=[
        "amount and fee, of a limit",
        "two amounts, of a limit",
        "two amounts and a fee, of a limit",
        "two amounts, of a balance",
        "amount and fee, of the commons",
        "two fees, of the commons",
        "an amount and a fee abroad, of the commons",
        "two amounts, of a clearing limit",
        "amount and fee, of the largest limit",
    ],
)
def test_parts_that_each_fit_may_be_too_much_together(
    fits: Callable[[Books], list[bytes]],
    too_much: Callable[[Books], list[bytes]],
    refusal: Refusal,
    make_validator: MakeValidator,
) -> None:
    books = full_books(make_validator)
    refused = books.offer(1, *too_much(books))
    assert refused[-1] == -refusal
    assert min(refused[:-1], default=1) > 0
    books = full_books(make_validator)
    # Replayed by somebody else, the last of them is the entry that is refused, and alone.
    entries = [encode_entry(books.now, data) for data in too_much(books)]
    done = books.validator.replay(1, b"".join(entries))
    assert (done.count, done.refusal) == (len(entries) - 1, refusal)
    books = full_books(make_validator)
    books.append(1, *fits(books))


def test_what_is_held_and_what_is_paid_add_up(make_validator: MakeValidator) -> None:
    """A coop keeps room in its clearing limit for what it has to give back."""
    for amount, expected in ((1_000_000, None), (1_000_001, Refusal.CLEARING_LIMIT_EXCEEDED)):
        books = full_books(make_validator)
        books.pay(2, 1, 1, CLOSING, 4)
        books.pay(2, 1, 1, CLOSING_TOO, 5)
        for account in (CLOSING, CLOSING_TOO):
            books.set_status(1, account, Status.CLOSED)
        books.anchor(1, 2)
        assert (books.validator.log(1).held, books.validator.log(1).position) == (9, 9)
        assert books.refusal(1, books.next_pay(1, OTHER, 2, 1, amount)) is expected


@pytest.mark.parametrize("more", [0, 1])
def test_clearing_limits_add_up_to_the_largest_amount(more: int) -> None:
    source = build_federation(seed="sums", coops=2).founding.source.decode("utf-8")
    for number, limit in enumerate((MAX - 7, 7 + more)):
        before, mark, after = source.partition(f"number = {number + 1}\n")
        units = f"{limit // 100}.{limit % 100:02}"
        after = after.replace('clearing_limit = "10000.00"', f'clearing_limit = "{units}"', 1)
        source = before + mark + after
    if not more:
        charter = parse_founding(source.encode("utf-8")).genesis
        assert sum(coop.clearing_limit for coop in charter.coops.values()) == MAX
        return
    with pytest.raises(CharterError, match="together"):
        parse_founding(source.encode("utf-8"))


def test_the_parts_of_a_replay_are_those_of_the_log(make_validator: MakeValidator) -> None:
    """The full books themselves replay in one call for each log, whoever replays them."""
    books = full_books(make_validator)
    again = replay_logs(books.federation, books.logs, make_validator)
    assert again.digest() == books.validator.digest()
    assert [split(b"".join(log)) for log in books.logs.values()] == list(books.logs.values())
