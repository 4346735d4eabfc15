"""What a rule says that an entry changes, both validators carry out alike, and find again in a snapshot.

A rule of this file lets entries of stewards change whatever a test wants; kinds have their own tests.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from ledger.codec import MAX, encode
from ledger.effects import Effects, Row
from ledger.founding import Founding
from ledger.government.articles import Article, ceiling_of
from ledger.government.bylaws import BYLAWS_CHAPTER, Bylaws
from ledger.government.commons import Rates, share
from ledger.government.guarantees import GUARANTEES_CHAPTER
from ledger.refusals import Refusal
from ledger.rules.shared import LogState, decide
from ledger.state import Waiting
from ledger.transactions import Status
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator
from tests.builders import START, build_federation, signing_key
from tests.parity.both import Both

native_validator = pytest.importorskip("ledger.validators.native")
pytestmark = pytest.mark.needs_native

FEDERATION = build_federation(seed="effects", coops=2)
LOADERS: tuple[Callable[[Founding, bytes], Validator], ...] = (
    ReferenceValidator.load,
    native_validator.NativeValidator.load,
)
MORE = Callable[[LogState, Effects], Effects]


@pytest.fixture
def also(monkeypatch: pytest.MonkeyPatch) -> Callable[[MORE], None]:
    """Lets every accepted entry of the shared rules change what a function adds."""

    def use(more: MORE) -> None:
        def decided(*entry: Any, state: LogState, **others: Any) -> Effects | Refusal | Waiting:
            effects = decide(*entry, state=state, **others)
            return more(state, effects) if isinstance(effects, Effects) else effects

        monkeypatch.setattr("ledger.validators.reference.decide", decided)
        monkeypatch.setattr("ledger.validators.shared_rules.decide", decided)

    return use


def members(both: Both) -> None:
    """Accounts 1 to 4 of coop 1: balances -700, 500, 200 and 0."""
    both.sequence(1, START, [FEDERATION.admit(1, number) for number in range(1, 5)])
    pay(both, 1, 2, 500, sequence=1)
    pay(both, 1, 3, 200, sequence=2)


def pay(
    both: Both, payer: int, payee: int, amount: int, *, sequence: int, fee: int = 0, coop: int = 1
) -> Refusal | None:
    paid = FEDERATION.pay(
        1,
        payer=payer,
        sequence=sequence,
        payee_coop=coop,
        payee=payee,
        amount=amount,
        fee=fee,
    )
    (outcome,) = both.sequence(1, START, [paid]).outcomes
    return None if outcome > 0 else Refusal(-outcome)


def touch(both: Both, account: int = 4, revision: int = 1) -> None:
    """Records an entry of the shared rules."""
    limit = FEDERATION.limit(1, account, revision=revision, limit=100_000)
    (outcome,) = both.sequence(1, START, [limit]).outcomes
    assert outcome > 0, Refusal(-outcome)


def check_restored(both: Both) -> None:
    """Either validator goes on from either's snapshot, with the same digest."""
    both.check_state()
    snapshot = both.ask(lambda validator: validator.snapshot())
    for load in LOADERS:
        assert load(FEDERATION.founding, snapshot).snapshot() == snapshot


def restored(both: Both) -> Both:
    """Both, from the snapshot that they have in common."""
    snapshot = both.ask(lambda validator: validator.snapshot())
    again = Both(FEDERATION.founding)
    again.reference, again.native = (load(FEDERATION.founding, snapshot) for load in LOADERS)
    return again


def balances(both: Both) -> list[int]:
    found = both.ask(lambda validator: list(validator.accounts(1)))
    commons = both.ask(lambda validator: validator.log(1).commons)
    return [commons, *(account.balance for account in found)]


def test_the_commons_pays_an_account(also: Callable[[MORE], None]) -> None:
    both = Both(FEDERATION.founding)
    members(both)

    def more(state: LogState, effects: Effects) -> Effects:
        account = state.account(3)
        assert account is not None
        return replace(
            effects,
            accounts=(*effects.accounts, replace(account, balance=account.balance + 50)),
            commons=-50,
        )

    also(more)
    touch(both)
    assert balances(both) == [-50, -700, 500, 250, 0]
    check_restored(both)


@pytest.mark.parametrize("commons", [0, -49, 51])
def test_what_an_entry_moves_adds_up_to_nothing(also: Callable[[MORE], None], commons: int) -> None:
    both = Both(FEDERATION.founding)
    members(both)
    before = both.ask(lambda validator: validator.snapshot())

    def more(state: LogState, effects: Effects) -> Effects:
        account = state.account(3)
        assert account is not None
        moved = replace(account, balance=account.balance + 50)
        return replace(effects, accounts=(*effects.accounts, moved), commons=commons)

    also(more)
    limit = FEDERATION.limit(1, 4, revision=1, limit=5)
    with pytest.raises(AssertionError):
        both.reference.sequence(1, START, [limit])
    with pytest.raises(ValueError, match="adds up to nothing"):
        both.native.sequence(1, START, [limit])
    assert both.native.snapshot() == before


def test_a_levy_takes_of_both_sides_and_rounds_toward_the_member(
    also: Callable[[MORE], None],
) -> None:
    both = Both(FEDERATION.founding)
    members(both)
    rates = Rates(positive=15_000, negative=9_999)

    def more(state: LogState, effects: Effects) -> Effects:
        assert state.levy_total(rates) == 7 + 3 + 6
        return Effects(levy=rates)

    also(more)
    touch(both)
    assert balances(both) == [16, -706, 493, 197, 0]
    check_restored(both)


