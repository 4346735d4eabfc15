"""Judges who may pay for an account and whose it is: PROTOCOL section 14.

What a till has paid is added up here from the payments in the log, whatever the rows of a node say of it.
"""

from typing import Final, cast

from ledger.account_keys import (
    DELEGATES_CHAPTER,
    OWNERS_CHAPTER,
    Delegate,
    SetOwners,
    delegated_of,
    owners_of,
)
from ledger.codec import decode
from ledger.government.articles import Article
from ledger.transactions import Pay, PayDelegated, Status
from ledger.validators.interface import Validator
from tests.simulation.judging_keys import owned
from tests.simulation.minutes import Minutes, Till
from tests.simulation.world import Failure

_DAY_S: Final = 24 * 60 * 60


def judge_fee(minutes: Minutes, pay: Pay) -> None:
    """What the bylaws take of payments is paid."""
    is_commons = pay.payee == 0 and pay.payee_coop == minutes.coop
    owed = 0 if is_commons else pay.amount * minutes.articles[Article.CONTRIBUTION] // 10**6
    minutes.require(pay.fee >= owed, f"the fee is {pay.fee}, and {owed} is due")


def judge_delegation(minutes: Minutes, entry: Delegate) -> None:
    """By the account; who is frozen can take a key away and give none."""
    owned(minutes, entry.account, entry.revision, may_be_frozen=entry.key is None)
    minutes.by_account(entry, entry.account, entry.signature, "who delegates")
    pair, caps = (entry.account, entry.place), entry.caps
    if entry.key is None:
        minutes.require(pair in minutes.tills, "a key is taken away where none is")
        del minutes.tills[pair]
        return
    minutes.require(0 < caps.per_payment <= caps.per_day, "a till has impossible caps")
    minutes.require(minutes.time < caps.until, "a till has no time")
    others = {till.key for place, till in minutes.tills.items() if place != pair}
    _, owners = minutes.owners.get(entry.account, (1, (minutes.person(entry.account).key,)))
    minutes.require(entry.key not in others | set(owners), "a key has two sets of caps")
    minutes.tills[pair] = Till(entry.key, caps.per_payment, caps.per_day, caps.until, caps.payees)


def judge_till_payment(minutes: Minutes, pay: PayDelegated) -> None:
    """By a key that is there, once for each number, to whom and as far as its caps say."""
    payer, pair = minutes.person(pay.payer), (pay.payer, pay.place)
    minutes.require(payer.status is Status.OPEN, "who pays by a till is frozen or closed")
    minutes.require(pair in minutes.tills, f"no till pays at place {pay.place}")
    till, earlier = minutes.tills[pair], minutes.paid.setdefault(pair, [])
    minutes.signed(pay, till.key, pay.signature, "the till")
    minutes.require(pay.sequence == len(earlier) + 1, "a till's payment again")
    sum_ = pay.amount + pay.fee
    minutes.require(0 < sum_ <= till.per_payment, f"a till pays {sum_} of {till.per_payment}")
    today = minutes.time // _DAY_S
    spent = sum_ + sum(each for time, each in earlier if time // _DAY_S == today)
    minutes.require(spent <= till.per_day, f"a till pays {spent} in a day of {till.per_day}")
    minutes.require(minutes.time < till.until, "a till pays after its time")
    payee = (pay.payee_coop, pay.payee)
    minutes.require(till.payees is None or payee in till.payees, "a till pays somebody else")
    judge_fee(minutes, pay)
    earlier.append((minutes.time, sum_))


def judge_owners(minutes: Minutes, entry: SetOwners) -> None:
    """By those who own it before, and as many of them as it took; no till outlives it."""
    person = owned(minutes, entry.account, entry.revision)
    minutes.by_account(entry, entry.account, entry.signature, "who says whose it is")
    is_possible = 1 <= entry.needed <= len(entry.keys) == len(set(entry.keys))
    minutes.require(is_possible, "an account has impossible owners")
    minutes.revoke(entry.account)
    minutes.owners.pop(entry.account, None)
    if len(entry.keys) > 1:
        minutes.owners[entry.account] = (entry.needed, entry.keys)
    person.key = entry.keys[0]


def check_keys(minutes: Minutes, validator: Validator, name: str) -> None:
    """Fail unless a node has the owners and tills that were signed, each as far as it has paid."""
    coop = minutes.coop
    rows = {decode(key): owners_of(row) for key, row in validator.rows(coop, OWNERS_CHAPTER)}
    held = {number: (row.needed, row.keys) for number, row in rows.items() if row is not None}
    if held != minutes.owners:
        raise Failure(f"{name} has the owners {held}, and {minutes.owners} were signed")
    tills, paid = {}, {}
    for key, value in validator.rows(coop, DELEGATES_CHAPTER):
        account, place = cast("list[int]", decode(key))
        row = delegated_of(value)
        paid[account, place] = row.next_sequence - 1
        if row.key is not None:
            caps = row.caps
            tills[account, place] = Till(
                row.key, caps.per_payment, caps.per_day, caps.until, caps.payees
            )
    if tills != minutes.tills:
        raise Failure(f"{name} has the tills {tills}, and {minutes.tills} were signed")
    for pair, count in paid.items():
        if count != len(minutes.paid.get(pair, ())):
            raise Failure(f"{name} counts {count} payments by the till {pair}")
