"""Histories of cooperatives whose members decide: votes with all their consequences among all else.

After every step the invariants of `test_histories` hold, so no sequence of entries makes the sum other than
zero; an entry that is not about limits moves none, and one that is not about amounts moves none; and whoever
answers for more than before has room for it.
"""

from typing import Any, Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from ledger.government.actions import (
    Action,
    AmendBylaws,
    DecideLevy,
    DecideLimit,
    DecideSpend,
    DecideStatus,
    Expel,
)
from ledger.government.articles import Article
from ledger.government.leaving import Step
from ledger.government.voting import Choice
from ledger.rules.government.actions import about_of
from ledger.rules.government.recovery import next_restoration
from ledger.rules.government.register import open_proposals, read_register
from ledger.rules.government.votes import vote_of
from ledger.rules.office import seats_of_log
from ledger.shapes import Kind
from ledger.validators.reading import LogReader
from tests.guarantee_builders import guarantee, lapse, pledge_in
from tests.leaving_builders import leave, settle
from tests.ledger.test_governed_histories import GovernedHistories
from tests.ledger.test_histories import FEDERATION, coops, members
from tests.recovery_builders import new_key, recover, restore
from tests.voting_builders import enact, propose, vote

MOVE_LIMITS: Final = frozenset({Kind.ADMIT, Kind.LIMIT, Kind.ENACT})
MOVE_AMOUNTS: Final = frozenset(
    {
        Kind.PAY,
        Kind.ANCHOR,
        Kind.RETURN,
        Kind.SPEND,
        Kind.LEVY,
        Kind.ENACT,
        Kind.LEAVE,
        Kind.SETTLE,
    }
)
TERMS: Final = {
    **GovernedHistories.common,
    Article.NOTICE.value: 1,
    Article.SECOND_CALL.value: 1,
    Article.HEARING.value: 1,
    Article.WAIT_STEWARDS.value: 2,
    Article.CLAIM_TERM.value: 1,
}
Standing = dict[int, tuple[Any, ...]]

actions = st.one_of(
    st.builds(Expel, account=members, payee=st.none() | members),
    st.builds(DecideSpend, payee=members, amount=st.sampled_from([1, 50, 400])),
    st.builds(DecideLevy, positive=st.just(50_000), negative=st.sampled_from([0, 50_000])),
    st.builds(
        DecideLimit,
        account=members,
        limit=st.sampled_from([0, 1_500]),
        from_=st.just(0),
        until=st.none(),
        after=st.none(),
    ),
    st.builds(DecideStatus, account=members, is_frozen=st.booleans()),
    st.builds(
        AmendBylaws,
        articles=st.just(tuple(sorted((TERMS | {Article.CONTRIBUTION.value: 20_000}).items()))),
    ),
)