def test_a_levy_that_leaves_the_range_is_said_to(also: Callable[[MORE], None]) -> None:
    both = Both(FEDERATION.founding)
    both.sequence(1, START, [FEDERATION.admit(1, number, limit=MAX) for number in (1, 2, 4)])
    pay(both, 1, 2, MAX, sequence=1)
    seen: list[int | None] = []

    def more(state: LogState, effects: Effects) -> Effects:
        seen.append(state.levy_total(Rates(positive=1, negative=1)))
        seen.append(state.levy_total(Rates(positive=MAX % 1_000_000, negative=0)))
        return effects

    also(more)
    touch(both)
    assert seen == [None, share(MAX, MAX % 1_000_000)] * 2
    both.check_state()


def test_a_payment_owes_a_contribution(also: Callable[[MORE], None]) -> None:
    bylaws = Bylaws(version=1, articles={Article.CONTRIBUTION: 20_000})
    both = Both(FEDERATION.founding)
    members(both)
    key, value = bylaws.row()
    row = Row(chapter=BYLAWS_CHAPTER, key=key, value=value)
    also(lambda _, effects: replace(effects, chapters=(row,), terms=bylaws.payment_terms))
    touch(both)
    for again in (both, restored(both)):
        missing = Refusal.CONTRIBUTION_MISSING
        assert pay(again, 2, 3, 149, sequence=1, fee=1) is missing
        assert pay(again, 2, 0, 149, sequence=1, coop=2) is missing
        assert pay(again, 2, 3, 149, sequence=1, fee=2) is None
        assert pay(again, 2, 3, 49, sequence=2) is None
        assert pay(again, 2, 0, 149, sequence=3) is None, "what the commons gets owes none"
        assert pay(again, 2, 0, 149, sequence=4, coop=2, fee=3) is None
        again.check_state()


def test_a_ceiling_stops_payments_from_within(also: Callable[[MORE], None]) -> None:
    bylaws = Bylaws(version=1, articles={ceiling_of(0): 600})
    both = Both(FEDERATION.founding)
    members(both)
    key, value = bylaws.row()
    row = Row(chapter=BYLAWS_CHAPTER, key=key, value=value)
    also(lambda _, effects: replace(effects, chapters=(row,), terms=bylaws.payment_terms))
    touch(both)
    for again in (both, restored(both)):
        assert pay(again, 1, 2, 101, sequence=3) is Refusal.CEILING_EXCEEDED
        assert pay(again, 1, 2, 100, sequence=3) is None
        assert pay(again, 1, 0, 601, sequence=4) is None, "the commons has no class"
        again.check_state()


def test_what_is_pledged_is_not_there_to_be_spent(also: Callable[[MORE], None]) -> None:
    both = Both(FEDERATION.founding)
    members(both)
    row = Row(chapter=GUARANTEES_CHAPTER, key=encode([2, 1]), value=encode([99_000, None]))

    def more(state: LogState, effects: Effects) -> Effects:
        assert (state.pledged(2), state.pledged(3)) == (0, 0)
        return replace(effects, chapters=(row,), pledged=((2, 99_000), (3, 0)))

    also(more)
    touch(both)
    for again in (both, restored(both)):
        assert pay(again, 2, 3, 1_501, sequence=1) is Refusal.LIMIT_EXCEEDED
        assert pay(again, 2, 3, 1_500, sequence=1) is None
        again.check_state()

    def release(state: LogState, effects: Effects) -> Effects:
        assert state.pledged(2) == 99_000
        gone = Row(chapter=GUARANTEES_CHAPTER, key=row.key, value=None)
        return replace(effects, chapters=(gone,), pledged=((2, 0),))

    also(release)
    touch(both, revision=2)
    assert pay(both, 2, 3, 99_000, sequence=2) is None
    check_restored(both)


def test_a_key_that_changes_is_the_one_that_pays(also: Callable[[MORE], None]) -> None:
    both = Both(FEDERATION.founding)
    members(both)
    new = signing_key("effects", "new")

    def more(state: LogState, effects: Effects) -> Effects:
        account = state.account(1)
        assert account is not None
        return replace(effects, accounts=(replace(account, key=new.public_key),))

    also(more)
    touch(both)
    pays = {
        name: FEDERATION.pay(1, payer=1, sequence=3, payee_coop=1, payee=2, amount=1, signed_by=key)
        for name, key in (("old", FEDERATION.member_key(1, 1)), ("new", new))
    }
    refused = [-Refusal.SIGNATURE_INVALID]
    assert both.sequence(1, START, [pays["old"]]).outcomes == refused
    assert both.ask(lambda validator: validator.accounts_of_key(1, new.public_key)) == [1]
    entries = both.sequence(1, START, [pays["new"]])
    assert entries.count == 1
    check_restored(both)


def test_members_are_counted_as_of_an_entry(also: Callable[[MORE], None]) -> None:
    both = Both(FEDERATION.founding)
    both.sequence(1, START, [FEDERATION.admit(1, number) for number in (5, 1, 9, 4)])
    both.sequence(1, START, [FEDERATION.status(1, 1, revision=1, status=Status.CLOSED)])
    seen: list[list[int]] = []

    def more(state: LogState, effects: Effects) -> Effects:
        seen.append([state.members(length) for length in range(6)])
        return effects

    also(more)
    touch(both)
    assert seen == [[0, 1, 1, 2, 3, 3]] * 2
