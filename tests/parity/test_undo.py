"""What native code applied behind a bad signature is taken back, whatever it was.

In a replay rules run ahead of signatures. So behind a payment with a bad signature, in the same call, stands
everything that an entry can do: a delivery to an account, to the commons, to one that has closed (held, to be
given back), a return that comes back to a closed account, a return, and payments of every kind.
"""

import pytest

from ledger.refusals import Refusal
from ledger.transactions import Status
from tests.builders import Books, books_with_members, build_federation
from tests.parity.both import Both

pytestmark = pytest.mark.needs_native

LEAVER, PAYEE, PAYER, ABROAD = 1, 2, 3, 4


def eventful_books() -> tuple[Books, int]:
    """Books in which coop 1's log ends with one call's worth of everything; and where that begins."""
    books = books_with_members(build_federation(seed="undo", coops=3), members=4)
    # A payment to an account of coop 2 that closes meanwhile, so that it comes back; its payer closes too.
    books.pay(1, LEAVER, 2, LEAVER, 40)
    books.pay(2, PAYER, 1, LEAVER, 40)  # brings the leaver's balance back to 0
    books.set_status(2, LEAVER, Status.CLOSED)
    books.anchor(2, 1)
    books.anchor(1, 2)
    (item,) = books.validator.returnable(2)
    books.set_status(1, LEAVER, Status.CLOSED)
    books.append(2, books.federation.give_back(1, item.number))
    # And payments from abroad to everybody in coop 1, whose closing coops 2 and 3 don't know yet.
    for coop in (2, 3):
        for amount, payee in ((5, LEAVER), (6, PAYEE), (7, 0), (8, LEAVER)):
            books.pay(coop, ABROAD, 1, payee, amount)
    begin = len(books.logs[1])
    books.pay(1, PAYER, 1, PAYEE, 1, fee=1)  # the entry whose signature will be bad
    books.anchor(1, 2)
    books.anchor(1, 3, len(books.logs[3]) - 2)
    for owed in list(books.validator.returnable(1))[:2]:
        books.append(1, books.federation.give_back(owed.coop, owed.number))
    books.pay(1, PAYER, 1, 0, 9, fee=2)
    books.pay(1, PAYER, 3, ABROAD, 10, fee=3)
    books.pay(1, PAYEE, 1, PAYER, 11)
    books.anchor(1, 3)
    books.now += 86_400
    books.pay(1, PAYER, 1, PAYEE, 12)
    return books, begin


@pytest.mark.parametrize("threads", [1, 2])
def test_everything_behind_a_bad_signature_is_taken_back(threads: int) -> None:
    books, begin = eventful_books()
    both = Both(books.federation.founding, threads=threads)
    tail = books.logs[1][begin:]
    rests = {coop: list(log) for coop, log in books.logs.items()}
    rests[1] = rests[1][:begin]
    while any(rests.values()):
        for coop, rest in rests.items():
            done = both.replay(coop, b"".join(rest))
            assert done is not None and done.refusal is None
            del rest[: done.count]
    both.check_state()
    before = both.reference.digest()
    first = tail[0]
    damaged = [first[:-1] + bytes([first[-1] ^ 1]), *tail[1:]]
    done = both.replay(1, b"".join(damaged))
    assert done is not None and (done.count, done.refusal) == (0, Refusal.SIGNATURE_INVALID)
    assert both.reference.digest() == before
    both.check_state()
    done = both.replay(1, b"".join(tail))
    assert done is not None and (done.count, done.refusal) == (len(tail), None)
    both.check_state()
    assert both.reference.digest() == books.validator.digest()


def test_what_stands_behind_has_every_way_to_be_credited() -> None:
    """The test above says something only as long as the books hold what it promises."""
    books, begin = eventful_books()
    kinds = [entry[7] for entry in books.logs[1][begin:]]
    assert (kinds.count(6), kinds.count(8), kinds.count(1)) == (3, 2, 5)
    assert books.validator.log(1).held > 0
    assert len(list(books.validator.returnable(1))) == 2
