"""What tills and owners of a simulated coop try that nobody let them: misdeeds as in `misdeeds`.

Whoever has a till has its key, also when it was taken away; whoever owns an account with others has one key.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ledger.account_keys import DAY_S, Caps, Delegated, SetOwners
from ledger.codec import decode
from ledger.kinds import read_transaction
from ledger.rules.government.recoveries import key_matters
from ledger.state import Account
from ledger.transactions import Pay, PayDelegated, encode_transaction
from tests.simulation import bonds, tills
from tests.simulation.hands import Hand
from tests.simulation.misdeeds import Misdeed


def _paid(
    hand: Hand, found: Sequence[tills.Place], amount: Callable[[Delegated], int]
) -> tuple[PayDelegated, Any] | None:
    """A payment of that amount by one of these tills, and its key."""
    if not found:
        return None
    account, place, row = hand.random.choice(found)
    key = tills.key_at(hand, account, place, row)
    if key is None:
        return None
    return tills.payment(hand, account, place, row, amount=amount(row)), key


def pay_beyond_a_cap(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """One unit more than a till pays at once; the fee is part of it."""
    made = _paid(hand, tills.able_tills(hand), lambda row: row.caps.per_payment)
    if made is None:
        return None
    bare, key = made
    return tills.signed_by_till(hand, replace(bare, fee=bare.fee + 1), key)


def pay_beyond_a_day(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """What it may pay at once, though the day has less left."""
    today = hand.now // DAY_S
    spent = [
        each
        for each in tills.able_tills(hand)
        if each[2].spent_on(today) + each[2].caps.per_payment > each[2].caps.per_day
    ]
    made = _paid(hand, spent, lambda row: row.caps.per_payment)
    if made is None:
        return None
    bare, key = made
    owed = replace(bare, amount=max(1, bare.amount - bare.fee))
    return tills.signed_by_till(hand, owed, key)


def pay_after_its_time(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """A till whose day has come pays on."""
    late = [each for each in tills.places(hand) if each[2].key and each[2].caps.until <= hand.now]
    made = _paid(hand, late, lambda row: 1)
    return None if made is None else tills.signed_by_till(hand, *made)


def pay_after_revocation(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """A till whose key was taken away, or went with the account's, pays on."""
    revoked = [each for each in tills.places(hand) if each[2].key is None]
    made = _paid(hand, revoked, lambda row: 1)
    return None if made is None else tills.signed_by_till(hand, *made)


def pay_somebody_else(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """A till that may pay a few pays another."""
    bound = [each for each in tills.able_tills(hand) if each[2].caps.payees is not None]
    made = _paid(hand, bound, lambda row: 1)
    if made is None:
        return None
    bare, key = made
    return tills.signed_by_till(hand, replace(bare, payee_coop=hand.coop, payee=0), key)


def pay_again_by_till(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """A till pays something else by a number that it has used, or one ahead of its turn."""
    made = _paid(hand, tills.able_tills(hand), lambda row: 1)
    if made is None:
        return None
    bare, key = made
    other = max(1, bare.sequence + hand.random.choice((-1, 1)))
    return tills.signed_by_till(hand, replace(bare, sequence=other), key)


def overreach(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """A till acts as if it were the owner: it pays as one, or gives itself larger caps."""
    found = tills.able_tills(hand)
    if not found:
        return None
    account, place, row = hand.random.choice(found)
    key = tills.key_at(hand, account, place, row)
    if key is None:
        return None
    if hand.random.random() < 0.5:
        return hand.owned(_pay(hand, account), account, key)
    caps = Caps(per_payment=10**6, per_day=10**6, until=hand.now + 10**6)
    larger = tills.delegation(hand, account, place, key.public_key, caps)
    return hand.owned(larger, account, key)


def delegate_again(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """What an owner signed of a key once is said again, after it was taken back."""
    said = [each for each in past if each[1] in (25, 27)]
    return hand.random.choice(said) if said else None


def owners_too_few(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """One owner fewer than it takes pays, changes the owners, gives a key or answers for somebody."""
    able = tills.joint_accounts(hand)
    if not able:
        return None
    account = hand.random.choice(able)
    bare = _anything(hand, account)
    signature = hand.signature(bare, account, fewer=1)
    return encode_transaction(replace(bare, signature=signature))


def owner_alone(hand: Hand, past: Sequence[bytes]) -> bytes | None:
    """An owner of a joint account signs as if it were theirs; or a stranger stands for one of them."""
    able = tills.joint_accounts(hand)
    if not able:
        return None
    account = hand.random.choice(able)
    bare = _anything(hand, account)
    if hand.random.random() < 0.5:
        return hand.owned(bare, account, hand.keys.new())
    signature = hand.owner(account).sign(hand.message(bare))
    return encode_transaction(replace(bare, signature=signature))


def _anything(hand: Hand, account: Account) -> Any:
    """Something that an account signs, unsigned."""
    revision = key_matters(hand.log, account.number).revision + 1
    own = hand.keys.new().public_key
    caps = Caps(per_payment=100, per_day=100, until=hand.now + 100)
    guarantee = bonds.guarantee(hand)
    anything: list[Any] = [
        _pay(hand, account),
        SetOwners(account=account.number, revision=revision, needed=1, keys=(own,)),
        tills.delegation(hand, account, 0, own, caps),
    ]
    if guarantee is not None:
        given: Any = read_transaction(decode(guarantee))
        if given.guarantor == account.number:
            anything.append(given)
    return hand.random.choice(anything)


def _pay(hand: Hand, account: Account) -> Pay:
    return Pay(
        payer=account.number,
        sequence=account.next_sequence,
        payee_coop=hand.coop,
        payee=0,
        amount=hand.random.randint(1, 20),
    )


MISDEEDS_OF_TILLS: tuple[Misdeed, ...] = (
    pay_beyond_a_cap,
    pay_beyond_a_day,
    pay_beyond_a_day,
    pay_after_its_time,
    pay_after_revocation,
    pay_somebody_else,
    pay_again_by_till,
    overreach,
    delegate_again,
    owners_too_few,
    owners_too_few,
    owners_too_few,
    owner_alone,
    owner_alone,
)
