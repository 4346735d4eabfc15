"""Judges what becomes of keys: PROTOCOL section 13.6."""

from ledger.government.actions import DecideRecovery
from ledger.government.articles import Article
from ledger.government.recovery import GuardiansNamed, ObjectTo, Recover, Rekey, Restore
from ledger.transactions import Status
from tests.simulation.minutes import Guarding, Minutes, Person, Running


def judge_rekey(minutes: Minutes, rekey: Rekey) -> None:
    """By the key that was, and the new one."""
    person = owned(minutes, rekey.account, rekey.revision)
    minutes.require(rekey.account not in minutes.owners, "a joint account has no key to replace")
    minutes.signed(rekey, person.key, rekey.signature, "the old key")
    minutes.signed(rekey, rekey.key, rekey.key_signature, "the new key")
    _guarding(minutes, rekey.account).settle(minutes.time)
    person.key = rekey.key
    minutes.revoke(rekey.account)


def judge_guardians(minutes: Minutes, named: GuardiansNamed) -> None:
    """By the owner; they follow after the wait of those before."""
    owned(minutes, named.account, named.revision)
    minutes.by_account(named, named.account, named.signature, "the owner")
    guarding = _guarding(minutes, named.account)
    guarding.settle(minutes.time)
    guarding.due = minutes.time + _wait(minutes, guarding)
    if named.commitment is not None:
        guarding.follows = (named.commitment, named.needed, named.wait)


def judge_recovery(minutes: Minutes, recover: Recover) -> None:
    """By stewards, or by enough guardians of the list that the log has a hash of."""
    person, guarding = minutes.person(recover.account), _guarding(minutes, recover.account)
    minutes.require(person.status is not Status.CLOSED, "the account is closed")
    minutes.require(recover.account not in minutes.recoveries, "a recovery runs")
    minutes.signed(recover, recover.key, recover.key_signature, "the new key")
    guarding.settle(minutes.time)
    wait = minutes.articles[Article.WAIT_STEWARDS]
    if recover.guardians is None:
        minutes.by_stewards(recover, recover.stewards, Article.RECOVER)
    else:
        _judge_guardians(minutes, recover, guarding)
        wait = _wait(minutes, guarding)
    minutes.recoveries[recover.account] = Running(recover, minutes.time + wait, person.status)
    person.status = Status.FROZEN


def _judge_guardians(minutes: Minutes, recover: Recover, guarding: Guarding) -> None:
    assert recover.guardians is not None, "judged only where there are guardians"
    commitment, needed, _ = guarding.now or (b"", 0, 0)
    is_list = recover.guardians.commitment(recover.account) == commitment
    minutes.require(is_list, "those are not the guardians")
    minutes.require(len(recover.members) >= needed >= 1, f"{needed} guardians are needed")
    for number, signature in recover.members:
        guardian = minutes.person(number)
        minutes.require(number in recover.guardians.accounts, f"account {number} is no guardian")
        minutes.require(guardian.status is Status.OPEN, f"account {number} is frozen or closed")
        minutes.require(number not in minutes.owners, f"account {number} is joint and guards")
        minutes.signed(recover, guardian.key, signature, f"guardian {number}")


def judge_objection(minutes: Minutes, objection: ObjectTo) -> None:
    """By the key that the account has, once."""
    running = _running(minutes, objection.account, objection.recovery)
    minutes.require(not running.disputed, "it was objected to before")
    minutes.by_account(objection, objection.account, objection.signature, "the old key")
    running.disputed = minutes.time + minutes.articles[Article.OBJECTION_TERM]


def judge_restoration(minutes: Minutes, restore: Restore) -> None:
    """After the wait, and after the votes about it that were open in time."""
    running, person = (
        _running(minutes, restore.account, restore.recovery),
        minutes.person(restore.account),
    )
    minutes.require(minutes.time >= running.due(), "a recovery ends early")
    for number, ballot in minutes.ballots.items():
        action = ballot.propose.action
        if isinstance(action, DecideRecovery) and not ballot.is_over:
            same = (action.account, action.recovery) == (restore.account, restore.recovery)
            is_awaited = same and ballot.time <= running.due()
            minutes.require(not is_awaited, f"vote {number} about it is open")
    _guarding(minutes, restore.account).settle(minutes.time)
    person.key, person.status = running.recover.key, running.was
    minutes.owners.pop(restore.account, None)
    minutes.revoke(restore.account)
    del minutes.recoveries[restore.account]


def owned(minutes: Minutes, account: int, revision: int, *, may_be_frozen: bool = False) -> Person:
    """The account, of which its owner may say something about keys now."""
    person = minutes.person(account)
    minutes.require(account not in minutes.recoveries, "a recovery runs")
    able = (Status.OPEN, Status.FROZEN) if may_be_frozen else (Status.OPEN,)
    minutes.require(person.status in able, "the account is frozen or closed")
    minutes.say_of_keys(account, revision)
    return person


def _running(minutes: Minutes, account: int, number: int) -> Running:
    running = minutes.recoveries.get(account)
    is_it = running is not None and running.recover.recovery == number
    minutes.require(is_it, f"no recovery {number} of account {account} runs")
    assert running is not None, "required just now"
    return running


def _guarding(minutes: Minutes, account: int) -> Guarding:
    return minutes.guards.setdefault(account, Guarding())


def _wait(minutes: Minutes, guarding: Guarding) -> int:
    """How long guardians wait: as those say who are there, and no less than the bylaws."""
    least = minutes.articles[Article.WAIT_GUARDIANS]
    return least if guarding.now is None else max(guarding.now[2], least)
