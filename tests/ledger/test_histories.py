"""Three cooperatives live through histories that Hypothesis makes up.

After every step the invariants hold. Every so often the logs, as they were written, are replayed from
nothing into another validator in an order drawn at random, in pieces of random size, waiting wherever an
anchor has to; and a snapshot is taken and the history goes on from it. Both must give the same digest.
"""

from collections import Counter

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.entries import Entry, decode_entry
from ledger.founding import Founding
from ledger.invariants import find_sequence_violations, find_violations
from ledger.refusals import Refusal
from ledger.transactions import Pay, Status
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator
from tests.builders import Books, books_with_members, build_federation
from tests.ledger.conftest import make_native

COOPS = 3
FEDERATION = build_federation(seed="histories", clearing_limit=2_000)
coops = st.integers(1, COOPS)
members = st.integers(1, 4)  # 4 is not there at first
amounts = st.sampled_from([100, 50, 1, 7, 300, 1_000, 1_001, 0])


class Histories(RuleBasedStateMachine):
    """Random histories against one validator."""

    native = False

    def make_validator(self, founding: Founding) -> Validator:
        return make_native(founding) if self.native else ReferenceValidator(founding)

    def load_validator(self, snapshot: bytes) -> Validator:
        if self.native:
            native = pytest.importorskip("ledger.validators.native").NativeValidator
            validator: Validator = native.load(FEDERATION.founding, snapshot)
            return validator
        return ReferenceValidator.load(FEDERATION.founding, snapshot)

    @initialize()
    def begin(self) -> None:
        self.books: Books = books_with_members(
            FEDERATION, limit=1_000, make_validator=self.make_validator
        )

    def offer(self, coop: int, transaction: bytes) -> None:
        """Whatever comes of it, a refusal changes nothing (`Books.refusal` looks)."""
        self.books.refusal(coop, transaction)

    def revision(self, coop: int, account: int) -> int:
        """The next one, also of an account that is not there."""
        found = self.books.validator.account(coop, account)
        return 1 if found is None else found.revision + 1

    @rule(coop=coops, account=members, limit=st.sampled_from([1_000, 0, 300]))
    def admit(self, coop: int, account: int, limit: int) -> None:
        self.offer(coop, FEDERATION.admit(coop, account, limit=limit))

    def pay_now(
        self, coop: int, payer: int, payee_coop: int, payee: int, amount: int, fee: int
    ) -> None:
        if self.books.validator.account(coop, payer) is not None:
            payment = self.books.next_pay(coop, payer, payee_coop, payee, amount, fee=fee)
            self.offer(coop, payment)

    @rule(coop=coops, payer=members, payee=st.integers(0, 4), amount=amounts, fee=st.integers(0, 2))
    def pay_at_home(self, coop: int, payer: int, payee: int, amount: int, fee: int) -> None:
        self.pay_now(coop, payer, coop, payee, amount, fee)

    @rule(
        coop=coops,
        payer=members,
        step=st.integers(1, COOPS - 1),
        payee=st.integers(0, 4),
        amount=amounts,
        fee=st.integers(0, 2),
    )
    def pay_abroad(
        self, coop: int, payer: int, step: int, payee: int, amount: int, fee: int
    ) -> None:
        self.pay_now(coop, payer, (coop + step - 1) % COOPS + 1, payee, amount, fee)

    @rule(
        coop=coops,
        account=members,
        limit=st.sampled_from([1_000, 0, 300, 2_000]),
        start=st.integers(-5, 5),
        length=st.none() | st.integers(1, 5),
    )
    def change_limit(
        self, coop: int, account: int, limit: int, start: int, length: int | None
    ) -> None:
        start += self.books.now
        change = FEDERATION.limit(
            coop,
            account,
            revision=self.revision(coop, account),
            limit=limit,
            from_=start,
            until=None if length is None else start + length,
            after=None if length is None else limit // 2,
        )
        self.offer(coop, change)

    def change_status(self, coop: int, account: int, status: Status) -> None:
        revision = self.revision(coop, account)
        self.offer(coop, FEDERATION.status(coop, account, revision=revision, status=status))

    @rule(coop=coops, account=members, is_frozen=st.booleans())
    def freeze_or_thaw(self, coop: int, account: int, is_frozen: bool) -> None:
        self.change_status(coop, account, Status.FROZEN if is_frozen else Status.OPEN)

    @rule(coop=coops, leaver=members, step=st.integers(1, COOPS - 1), payer=members)
    def pay_somebody_who_leaves(self, coop: int, leaver: int, step: int, payer: int) -> None:
        """Before it arrives the leaver brings the balance to zero and closes, if that goes."""
        self.pay_now((coop + step - 1) % COOPS + 1, payer, coop, leaver, 50, 0)
        found = self.books.validator.account(coop, leaver)
        if found is None:
            return
        if found.balance > 0:
            self.pay_now(coop, leaver, coop, 0, found.balance, 0)
        elif found.balance < 0:
            self.pay_now(coop, payer, coop, leaver, -found.balance, 0)
        self.change_status(coop, leaver, Status.CLOSED)

    @rule(home=coops, other=coops, back=st.integers(0, 3))
    def anchor(self, home: int, other: int, back: int) -> None:
        length = max(len(self.books.logs[other]) - back, 0)
        if home != other:
            self.offer(home, self.books.anchor_bytes(other, length))

    @rule(coop=coops)
    def give_back(self, coop: int) -> None:
        for item in self.books.validator.returnable(coop):
            self.books.append(coop, FEDERATION.give_back(item.coop, item.number))

    @rule(seconds=st.integers(-3, 5))
    def wait(self, seconds: int) -> None:
        self.books.now += seconds

    @rule()
    def restart(self) -> None:
        digest = self.books.validator.digest()
        self.books.validator = self.load_validator(self.books.validator.snapshot())
        assert self.books.validator.digest() == digest

    @precondition(lambda self: sum(map(len, self.books.logs.values())) > 12)
    @rule(data=st.data())
    def replay_from_nothing(self, data: st.DataObject) -> None:
        """In pieces of random size; a log that has to wait lets another go on."""
        replica: Validator = self.make_validator(FEDERATION.founding)
        rests = {coop: list(entries) for coop, entries in self.books.logs.items() if entries}
        stuck: set[int] = set()
        while rests:
            assert stuck != set(rests), "all logs wait for one another"
            coop = data.draw(st.sampled_from(sorted(set(rests) - stuck)))
            count = data.draw(st.integers(1, 10))
            piece = rests[coop][:count]
            result = replica.replay(coop, b"".join(piece))
            assert result.refusal is None
            assert result.consumed == sum(map(len, piece[: result.count]))
            rests[coop] = rests[coop][result.count :]
            if result.waiting is not None:
                stuck.add(coop)
            if result.count:
                stuck -= set(rests) - {coop}
            if not rests[coop]:
                del rests[coop]
        assert replica.digest() == self.books.validator.digest()

    @invariant()
    def invariants_hold(self) -> None:
        if hasattr(self, "books"):
            assert not find_violations(self.books.validator)

    def teardown(self) -> None:
        if not hasattr(self, "books"):
            return
        payments: dict[int, Counter[int]] = {}
        for coop, entries in self.books.logs.items():
            decoded = [decode_entry(entry) for entry in entries]
            assert not any(isinstance(entry, Refusal) for entry in decoded)
            payments[coop] = Counter(
                entry.transaction.payer
                for entry in decoded
                if isinstance(entry, Entry) and isinstance(entry.transaction, Pay)
            )
        assert not list(find_sequence_violations(self.books.validator, payments))


class NativeHistories(Histories):
    """The same against the native validator."""

    native = True


SETTINGS = settings(max_examples=60, stateful_step_count=60, deadline=None)


def test_histories_with_the_reference_validator() -> None:
    run_state_machine_as_test(Histories, settings=SETTINGS)


@pytest.mark.needs_native
def test_histories_with_the_native_validator() -> None:
    run_state_machine_as_test(NativeHistories, settings=SETTINGS)
