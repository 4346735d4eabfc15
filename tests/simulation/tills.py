"""What members of a simulated coop do about tills and joint accounts: deeds as in `deeds`.

An owner lets a key pay within small caps, for a few seconds or for long; the till pays; the owner takes the
key away. An account becomes that of several, who change who they are, and one of them again.
"""

from dataclasses import replace
from typing import Final

from ledger.account_keys import (
    DAY_S,
    NO_CAPS,
    OWNERS_CHAPTER,
    Caps,
    Delegate,
    Delegated,
    Payees,
    SetOwners,
)
from ledger.government.actions import Elect
from ledger.government.articles import Article
from ledger.government.commons import contribution_of
from ledger.rules.government.recoveries import key_matters, running_recovery
from ledger.rules.government.register import open_proposals
from ledger.rules.owning import delegated_at, delegates_of, joint_owners
from ledger.signatures import SigningKey
from ledger.state import Account
from ledger.transactions import PayDelegated, Status, encode_transaction
from tests.simulation.hands import Hand, open_accounts, spared

PLACES: Final = 2
MOST_JOINT: Final = 1
"""So many accounts of a coop at most are joint: they demand no vote and hold no office."""
Place = tuple[Account, int, Delegated]
"""Of an account that is not closed; with a key or without."""


def places(hand: Hand) -> list[Place]:
    """Every place that was ever given a key."""
    there = [account for account in hand.accounts() if account.status is not Status.CLOSED]
    return [
        (account, place, row)
        for account in there
        for place, row in delegates_of(hand.log, account.number).items()
    ]


def able_tills(hand: Hand) -> list[Place]:
    """Those that can pay now."""
    return [
        (account, place, row)
        for account, place, row in places(hand)
        if account.status is Status.OPEN and row.key is not None and hand.now < row.caps.until
    ]


def key_at(hand: Hand, account: Account, place: int, row: Delegated) -> SigningKey | None:
    """The key of a place, or the one that it had last; its till has it still."""
    public_key = row.key or hand.keys.tills.get((hand.coop, account.number, place))
    return None if public_key is None else hand.keys.of(public_key)


def delegation(hand: Hand, account: Account, place: int, key: bytes | None, caps: Caps) -> Delegate:
    """What the owner says of a place, which nobody has signed yet."""
    revision = key_matters(hand.log, account.number).revision + 1
    return Delegate(account=account.number, revision=revision, place=place, key=key, caps=caps)


def delegate(hand: Hand) -> bytes | None:
    """An owner lets a till pay: a new key, the one that it had, or the same with other caps."""
    able = [each for each in open_accounts(hand) if running_recovery(hand.log, each.number) is None]
    if not able:
        return None
    account, place = hand.random.choice(able), hand.random.randrange(PLACES)
    before = key_at(hand, account, place, delegated_at(hand.log, account.number, place))
    key = before if before is not None and hand.random.random() < 0.4 else hand.keys.new()
    per_payment = hand.random.randint(5, 200)
    caps = Caps(
        per_payment=per_payment,
        per_day=per_payment * hand.random.choice((1, 2, 2, 5)),
        until=hand.now + hand.random.choice((2, 5, 86_400, 10**7)),
        payees=_payees(hand) if hand.random.random() < 0.4 else None,
    )
    hand.keys.tills[hand.coop, account.number, place] = key.public_key
    return hand.owned(delegation(hand, account, place, key.public_key, caps), account)


def _payees(hand: Hand) -> Payees:
    coops = sorted(hand.log.charter.coops)
    drawn = {(hand.random.choice(coops), hand.random.randint(1, 3)) for _ in range(2)}
    return tuple(sorted(drawn))


def revoke(hand: Hand) -> bytes | None:
    """An owner takes a key away, also while the account is frozen."""
    given = [(account, place) for account, place, row in places(hand) if row.key is not None]
    if not given:
        return None
    account, place = hand.random.choice(given)
    return hand.owned(delegation(hand, account, place, None, NO_CAPS), account)


