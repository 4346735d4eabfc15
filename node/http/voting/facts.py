"""What people see of proposals, from the committed state; run in the engine's thread."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Final

from ledger.codec import encode, split
from ledger.entries import decode_entry, entry_kind
from ledger.government.actions import (
    Action,
    DecideLimit,
    DecideSpend,
    DecideStatus,
    Elect,
    Expel,
)
from ledger.government.articles import Article
from ledger.government.tally import Outcome, Proposal
from ledger.refusals import Refusal
from ledger.rules.government.actions import is_special
from ledger.rules.government.proposals import demanded_members
from ledger.rules.government.register import read_proposal, read_register
from ledger.rules.government.rolls import roll_count, roll_cut
from ledger.rules.government.terms import voting_terms
from ledger.rules.government.votes import vote_of
from ledger.rules.office import bylaws_in_force
from ledger.shapes import Kind
from ledger.transactions import Choice, Propose, Vote
from node.engine.view import View
from node.http.base import changes, facts
from node.http.voting import shapes
from node.spellings import Binary, Hash, PublicKey

CHOICES: Final[dict[Choice, shapes.Choice]] = {
    Choice.NO: "no",
    Choice.YES: "yes",
    Choice.ABSTAIN: "abstain",
}
_OUTCOMES: Final[dict[Outcome, shapes.Outcome]] = {
    Outcome.OPEN: "open",
    Outcome.REJECTED: "rejected",
    Outcome.ENACTED: "enacted",
    Outcome.IMPOSSIBLE: "impossible",
}
ENTRIES_READ: Final = 20_000
"""How many entries of a log are looked at for the votes of one page."""
ROLL_ITEMS: Final = 500
"""How many of a roll are told at a time."""
_READ_BYTES: Final = 262_144


def terms(view: View) -> shapes.Terms:
    """What holds for a proposal that is made now."""
    log, bylaws = facts.own_log(view), bylaws_in_force(facts.own_log(view))
    voting = voting_terms(log)
    now = time_of(view)
    cut = roll_cut(log, time=now, membership=voting.membership)
    roll = roll_count(log, cut=cut, about=())
    return shapes.Terms(
        next=read_register(log).last + 1,
        time=now,
        notice=voting.notice,
        hearing=voting.hearing,
        second_call=voting.second_call,
        office_term=voting.office,
        roll=roll,
        demanded=demanded_members(roll, voting),
        stewards=max(1, facts.office(view).needed(Article.PROPOSE, bylaws)),
    )


def time_of(view: View) -> int:
    """The time that the next entry of the own log would have, about."""
    return max(view.now_ms // 1000, view.validator.log(view.coop).time)


def proposals_before(view: View, before: int, most: int, member: int | None) -> shapes.Proposals:
    """Proposals with lower numbers than `before`, the newest first."""
    log = facts.own_log(view)
    last = min(read_register(log).last, before - 1)
    numbers = range(last, max(0, last - most), -1)
    found = [proposal(view, number, member) for number in numbers]
    coop = view.validator.newest_charter().coops[view.coop]
    return shapes.Proposals(
        coop=coop.name,
        coop_number=coop.number,
        terms=terms(view),
        proposals=[each for each in found if each is not None],
        next=numbers[-1] if numbers and numbers[-1] > 1 else None,
    )


def proposal(view: View, number: int, member: int | None) -> shapes.VoteProposal | None:
    """A proposal as `member`, or a steward, sees it."""
    found = read_proposal(facts.own_log(view), number)
    if found is None:
        return None
    is_over = found.outcome is not Outcome.OPEN
    return shapes.VoteProposal(
        number=number,
        action=Binary(encode(found.action.value())),
        special=is_special(found.action),
        ballot=None if found.ballot is None else Hash(found.ballot),
        about=people(view, found.about),
        named=people(view, _named(found.action)),
        entry=found.opened,
        time=found.time,
        roll=found.roll,
        quorum=found.roll * found.rules.first_quorum // 1000 + 1,
        first=found.first,
        second=found.second,
        closes=found.closes(),
        open=not is_over and found.ballot is None and not found.is_closed(time_of(view)),
        moved=found.has_moved,
        second_call=found.is_second,
        rules=shapes.Rules(**asdict(found.rules)),
        counts=shapes.Counts(
            yes=found.counts.yes, no=found.counts.no, abstain=found.counts.abstain
        ),
        outcome=_OUTCOMES[found.outcome],
        against=Refusal(found.against).code if found.against else None,
        result=None if found.result is None else Hash(found.result),
        enacted=found.enacted or None,
        mine=None if member is None else _mine(view, number, found, member),
    )


def _mine(view: View, number: int, found: Proposal, member: int) -> shapes.Mine | None:
    account = view.validator.account(view.coop, member)
    if account is None:
        return None
    said = vote_of(facts.own_log(view), number, member)
    return shapes.Mine(
        on_roll=found.is_on_roll(number=member, opened=account.opened),
        choice=None if said is None else CHOICES[said[0]],
        sequence=0 if said is None else said[1],
    )


def _named(action: Action) -> tuple[int, ...]:
    match action:
        case Elect():
            return tuple(account for account, _ in action.seats)
        case DecideLimit() | DecideStatus():
            return (action.account,)
        case DecideSpend():
            return (action.payee,)
        case Expel():
            return (action.account,) if action.payee is None else (action.account, action.payee)
        case _:
            return ()


def people(view: View, accounts: Iterable[int]) -> list[shapes.Person]:
    """Members by their accounts."""
    found = (view.validator.account(view.coop, number) for number in accounts)
    return [
        shapes.Person(account=each.number, handle=facts.account_name(view, view.coop, each))
        for each in found
        if each is not None
    ]


def in_full(view: View, number: int, member: int | None) -> shapes.ProposalInFull | None:
    """A proposal with its text, and who opened it."""
    shown, row = proposal(view, number, member), read_proposal(facts.own_log(view), number)
    if shown is None or row is None:
        return None
    entry = facts.read_entry(view, view.coop, shown.entry)
    opened = entry.transaction if entry is not None else None
    text = changes.find_text(view, row.text)
    coop = view.validator.newest_charter().coops[view.coop]
    by_stewards = opened.stewards if isinstance(opened, Propose) else ()
    by_members = opened.members if isinstance(opened, Propose) else ()
    return shapes.ProposalInFull(
        coop=coop.name,
        coop_number=coop.number,
        proposal=shown,
        text_hash=Hash(row.text),
        text=None if text is None else text.shown,
        stewards=[facts.steward_name(view, place) for place, _ in by_stewards],
        members=people(view, (account for account, _ in by_members)),
    )


def roll_after(view: View, number: int, after: int) -> shapes.Roll | None:
    """Who is on the roll of a proposal, by accounts above `after`, a page of them."""
    found = read_proposal(facts.own_log(view), number)
    if found is None:
        return None
    listed: list[shapes.Person] = []
    for account in view.validator.accounts(view.coop):
        was_closed = 0 < account.closed <= found.opened
        if account.number <= after or was_closed:
            continue
        if not found.is_on_roll(number=account.number, opened=account.opened):
            continue
        if len(listed) == ROLL_ITEMS:
            return shapes.Roll(roll=listed, next=listed[-1].account)
        listed.append(
            shapes.Person(
                account=account.number, handle=facts.account_name(view, view.coop, account)
            )
        )
    return shapes.Roll(roll=listed, next=None)


def votes_after(view: View, number: int, after: int) -> shapes.CastVotes | None:
    """Votes about a proposal by entries above `after`, as many entries as are looked at for one page."""
    found = read_proposal(facts.own_log(view), number)
    if found is None:
        return None
    last = found.enacted or view.validator.log(view.coop).length
    first = max(after + 1, found.opened + 1)
    end = min(last, first + ENTRIES_READ - 1)
    votes = []
    while first <= end:
        chunk = view.store.entries(view.coop, first, max_bytes=_READ_BYTES)
        if chunk is None:
            break
        parts = split(chunk.entries)[: end - first + 1]
        votes += [
            vote
            for at, data in enumerate(parts, first)
            if (vote := _cast(view, at, data, number)) is not None
        ]
        first += len(parts)
    return shapes.CastVotes(votes=votes, next=end if end < last else None)


def _cast(view: View, at: int, data: bytes, number: int) -> shapes.CastVote | None:
    if entry_kind(data) != Kind.VOTE:
        return None
    entry = decode_entry(data)
    if isinstance(entry, Refusal) or not isinstance(entry.transaction, Vote):
        return None
    vote = entry.transaction
    account = view.validator.account(view.coop, vote.account)
    if vote.proposal != number or account is None:
        return None
    return shapes.CastVote(
        entry=at,
        time=entry.time,
        account=vote.account,
        handle=facts.account_name(view, view.coop, account),
        sequence=vote.sequence,
        choice=CHOICES[vote.choice],
    )


def stewards(view: View) -> shapes.Stewards:
    """Who is in office."""
    log, bylaws = facts.own_log(view), bylaws_in_force(facts.own_log(view))
    coop = view.validator.newest_charter().coops[view.coop]
    able = facts.office(view)
    found = []
    for seat in facts.seats(view):
        steward = able.stewards.get(seat.place)
        account = None if seat.account is None else log.account(seat.account)
        name = f"#{seat.place}" if steward is None else steward.name
        found.append(
            shapes.StewardInOffice(
                place=seat.place,
                name=name if account is None else facts.account_name(view, view.coop, account),
                key=None if steward is None else PublicKey(steward.key),
                account=seat.account,
                until=seat.until,
                is_over=seat.until is not None and seat.until <= time_of(view),
            )
        )
    powers = (
        Article.ADMIT,
        Article.LIMIT_SMALL,
        Article.LIMIT_LARGE,
        Article.FREEZE,
        Article.PUBLISH,
        Article.SPEND,
        Article.ENDORSE,
        Article.SETTLE,
        Article.RECOVER,
        Article.PROPOSE,
    )
    return shapes.Stewards(
        coop=coop.name,
        coop_number=coop.number,
        stewards=found,
        threshold=able.threshold,
        powers={power.name.lower(): max(1, able.needed(power, bylaws)) for power in powers},
    )