class DecidingHistories(GovernedHistories):
    """Random histories in which members vote, recover keys and answer for one another."""

    common = TERMS

    def log(self, coop: int) -> LogReader:
        return LogReader(self.books.validator, coop)

    def offer(self, coop: int, transaction: bytes) -> None:
        """A refusal changes nothing; what is taken in moves what its kind may move."""
        kind = Kind(transaction[1])
        limits, amounts = self.limits(coop), self.amounts(coop)
        if self.books.refusal(coop, transaction) is not None:
            return
        if kind not in MOVE_LIMITS:
            assert self.limits(coop) == limits
        if kind not in MOVE_AMOUNTS:
            after = self.amounts(coop)
            assert after == dict.fromkeys(after, 0) | amounts

    def limits(self, coop: int) -> Standing:
        return {
            account.number: (
                account.before,
                account.from_,
                account.limit,
                account.until,
                account.after,
            )
            for account in self.books.validator.accounts(coop)
        }

    def amounts(self, coop: int) -> dict[int, int]:
        accounts = self.books.validator.accounts(coop)
        return {0: self.log(coop).commons} | {each.number: each.balance for each in accounts}

    @rule(coop=coops, action=actions)
    def open_a_vote(self, coop: int, action: Action) -> None:
        about = about_of(action, seats_of_log(self.log(coop))) or ()
        if any(self.log(coop).account(number) is None for number in about):
            return
        first = self.books.now + 2
        number = read_register(self.log(coop)).last + 1
        second = first + 1
        self.offer(
            coop,
            propose(
                FEDERATION,
                coop,
                number,
                action=action,
                about=about,
                first=first,
                second=second,
            ),
        )

    @rule(coop=coops, account=members, choice=st.sampled_from([Choice.YES, Choice.YES, Choice.NO]))
    def say_something(self, coop: int, account: int, choice: Choice) -> None:
        for number in open_proposals(self.log(coop)):
            before = vote_of(self.log(coop), number, account)
            sequence = 1 if before is None else before[1] + 1
            self.offer(coop, vote(FEDERATION, coop, account, number, choice, sequence=sequence))

    @rule(coop=coops)
    def end_a_vote(self, coop: int) -> None:
        for number, opened in open_proposals(self.log(coop)).items():
            self.books.now = max(self.books.now, opened.closes())
            counts = opened.counts
            ended = enact(number, yes=counts.yes, no=counts.no, abstain=counts.abstain)
            self.offer(coop, ended)
            return

    @rule(coop=coops, action=actions, against=st.sets(members, max_size=1))
    def decide(self, coop: int, action: Action, against: set[int]) -> None:
        """A vote from its opening to its end, in which nearly everybody agrees."""
        self.open_a_vote(coop, action)
        for account in range(1, 5):
            self.say_something(coop, account, Choice.NO if account in against else Choice.YES)
        for _ in open_proposals(self.log(coop)):
            self.end_a_vote(coop)

    @rule(coop=coops, account=members)
    def recover_an_account(self, coop: int, account: int) -> None:
        """One at a time, or most of them would be frozen."""
        key = FEDERATION.member_key(coop, account)
        found, running = self.log(coop).account(account), next_restoration(self.log(coop))
        if found is not None and found.key == key.public_key and running is None:
            self.offer(coop, recover(FEDERATION, coop, account, key=new_key(account)))

    @rule(coop=coops)
    def end_a_recovery(self, coop: int) -> None:
        found = next_restoration(self.log(coop))
        if found is not None:
            self.books.now = max(self.books.now, found[1])
            self.offer(coop, restore(found[0].account, found[0].recovery))

    @rule(
        coop=coops,
        guarantor=members,
        step=st.integers(1, 2),
        cap=st.sampled_from([100, 900, 0, 1_100]),
        days=st.integers(1, 3),
    )
    def answer_for_somebody(
        self, coop: int, guarantor: int, step: int, cap: int, days: int
    ) -> None:
        member = (guarantor + step - 1) % 3 + 1
        before = pledge_in(self.books, guarantor, member, coop)
        until = self.books.now + days if cap else None
        revision = before.revision + 1
        room = self.room(coop, guarantor)
        self.offer(
            coop,
            guarantee(FEDERATION, coop, guarantor, member, cap, revision=revision, until=until),
        )
        more = pledge_in(self.books, guarantor, member, coop).cap - before.cap
        assert more <= max(0, room), "a pledge never exceeds room"

    def room(self, coop: int, number: int) -> int:
        account = self.log(coop).account(number)
        if account is None:
            return 0
        pledged = self.log(coop).pledged(number)
        return account.balance + account.limit_at(self.books.now) - pledged

    @rule(coop=coops, account=members, payee=st.none() | members)
    def leave(self, coop: int, account: int, payee: int | None) -> None:
        found = self.log(coop).account(account)
        stewards = None if found is not None and found.balance < 0 else ()
        revision = self.revision(coop, account)
        gone = leave(FEDERATION, coop, account, revision=revision, payee=payee, stewards=stewards)
        self.offer(coop, gone)

    @rule(coop=coops, account=members)
    def settle(self, coop: int, account: int) -> None:
        for step in (Step.CLAIM, Step.SETTLE):
            revision = self.revision(coop, account)
            self.offer(coop, settle(FEDERATION, coop, account, step, revision=revision))
            self.books.now += 1

    @rule(coop=coops, guarantor=members, member=members)
    def let_it_lapse(self, coop: int, guarantor: int, member: int) -> None:
        revision = pledge_in(self.books, guarantor, member, coop).revision
        self.offer(coop, lapse(guarantor, member, revision))


class NativeDecidingHistories(DecidingHistories):
    """The same against the native validator."""

    native = True


SETTINGS = settings(max_examples=25, stateful_step_count=60, deadline=None)


def test_histories_with_the_reference_validator() -> None:
    run_state_machine_as_test(DecidingHistories, settings=SETTINGS)


@pytest.mark.needs_native
def test_histories_with_the_native_validator() -> None:
    run_state_machine_as_test(NativeDecidingHistories, settings=SETTINGS)


def test_a_kind_that_moves_what_it_may_not_is_noticed() -> None:
    machine = DecidingHistories()
    machine.begin_with_bylaws([{}, {}, {}])
    validator: Any = machine.books.validator
    apply = validator._apply

    def apply_and_give(log: Any, transaction: Any, effects: Any) -> None:
        apply(log, transaction, effects)
        log.accounts[1].limit += 1

    validator._apply = apply_and_give
    with pytest.raises(AssertionError):
        machine.answer_for_somebody(1, 1, 2, 100, 2)
