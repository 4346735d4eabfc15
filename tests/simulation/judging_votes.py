"""Judges proposals, votes and what became of them: PROTOCOL sections 13.2 to 13.5."""

from collections.abc import Mapping
from typing import Final, assert_never

from ledger.government.actions import (
    Action,
    AmendBylaws,
    DecideLevy,
    DecideLimit,
    DecideRecovery,
    DecideSpend,
    DecideStatus,
    Elect,
    Expel,
    Recall,
    Resolve,
)
from ledger.government.articles import Article
from ledger.government.voting import Attest, Enact, Propose, Vote
from ledger.transactions import Status
from tests.simulation.ballots import Ballot
from tests.simulation.minutes import Minutes

REJECTED: Final = 1
CARRIED_OUT: Final = 2
IMPOSSIBLE: Final = 3


def judge_proposal(minutes: Minutes, propose: Propose) -> None:
    """It is opened by stewards or by enough of the roll, in time, and those whose matter it is are off."""
    articles = minutes.articles
    notice = articles[Article.NOTICE]
    if isinstance(propose.action, Expel):
        notice = max(notice, articles[Article.HEARING])
    minutes.require(propose.first >= minutes.time + notice, "the notice is too short")
    second_call = propose.second - propose.first
    minutes.require(second_call >= articles[Article.SECOND_CALL], "the second call is too early")
    minutes.require(_own_matter(propose.action) <= set(propose.about), "who it is about votes")
    minutes.require(not articles[Article.MEMBERSHIP], "no run asks for a time of membership")
    cut = minutes.number - 1
    roll = [
        number
        for number, person in minutes.people.items()
        if person.opened <= cut
        and number not in propose.about
        and person.status is not Status.CLOSED
    ]
    if propose.members:
        _judge_demand(minutes, propose, roll)
    else:
        minutes.require(_open_of(minutes, None) < 32, "stewards' votes fill the agenda")
        minutes.by_stewards(propose, propose.stewards, Article.PROPOSE)
    minutes.ballots[propose.number] = Ballot(
        propose, time=minutes.time, cut=cut, roll=len(roll), articles=articles
    )


def _own_matter(action: Action) -> set[int]:
    match action:
        case DecideLimit() | DecideStatus() | DecideRecovery() | Expel():
            return {action.account}
        case DecideSpend():
            return {action.payee}
        case _:
            return set()


def _open_of(minutes: Minutes, account: int | None) -> int:
    """How many open votes a member has demanded, or stewards have opened for None."""
    opened = [each.propose for each in minutes.ballots.values() if not each.is_over]
    if account is None:
        return sum(not each.members for each in opened)
    return sum(account in dict(each.members) for each in opened)


def _judge_demand(minutes: Minutes, propose: Propose, roll: list[int]) -> None:
    share = minutes.articles[Article.DEMAND]
    minutes.require(
        len(propose.members) * 1000 >= len(roll) * share,
        f"{len(propose.members)} of {len(roll)} demand it",
    )
    for number, signature in propose.members:
        minutes.require(_open_of(minutes, number) < 8, f"account {number} fills the agenda")
        minutes.require(number in roll, f"account {number} is not on the roll")
        person = minutes.person(number)
        minutes.require(person.status is Status.OPEN, f"account {number} is frozen")
        minutes.require(number not in minutes.owners, f"account {number} is joint and demands")
        minutes.signed(propose, person.key, signature, f"account {number}")


def judge_vote(minutes: Minutes, vote: Vote) -> None:
    """By a member on the roll, before the close, once for each number."""
    ballot, person = _ballot(minutes, vote.proposal), minutes.person(vote.account)
    minutes.require(ballot.propose.ballot is None, "it is voted on elsewhere")
    minutes.require(minutes.time < ballot.closes(), "a vote after the close")
    on_roll = person.opened <= ballot.cut and vote.account not in ballot.propose.about
    minutes.require(on_roll, "a vote by somebody off the roll")
    minutes.require(person.status is Status.OPEN, "a vote by somebody frozen or closed")
    before = [choice for _, account, choice in ballot.votes if account == vote.account]
    minutes.require(vote.sequence == len(before) + 1, "a vote again, or ahead of its turn")
    minutes.by_account(vote, vote.account, vote.signature, "who votes")
    ballot.votes.append((minutes.time, vote.account, vote.choice))


def judge_attestation(minutes: Minutes, attest: Attest) -> None:
    """By stewards, once, after the close."""
    ballot = _ballot(minutes, attest.proposal)
    minutes.require(ballot.propose.ballot is not None, "members vote in the log")
    minutes.require(ballot.attested is None, "it was attested before")
    minutes.by_stewards(attest, attest.stewards, Article.PROPOSE)
    ballot.attested = attest
    minutes.require(minutes.time >= ballot.closes(), "an attestation before the close")
    minutes.require(sum(ballot.counts()) <= ballot.roll, "more votes than members")


