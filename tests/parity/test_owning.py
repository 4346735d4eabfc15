"""Tills and joint accounts in both validators, over drawn histories; and nobody moves what is not theirs.

What each payment may do is judged a second time here, by what was granted and not by the product's rules.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.codec import split
from ledger.entries import decode_entry, encode_entry
from ledger.refusals import Refusal
from ledger.rules.government.recoveries import key_matters
from ledger.rules.owning import delegated_at
from ledger.transactions import Delegate, Pay, PayDelegated, Rekey, SetOwners
from ledger.validators.reading import LogReader
from tests.builders import START, build_federation
from tests.ledger.rules.owning_tables import OWNING_TABLES, stage_owning
from tests.ledger.rules.tables import HOME
from tests.owning_builders import (
    DAY,
    delegate,
    owner_key,
    pay_delegated,
    pay_jointly,
    revoke,
    set_owners,
    till_key,
)
from tests.parity.both import Both
from tests.recovery_builders import new_key, rekey

pytest.importorskip("ledger.validators.native")
pytestmark = pytest.mark.needs_native

FEDERATION = build_federation(seed="parity of owning", coops=1)
TILL, JOINT, PAYEE, OTHER = 1, 2, 3, 4


def test_all_that_is_refused_and_taken_is_so_in_both() -> None:
    books = stage_owning()
    for table in OWNING_TABLES:
        both = Both(books.federation.founding)
        for coop in (HOME, 2):
            both.replay(coop, b"".join(books.logs[coop]))
        both.check_state()
        faults = [table.transaction(books, fault) for fault in table.faults]
        both.sequence(HOME, books.now, [*faults, table.transaction(books), *faults])
        both.check_state()


@dataclass
class Grants:
    """What owners have allowed, as their own entries say it."""

    caps: dict[int, Delegate] = field(default_factory=dict)
    spent: Counter[tuple[int, int]] = field(default_factory=Counter)
    """By place and day."""
    needed: int = 1
    owners: int = 1

    def take_in(self, entry: bytes) -> None:
        """Judge an entry that was taken, and learn from it."""
        found = decode_entry(entry)
        assert not isinstance(found, Refusal)
        time, transaction = found.time, found.transaction
        match transaction:
            case PayDelegated():
                self._paid(transaction, time)
            case Pay(payer=account):
                several = account == JOINT and self.owners > 1
                signers = 1 if isinstance(transaction.signature, bytes) else None
                assert signers is None if several else signers == 1
                if not isinstance(transaction.signature, bytes):
                    assert len(transaction.signature) >= self.needed
            case Delegate(account=account, place=place) if account == TILL:
                self.caps.pop(place, None)
                if transaction.key is not None:
                    self.caps[place] = transaction
            case Rekey():
                self.caps.clear()
            case SetOwners(keys=keys, needed=needed):
                self.owners, self.needed = len(keys), needed
            case _:
                pass

    def _paid(self, pay: PayDelegated, time: int) -> None:
        granted, paid = self.caps[pay.delegate].caps, pay.amount + pay.fee
        self.spent[pay.delegate, time // DAY] += paid
        assert paid <= granted.per_payment
        assert self.spent[pay.delegate, time // DAY] <= granted.per_day
        assert time < granted.until
        assert granted.payees is None or (pay.payee_coop, pay.payee) in granted.payees


def offers(random: Random, both: Both, now: int) -> Iterable[bytes]:
    """What people, and thieves, may try at once: most of it is refused."""
    revision = 1 + _revision(both)
    place = random.randrange(3)
    yield delegate(
        FEDERATION,
        HOME,
        TILL,
        revision=revision,
        place=place,
        per_payment=random.choice([50, 100]),
        per_day=random.choice([100, 150]),
        until=now + random.choice([DAY // 2, 3 * DAY]),
        payees=random.choice([None, ((HOME, PAYEE),)]),
    )
    if random.random() < 0.4:
        yield revoke(FEDERATION, HOME, TILL, revision=revision, place=place)
    for _ in range(5):
        place = random.randrange(3)
        sequence = delegated_at(LogReader(both.reference, HOME), TILL, place).next_sequence
        yield pay_delegated(
            FEDERATION,
            HOME,
            TILL,
            place=place,
            sequence=max(0, sequence + random.choice([0, 0, 0, 1, -1])),
            payee=random.choice([PAYEE, OTHER, 0]),
            amount=random.choice([1, 40, 60, 99, 100]),
            fee=random.choice([0, 1]),
            signed_by=random.choice([None, None, None, till_key(place)]),
        )
    for owners in (None, (0,), (0, 1), (1, 2), (0, 1, 2)):
        yield pay_jointly(
            FEDERATION,
            HOME,
            JOINT,
            sequence=_sequence(both) + random.choice([0, 0, 1]),
            payee=PAYEE,
            amount=random.randint(1, 9),
            owners=owners,
            signed_by=random.choice([None, None, owner_key(JOINT, 0), till_key(0)]),
        )
    if random.random() < 0.2:
        yield set_owners(
            FEDERATION,
            HOME,
            JOINT,
            revision=random.randint(1, 3),
            needed=random.randint(1, 3),
            owners=random.choice([None, (0, 1), (0, 1, 2)]),
        )


def _sequence(both: Both) -> int:
    account = both.reference.account(HOME, JOINT)
    assert account is not None
    return account.next_sequence


def _revision(both: Both) -> int:
    return key_matters(LogReader(both.reference, HOME), TILL).revision


@pytest.mark.parametrize("seed", range(6))
def test_drawn_histories_of_tills_and_owners(seed: int) -> None:
    random = Random(seed)
    both, grants = Both(FEDERATION.founding), Grants()
    admitted = [FEDERATION.admit(HOME, number) for number in range(1, 5)]
    entries = both.sequence(HOME, START, admitted).entries
    now, paid = START, Counter[type]()
    for _ in range(100):
        now += random.choice([0, 0, 3_600, DAY // 2, DAY, -DAY])
        done = both.sequence(HOME, max(now, 0), list(offers(random, both, now)))
        entries += done.entries
        for entry in split(done.entries):
            grants.take_in(entry)
            found = decode_entry(entry)
            assert not isinstance(found, Refusal)
            paid[type(found.transaction)] += 1
    both.check_state()
    again = Both(FEDERATION.founding)
    replayed = again.replay(HOME, entries)
    assert replayed is not None and replayed.refusal is None
    again.check_state()
    assert again.reference.digest() == both.reference.digest()
    assert paid[PayDelegated] >= 20
    assert paid[Pay] >= 2
    assert paid[Delegate] >= 20


def test_what_stood_on_a_bad_signature_is_taken_back() -> None:
    both = Both(FEDERATION.founding)
    setup = [
        *(FEDERATION.admit(HOME, number) for number in range(1, 5)),
        delegate(FEDERATION, HOME, TILL, per_payment=10, per_day=10_000),
        set_owners(FEDERATION, HOME, JOINT),
    ]
    both.sequence(HOME, START, setup)
    good = [
        transaction
        for sequence in range(1, 301)
        for transaction in (
            pay_delegated(FEDERATION, HOME, TILL, sequence=sequence, payee=PAYEE, amount=3),
            pay_jointly(FEDERATION, HOME, JOINT, sequence=sequence, payee=PAYEE, amount=1),
        )
    ]
    for place, bad in (
        (
            400,
            pay_delegated(FEDERATION, HOME, TILL, sequence=201, payee=PAYEE, signed_by=new_key(1)),
        ),
        (
            401,
            pay_jointly(FEDERATION, HOME, JOINT, sequence=201, payee=PAYEE, signed_by=new_key(2)),
        ),
    ):
        tried = Both(FEDERATION.founding)
        # Behind the bad one another day begins, which a place notes with its first payment.
        log = [
            encode_entry(START + (DAY if number > 450 else 0), each)
            for number, each in enumerate((*setup, *good))
        ]
        log[len(setup) + place] = encode_entry(START, bad)
        result = tried.replay(HOME, b"".join(log))
        assert result is not None
        assert (result.count, result.refusal) == (len(setup) + place, Refusal.SIGNATURE_INVALID)
        tried.check_state()


moves = st.lists(
    st.tuples(
        st.sampled_from(["pay", "revoke", "delegate", "rekey"]),
        st.integers(0, 1),
        st.integers(1, 120),
        st.sampled_from([0, 1, DAY // 2, DAY, -DAY]),
    ),
    max_size=24,
)


@settings(max_examples=60, deadline=None)
@given(moves)
def test_no_order_of_payments_revocations_and_clocks_exceeds_a_cap(
    steps: list[tuple[str, int, int, int]],
) -> None:
    """With caps that never change, whatever happens: a place never pays more in a day than its cap."""
    both = Both(FEDERATION.founding)
    both.sequence(HOME, START, [FEDERATION.admit(HOME, number) for number in (TILL, PAYEE)])
    now, revision, spent = START, 0, Counter[tuple[int, int]]()
    sequences, key = Counter[int](), FEDERATION.member_key(HOME, TILL)
    for what, place, amount, step in steps:
        now += step
        match what:
            case "pay":
                data = pay_delegated(
                    FEDERATION,
                    HOME,
                    TILL,
                    place=place,
                    sequence=sequences[place] + 1,
                    payee=PAYEE,
                    amount=amount,
                )
            case "revoke":
                data = revoke(
                    FEDERATION, HOME, TILL, revision=revision + 1, place=place, signed_by=key
                )
            case "delegate":
                data = delegate(
                    FEDERATION, HOME, TILL, revision=revision + 1, place=place, signed_by=key
                )
            case _:
                data = rekey(
                    FEDERATION,
                    HOME,
                    TILL,
                    revision=revision + 1,
                    key=new_key(TILL, revision + 1),
                    signed_by=key,
                )
        done = both.sequence(HOME, now, [data])
        if not done.count:
            continue
        if what != "pay":
            revision += 1
            key = new_key(TILL, revision) if what == "rekey" else key
            continue
        entry = decode_entry(done.entries)
        assert not isinstance(entry, Refusal)
        sequences[place] += 1
        spent[place, entry.time // DAY] += amount
        assert amount <= 100
        assert max(spent.values()) <= 150
    both.check_state()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sets(st.integers(0, 4), max_size=5).map(sorted), min_size=1, max_size=12),
    st.integers(2, 4),
)
def test_fewer_owners_than_needed_move_nothing(signers: list[list[int]], needed: int) -> None:
    both = Both(FEDERATION.founding)
    keys = tuple(owner_key(JOINT, place).public_key for place in range(4))
    owners = set_owners(FEDERATION, HOME, JOINT, needed=needed, keys=keys)
    admitted = [FEDERATION.admit(HOME, number) for number in (JOINT, PAYEE)]
    both.sequence(HOME, START, [*admitted, owners])
    sequence = 1
    for places in signers:
        data = pay_jointly(
            FEDERATION, HOME, JOINT, sequence=sequence, payee=PAYEE, owners=places or None
        )
        before = both.reference.digest()
        done = both.sequence(HOME, START, [data])
        is_enough = len(places) >= needed and all(place < 4 for place in places)
        assert bool(done.count) is is_enough
        assert (both.reference.digest() == before) is not is_enough
        sequence += done.count
    both.check_state()