def till_pays(hand: Hand) -> bytes | None:
    """A till pays what it may, as far as it can tell."""
    able = able_tills(hand)
    if not able:
        return None
    account, place, row = hand.random.choice(able)
    most = min(row.caps.per_payment, row.caps.per_day - row.spent_on(hand.now // DAY_S))
    key = key_at(hand, account, place, row)
    if most < 1 or key is None:
        return None
    bare = payment(hand, account, place, row, amount=hand.random.randint(1, most))
    while bare.amount > 1 and bare.amount + bare.fee > most:
        bare = payment(hand, account, place, row, amount=bare.amount - 1)
    return signed_by_till(hand, bare, key)


def payment(
    hand: Hand, account: Account, place: int, row: Delegated, *, amount: int
) -> PayDelegated:
    """The next payment from a place, to somebody whom it may pay; the fee is what is due."""
    payee = _payee(hand, account, row)
    rate = hand.bylaws.value(Article.CONTRIBUTION)
    is_to_commons = payee == (hand.coop, 0)
    return PayDelegated(
        payer=account.number,
        sequence=row.next_sequence,
        payee_coop=payee[0],
        payee=payee[1],
        amount=amount,
        fee=contribution_of(amount, rate=rate, is_to_commons=is_to_commons),
        delegate=place,
    )


def _payee(hand: Hand, account: Account, row: Delegated) -> tuple[int, int]:
    if row.caps.payees is not None:
        return hand.random.choice(row.caps.payees)
    if hand.random.random() < 0.3:
        return hand.random.choice(sorted(hand.log.charter.coops)), hand.random.randint(0, 2)
    others = [each.number for each in open_accounts(hand) if each.number != account.number]
    return hand.coop, hand.random.choice(others or [0])


def signed_by_till(hand: Hand, bare: PayDelegated, key: SigningKey) -> bytes:
    """The payment as a till signs it."""
    return encode_transaction(replace(bare, signature=key.sign(hand.message(bare))))


def joint_accounts(hand: Hand) -> list[Account]:
    """Those that several own, and that can act."""
    return [account for account in open_accounts(hand) if hand.is_joint(account)]


def share(hand: Hand) -> bytes | None:
    """An account becomes that of several; nobody's who is or may soon be in office, and few of them."""
    taken = spared(hand.log)
    for opened in open_proposals(hand.log).values():
        if isinstance(opened.action, Elect):
            taken |= {account for account, _ in opened.action.seats}
    able = [
        each
        for each in open_accounts(hand)
        if each.number not in taken and running_recovery(hand.log, each.number) is None
    ]
    if len(hand.log.rows(OWNERS_CHAPTER)) >= MOST_JOINT or not able:
        return None
    return hand.owned(*_owners(hand, hand.random.choice(able), hand.random.randint(2, 4)))


def change_owners(hand: Hand) -> bytes | None:
    """The owners of a joint account are others, more or fewer; or one of them alone."""
    able = joint_accounts(hand)
    if not able:
        return None
    return hand.owned(*_owners(hand, hand.random.choice(able), hand.random.randint(1, 4)))


def _owners(hand: Hand, account: Account, count: int) -> tuple[SetOwners, Account]:
    """New owners of an account, some of whom may be those that it has."""
    owners = joint_owners(hand.log, account.number)
    present = [account.key] if owners is None else list(owners.keys)
    staying = hand.random.sample(present, min(len(present), hand.random.randint(0, count)))
    new = [hand.keys.new().public_key for _ in range(count - len(staying))]
    keys = [*staying, *new]
    hand.random.shuffle(keys)
    revision = key_matters(hand.log, account.number).revision + 1
    bare = SetOwners(
        account=account.number,
        revision=revision,
        needed=hand.random.randint(min(2, count), count),
        keys=tuple(keys),
    )
    return bare, account
