"""Judges what people of a simulated coop decided, entry by entry, and what nodes make of it.

Each kind that somebody decides has a judge, who knows its section of PROTOCOL and asks `Minutes` for the
rest.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from ledger.account_keys import Delegate, SetOwners
from ledger.charter import Charter
from ledger.charter_entries import CharterEntry
from ledger.codec import decode
from ledger.government.articles import Article
from ledger.government.guarantees import (
    GUARANTEES_CHAPTER,
    Guarantee,
    Lapse,
    pair_of,
    pledge_of,
)
from ledger.government.leaving import Leave, Settle
from ledger.government.recovery import GuardiansNamed, ObjectTo, Recover, Rekey, Restore
from ledger.government.tally import Proposal
from ledger.rules.government.register import PROPOSALS_CHAPTER
from ledger.state import Account
from ledger.transactions import (
    Acknowledge,
    Admit,
    AdoptBylaws,
    Attest,
    Enact,
    Levy,
    Limit,
    OpenBooks,
    Pay,
    PayDelegated,
    Propose,
    SetStatus,
    Spend,
    Status,
    Vote,
)
from ledger.validators.interface import Validator
from tests.simulation.judging_bonds import (
    judge_guarantee,
    judge_lapse,
    judge_leave,
    judge_settle,
)
from tests.simulation.judging_keys import (
    judge_guardians,
    judge_objection,
    judge_recovery,
    judge_rekey,
    judge_restoration,
)
from tests.simulation.judging_tills import (
    check_keys,
    judge_delegation,
    judge_fee,
    judge_owners,
    judge_till_payment,
)
from tests.simulation.judging_votes import (
    judge_attestation,
    judge_enactment,
    judge_proposal,
    judge_vote,
)
from tests.simulation.minutes import Minutes, Person
from tests.simulation.moving import judge_acknowledgement, judge_opening
from tests.simulation.truth import Truth
from tests.simulation.world import Failure

Judge = Callable[[Minutes, Any], None]


def _admit(minutes: Minutes, admit: Admit) -> None:
    minutes.by_stewards(admit, admit.stewards, Article.ADMIT)
    minutes.people[admit.account] = Person(
        key=admit.key, opened=minutes.number, limit=(0, 0, admit.limit, None, None)
    )


def _limit(minutes: Minutes, change: Limit) -> None:
    highest = max(change.limit, change.after or 0)
    is_small = highest <= minutes.articles[Article.LIMIT_AMOUNT]
    power = Article.LIMIT_SMALL if is_small else Article.LIMIT_LARGE
    minutes.by_stewards(change, change.stewards, power)
    minutes.person(change.account).set_limit(change, minutes.time)


def _status(minutes: Minutes, change: SetStatus) -> None:
    minutes.by_stewards(change, change.stewards, Article.FREEZE)
    minutes.require(change.account not in minutes.recoveries, "a recovery runs")
    minutes.person(change.account).status = change.status
    if change.status is Status.CLOSED:
        minutes.close(change.account)


def _bylaws(minutes: Minutes, entry: AdoptBylaws) -> None:
    minutes.by_stewards(entry, entry.stewards, None)
    minutes.require(not minutes.adopted, "the founders adopt bylaws once")
    minutes.adopt(entry.articles)


def _spend(minutes: Minutes, entry: Spend) -> None:
    minutes.by_stewards(entry, entry.stewards, Article.SPEND)
    most = minutes.articles[Article.SPEND_AMOUNT]
    minutes.require(0 < entry.amount <= most, f"stewards spend {entry.amount} of {most}")


def _levy(minutes: Minutes, entry: Levy) -> None:
    rates = (minutes.articles[Article.LEVY_POSITIVE], minutes.articles[Article.LEVY_NEGATIVE])
    minutes.require((entry.positive, entry.negative) == rates, f"the rates are {rates}")
    since = minutes.time - max(minutes.levied, minutes.adopted)
    minutes.require(since >= minutes.articles[Article.LEVY_PERIOD], "a levy before its time")
    minutes.levied = minutes.time


def _pay(minutes: Minutes, pay: Pay) -> None:
    payer = minutes.person(pay.payer)
    minutes.require(payer.status is Status.OPEN, "who pays is frozen or closed")
    minutes.by_account(pay, pay.payer, pay.signature, "the payer")
    judge_fee(minutes, pay)


def _charter(minutes: Minutes, entry: CharterEntry) -> None:
    minutes.charter = minutes.charters[entry.version]


JUDGES: Final[Mapping[type, Judge]] = {
    Admit: _admit,
    Limit: _limit,
    SetStatus: _status,
    AdoptBylaws: _bylaws,
    Spend: _spend,
    Levy: _levy,
    Pay: _pay,
    PayDelegated: judge_till_payment,
    Delegate: judge_delegation,
    SetOwners: judge_owners,
    CharterEntry: _charter,
    Propose: judge_proposal,
    Vote: judge_vote,
    Attest: judge_attestation,
    Enact: judge_enactment,
    Guarantee: judge_guarantee,
    Lapse: judge_lapse,
    Leave: judge_leave,
    Settle: judge_settle,
    Rekey: judge_rekey,
    GuardiansNamed: judge_guardians,
    Recover: judge_recovery,
    ObjectTo: judge_objection,
    Restore: judge_restoration,
    OpenBooks: judge_opening,
    Acknowledge: judge_acknowledgement,
}
"""Of the other kinds nothing is decided by people of one coop."""


def minutes_of(truth: Truth, charters: Sequence[Charter], outcomes: Mapping[int, int]) -> Minutes:
    """The minutes of a whole log; raises `Failure` at an entry that nobody could have decided."""
    minutes = Minutes(truth.coop, charters, outcomes)
    for entry in truth.entries:
        minutes.number, minutes.time = minutes.number + 1, entry.time
        judge = JUDGES.get(type(entry.transaction))
        if judge is not None:
            judge(minutes, entry.transaction)
    return minutes


def check_decided(
    validators: Mapping[str, Validator], truth: Truth, charters: Sequence[Charter]
) -> None:
    """Judge the log of an honest coop, and compare what it comes to with what every node holds of it.

    `validators` by the names of their nodes; each has the whole log.
    """
    for name, validator in validators.items():
        rows = _proposals(validator, truth.coop)
        outcomes = {number: row.outcome.value for number, row in rows.items()}
        minutes = minutes_of(truth, charters, outcomes)
        for number, row in rows.items():
            counted = (row.counts.yes, row.counts.no, row.counts.abstain)
            votes = minutes.ballots[number].counts()
            if counted != votes:
                raise Failure(
                    f"{name} counts {counted} in vote {number} of coop {truth.coop}: {votes}"
                )
        held = {each.number: _person(each) for each in validator.accounts(truth.coop)}
        for number, person in minutes.people.items():
            if held.get(number) != person:
                what = f"account {number} of coop {truth.coop} is {held.get(number)} at {name}"
                raise Failure(f"{what}, and was decided to be {person}")

        _check_bonds(minutes, validator, name)
        check_keys(minutes, validator, name)


def _check_bonds(minutes: Minutes, validator: Validator, name: str) -> None:
    """Nobody answers for what they have not signed."""
    rows = dict(validator.rows(minutes.coop, GUARANTEES_CHAPTER))
    held = {pair_of(key): pledge_of(value) for key, value in rows.items()}
    if held.keys() != minutes.bonds.keys():
        raise Failure(
            f"{name} has guarantees {sorted(held)}, and {sorted(minutes.bonds)} were signed"
        )
    for pair, pledge in held.items():
        bond = minutes.bonds[pair]
        if pledge.revision != bond.revision or pledge.cap > bond.most:
            raise Failure(f"{name} has {pledge} by {pair}, and {bond} was signed")


def _proposals(validator: Validator, coop: int) -> dict[int, Proposal]:
    rows = validator.rows(coop, PROPOSALS_CHAPTER)
    named = {cast(int, decode(key)): value for key, value in rows}
    return {number: Proposal.decoded(value) for number, value in named.items() if number}


def _person(account: Account) -> Person:
    limit = (account.before, account.from_, account.limit, account.until, account.after)
    return Person(key=account.key, opened=account.opened, limit=limit, status=account.status)