def judge_enactment(minutes: Minutes, enact: Enact) -> None:
    """The count is that of the votes, and what passed is done."""
    ballot = _ballot(minutes, enact.proposal)
    minutes.require(minutes.time >= ballot.ends(), "an enactment before the close")
    votes, counted = ballot.counts(), (enact.yes, enact.no, enact.abstain)
    minutes.require(counted == votes, f"the node counts {counted}, and the votes are {votes}")
    ballot.is_over = True
    outcome = minutes.outcomes[enact.proposal]
    if not ballot.passes():
        minutes.require(outcome == REJECTED, f"it has not passed, and its outcome is {outcome}")
        return
    stands_against = _stands_against(minutes, ballot)
    expected = {None: (CARRIED_OUT, IMPOSSIBLE), True: (IMPOSSIBLE,), False: (CARRIED_OUT,)}
    allowed = expected[stands_against]
    minutes.require(outcome in allowed, f"its outcome is {outcome} and not {allowed}")
    if outcome == CARRIED_OUT:
        _carry_out(minutes, ballot.propose.action)


def _ballot(minutes: Minutes, number: int) -> Ballot:
    minutes.require(number in minutes.ballots, f"there is no proposal {number}")
    ballot = minutes.ballots[number]
    minutes.require(not ballot.is_over, f"vote {number} is over")
    return ballot


def _stands_against(minutes: Minutes, ballot: Ballot) -> bool | None:
    """Whether something stands against what was decided; None where balances may."""
    action = ballot.propose.action
    match action:
        case Resolve() | AmendBylaws():
            return False
        case DecideLevy():
            return None
        case Elect():
            return _is_no_election(minutes, action, ballot.propose.second)
        case Recall():
            return not set(action.places) <= set(seats_taken(minutes))
        case DecideLimit():
            return _is_closed(minutes, action.account)
        case DecideStatus():
            status = minutes.people[action.account].status
            is_same = (status is Status.FROZEN) == action.is_frozen
            return is_same or status is Status.CLOSED or action.account in minutes.recoveries
        case DecideRecovery():
            running = minutes.recoveries.get(action.account)
            is_gone = running is None or running.recover.recovery != action.recovery
            return is_gone or (action.is_new_key and not (running and running.disputed))
        case DecideSpend():
            return True if _is_closed(minutes, action.payee) else None
        case Expel():
            # Who owes has nothing for a payee, and nobody asks then whether that has closed (13.3.11).
            return True if _is_closed(minutes, action.account) else None
        case _:
            assert_never(action)


def _is_closed(minutes: Minutes, account: int) -> bool:
    return minutes.person(account).status is Status.CLOSED


def _is_no_election(minutes: Minutes, action: Elect, second: int) -> bool:
    fewest = minutes.articles[Article.OFFICE_STEWARDS]
    able = [account for account, _ in action.seats if not _is_closed(minutes, account)]
    longest = second + minutes.articles[Article.OFFICE_TERM]
    in_term = all(second < until <= longest for _, until in action.seats)
    is_seated = len(action.seats) >= max(fewest, action.threshold) and action.threshold >= 1
    return not (in_term and is_seated and len(able) >= max(fewest, action.threshold))


def seats_taken(minutes: Minutes) -> Mapping[int, int | None]:
    """Who is in office, by place: an account, or None for a founder."""
    if minutes.office is not None:
        return minutes.office[1]
    return dict.fromkeys(range(len(minutes.charter.coops[minutes.coop].stewards)))


def _carry_out(minutes: Minutes, action: Action) -> None:
    match action:
        case Resolve() | DecideSpend() | DecideLevy():
            pass
        case AmendBylaws():
            minutes.adopt(action.articles)
        case Elect():
            _elect(minutes, action)
        case Recall():
            staying = {
                place: account
                for place, account in seats_taken(minutes).items()
                if place not in action.places
            }
            _seat(minutes, staying, None)
        case DecideLimit():
            minutes.person(action.account).set_limit(action, minutes.time)
        case DecideStatus():
            status = Status.FROZEN if action.is_frozen else Status.OPEN
            minutes.person(action.account).status = status
        case Expel():
            minutes.close(action.account)
        case DecideRecovery():
            _decide_recovery(minutes, action)
        case _:
            assert_never(action)


def _elect(minutes: Minutes, action: Elect) -> None:
    before = seats_taken(minutes)
    places = {account: place for place, account in before.items() if account is not None}
    next_place = minutes.next_place if minutes.office else len(before)
    seats: dict[int, int | None] = {}
    for account, _ in action.seats:
        if _is_closed(minutes, account):
            continue
        if account not in places:
            places[account] = next_place
            next_place += 1
        seats[places[account]] = account
    _seat(minutes, seats, action.threshold)
    minutes.next_place = next_place


def _seat(minutes: Minutes, seats: dict[int, int | None], threshold: int | None) -> None:
    """These are in office; the threshold is as it was where it is None."""
    founded = minutes.charter.coops[minutes.coop]
    if minutes.office is None:
        minutes.next_place = len(founded.stewards)
    before = founded.steward_threshold if minutes.office is None else minutes.office[0]
    minutes.office = (before if threshold is None else threshold, seats)


def _decide_recovery(minutes: Minutes, action: DecideRecovery) -> None:
    running = minutes.recoveries[action.account]
    if action.is_new_key:
        running.is_confirmed = True
    else:
        minutes.person(action.account).status = running.was
        del minutes.recoveries[action.account]
