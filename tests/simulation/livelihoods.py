"""What members and stewards of a simulated coop do about keys and the commons, each a deed as in `deeds`.

Keys are replaced, lost, stolen and recovered: by stewards, or by guardians whom the member has named; and
whoever has the old key may object, be it the member or the thief.
"""

from dataclasses import replace
from typing import Final

from ledger.government.commons import Spend
from ledger.government.recovery import (
    GuardianList,
    GuardiansNamed,
    ObjectTo,
    Recover,
    Rekey,
)
from ledger.rules.government.commons import spends
from ledger.rules.government.recoveries import key_matters, running_recovery
from ledger.state import Account
from ledger.transactions import Limit, SetStatus, Status, encode_transaction
from tests.builders import REASON
from tests.recovery_builders import guardian_list
from tests.simulation.hands import Hand, open_accounts, spared

_LARGEST_LIST: Final = 3


def spend(hand: Hand) -> bytes | None:
    """Stewards spend something from the commons."""
    payee = hand.random.choice(hand.accounts()).number
    amount = hand.random.choice((1, 20, 60, 400))
    number = spends(hand.log) + 1
    return hand.desk.sign(Spend(number=number, payee=payee, amount=amount, reason=REASON))


def limit(hand: Hand) -> bytes | None:
    """Stewards set a limit: until a day, or for good."""
    account = hand.random.choice(hand.accounts())
    until = hand.random.choice((None, hand.now + 5))
    change = Limit(
        account=account.number,
        revision=account.revision + 1,
        limit=hand.random.choice((0, 600, 30_000)),
        from_=hand.random.choice((0, hand.now + 2)),
        until=until,
        after=None if until is None else 500,
        reason=REASON,
    )
    return hand.desk.sign(change)


def status(hand: Hand) -> bytes | None:
    """Stewards freeze somebody, or thaw whoever is frozen."""
    account = hand.random.choice(hand.accounts())
    if account.status is Status.OPEN and account.number in spared(hand.log):
        return None
    after = Status.OPEN if account.status is Status.FROZEN else Status.FROZEN
    change = SetStatus(
        account=account.number, revision=account.revision + 1, status=after, reason=REASON
    )
    return hand.desk.sign(change)


def rekey(hand: Hand) -> bytes | None:
    """An owner has a new device."""
    account = _any_open(hand)
    if account is None or hand.is_joint(account):
        return None
    new, revision = hand.keys.new(), key_matters(hand.log, account.number).revision + 1
    bare = Rekey(account=account.number, revision=revision, key=new.public_key)
    return hand.owned(replace(bare, key_signature=new.sign(hand.message(bare))), account)


def guardians(hand: Hand) -> bytes | None:
    """An owner names guardians, or none any more."""
    account = _any_open(hand)
    if account is None:
        return None
    others = [each.number for each in open_accounts(hand) if each.number != account.number]
    listed = sorted(hand.random.sample(others, min(len(others), _LARGEST_LIST)))
    is_named = bool(listed) and hand.random.random() < 0.9
    bare = GuardiansNamed(
        account=account.number,
        revision=key_matters(hand.log, account.number).revision + 1,
        commitment=guardian_list(*listed).commitment(account.number) if is_named else None,
        needed=hand.random.randint(1, len(listed)) if is_named else 0,
        wait=2 if is_named else 0,
    )
    if is_named:
        hand.keys.lists[bare.commitment or b""] = guardian_list(*listed)
    return hand.owned(bare, account)


def recover(hand: Hand) -> bytes | None:
    """Somebody's key is lost, or stolen: guardians begin where there are any, or stewards."""
    account = hand.random.choice(hand.accounts())
    if account.status is Status.CLOSED or running_recovery(hand.log, account.number) is not None:
        return None
    guard = key_matters(hand.log, account.number).guard_at(hand.now)
    listed = None if guard is None else hand.keys.lists.get(guard.commitment)
    if listed is None or guard is None or hand.random.random() < 0.3:
        return hand.desk.sign(_begun(hand, account, None))
    people = [each for each in open_accounts(hand) if not hand.is_joint(each)]
    able = {each.number: each for each in people if each.number in listed.accounts}
    if len(able) < guard.needed:
        return None
    bare = _begun(hand, account, listed)
    message = hand.message(bare)
    chosen = sorted(able)[: guard.needed]
    members = tuple((number, hand.owner(able[number]).sign(message)) for number in chosen)
    return encode_transaction(replace(bare, members=members))


def _begun(hand: Hand, account: Account, listed: GuardianList | None) -> Recover:
    new = hand.keys.new()
    number = key_matters(hand.log, account.number).recoveries + 1
    bare = Recover(account=account.number, recovery=number, key=new.public_key, guardians=listed)
    return replace(bare, key_signature=new.sign(hand.message(bare)))


def object_to(hand: Hand) -> bytes | None:
    """The old key stands against a recovery."""
    for account in hand.accounts():
        recovery = running_recovery(hand.log, account.number)
        if recovery is not None and recovery.disputed is None:
            return hand.owned(ObjectTo(account=account.number, recovery=recovery.number), account)
    return None


def _any_open(hand: Hand) -> Account | None:
    able = open_accounts(hand)
    return hand.random.choice(able) if able else None
