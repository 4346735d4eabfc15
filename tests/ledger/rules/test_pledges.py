"""Properties of guarantees: no sequence of entries pledges beyond the room or uncovers debt."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.government.guarantees import (
    GUARANTEES_CHAPTER,
    pledged_by_all,
    pledges_for,
)
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, build_federation, open_books
from tests.guarantee_builders import DAY, lapse, next_guarantee, pledge_in

HOME = 1
MEMBERS = range(1, 5)
FEDERATION = build_federation(seed="pledges", coops=1)

members = st.sampled_from(MEMBERS)
amounts = st.integers(0, 40)
acts = st.one_of(
    st.tuples(st.just("give"), members, members, amounts),
    st.tuples(st.just("pay"), members, members, amounts),
    st.tuples(st.just("limit"), members, members, amounts),
    st.tuples(st.just("lapse"), members, members, amounts),
)


def room_of(books: Books, number: int) -> int:
    account = books.validator.account(HOME, number)
    assert account is not None
    pledged = books.validator.pledged(HOME, number)
    return account.balance + account.limit_at(books.now) - pledged


def covered(books: Books, number: int) -> int:
    """How much of a member's debt its guarantors cover."""
    rows = books.validator.rows(HOME, GUARANTEES_CHAPTER)
    caps = sum(pledge.cap for pledge in pledges_for(rows, number).values())
    return min(caps, max(0, -books.balance(HOME, number)))


def offer(books: Books, act: tuple[str, int, int, int]) -> bool:
    """Whether it was taken."""
    name, one, other, amount = act
    if name == "give":
        until = books.now + (amount + 1) * DAY // 8
        data = next_guarantee(books, one, other, amount, until=until)
    elif name == "pay":
        data = books.next_pay(HOME, one, HOME, other, amount)
    elif name == "limit":
        revision = books.account_revision(HOME, one) + 1
        data = books.federation.limit(HOME, one, revision=revision, limit=amount)
    else:
        data = lapse(one, other, pledge_in(books, one, other).revision)
    return books.offer(HOME, data)[0] > 0


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(acts, st.sampled_from((0, DAY // 2))), max_size=25))
def test_a_pledge_never_exceeds_room(steps: list[tuple[tuple[str, int, int, int], int]]) -> None:
    """Room falls below 0 only by a lower limit, and nothing but that limit lowers it further then."""
    books = open_books(FEDERATION, ReferenceValidator)
    books.admit(HOME, *MEMBERS, limit=30)
    for act, wait in steps:
        books.now += wait
        rooms = {number: room_of(books, number) for number in MEMBERS}
        safe = {number: covered(books, number) for number in MEMBERS}
        limits = {number: books.validator.account(HOME, number) for number in MEMBERS}
        was_taken = offer(books, act)
        rows = books.validator.rows(HOME, GUARANTEES_CHAPTER)
        sums = pledged_by_all(rows)
        assert all(books.validator.pledged(HOME, each) == sums.get(each, 0) for each in MEMBERS)
        if act[0] in ("give", "lapse"):
            for number in MEMBERS:
                assert room_of(books, number) >= min(rooms[number], 0)
                assert covered(books, number) >= safe[number]
                assert books.validator.account(HOME, number) == limits[number]
        if act[0] == "pay" and was_taken:
            assert room_of(books, act[1]) >= 0
