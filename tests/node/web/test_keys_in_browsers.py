"""Browsers follow the keys of accounts, so that payments by an earlier and by a later key are confirmed."""

from tests.builders import Books, build_federation, open_books
from tests.node.web.test_voting_in_browsers import checked
from tests.recovery_builders import (
    STEWARDS_WAIT,
    WAIT,
    guardian_list,
    name_guardians,
    new_key,
    object_to,
    recover,
    rekey,
    restore,
)


def books_of_keys() -> Books:
    """Every way in which a key changes, with payments between."""
    books = open_books(build_federation(seed="browser keys", coops=1))
    federation = books.federation
    books.admit(1, *range(1, 6))
    books.pay(1, 1, 1, 2, 5)
    books.append(1, rekey(federation, 1, 1), name_guardians(federation, 1, 2, 3, 4))
    paid_by(books, 1, 2)
    books.append(1, recover(federation, 1, 3, stewards=(0, 2)), object_to(federation, 1, 3))
    books.now += WAIT
    listed = guardian_list(3, 4)
    books.append(1, recover(federation, 1, 5))
    books.append(1, name_guardians(federation, 1, 4, 1, 2))
    by_guardians = recover(federation, 1, 2, guardians=listed, members=(4,))
    assert books.refusal(1, by_guardians) is not None
    books.now += STEWARDS_WAIT
    books.append(1, restore(5))
    paid_by(books, 5, 1)
    return books


def paid_by(books: Books, account: int, sequence: int) -> bytes:
    """A payment by the new key of an account, which is recorded."""
    payment = books.federation.pay(
        1,
        payer=account,
        sequence=sequence,
        payee_coop=1,
        payee=4,
        amount=1,
        signed_by=new_key(account),
    )
    books.append(1, payment)
    return payment


def test_payments_by_earlier_and_later_keys_are_confirmed() -> None:
    books = books_of_keys()
    found = checked(books, books.logs[1])
    assert (found["refused"], found["unconfirmed"]) == (None, [])
    assert found["length"] == len(books.logs[1])


def test_a_payment_by_the_key_that_was_replaced_is_not_confirmed() -> None:
    books = books_of_keys()
    last = books.logs[1][-1]
    time = last[: len(last) - len(books.next_pay(1, 5, 1, 4, 1))]
    by_old = books.next_pay(1, 1, 1, 4, 1)
    found = checked(books, [*books.logs[1], time + by_old])
    assert found["unconfirmed"] == [len(books.logs[1]) + 1]


def test_a_recovery_that_never_began_does_not_end() -> None:
    books = books_of_keys()
    last = books.logs[1][-1]
    time = last[: len(last) - len(books.next_pay(1, 5, 1, 4, 1))]
    found = checked(books, [*books.logs[1], time + restore(4)])
    assert "never began" in found["refused"]
