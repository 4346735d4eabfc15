"""What members and stewards do together in a simulated coop: bylaws, proposals, votes, elections.

A deed looks at the log through a hand and makes one transaction, or nothing when there is no occasion. It
need not be accepted: others act at the same time, and clocks differ.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

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
from ledger.government.bylaws import AdoptBylaws, Articles
from ledger.government.tally import Proposal
from ledger.government.voting import Attest, Choice, Propose, Vote
from ledger.rules.government.actions import about_of, notice_of
from ledger.rules.government.proposals import demanded_members
from ledger.rules.government.recoveries import running_recovery
from ledger.rules.government.register import open_proposals, read_register
from ledger.rules.government.terms import voting_terms
from ledger.rules.government.votes import vote_of
from ledger.rules.office import seats_of_log
from ledger.state import Account
from ledger.transactions import Status, encode_transaction
from tests.simulation.hands import Hand, open_accounts, spared
from tests.voting_builders import ELECTION, RESULT, TEXT

Deed = Callable[[Hand], bytes | None]

MOST_OPEN: Final = 3
DRAWN: Final[tuple[tuple[Article, tuple[int, ...]], ...]] = (
    (Article.ADMIT, (0, 1, 2)),
    (Article.LIMIT_SMALL, (0, 1, 2)),
    (Article.LIMIT_LARGE, (2, 3)),
    (Article.LIMIT_AMOUNT, (0, 1_000)),
    (Article.FREEZE, (0, 1, 3)),
    (Article.SPEND, (0, 1, 2)),
    (Article.SPEND_AMOUNT, (50, 300)),
    (Article.RECOVER, (0, 2)),
    (Article.PROPOSE, (0, 1)),
    (Article.NOTICE, (1, 2)),
    (Article.SECOND_CALL, (0, 1)),
    (Article.FIRST_QUORUM, (0, 300, 500)),
    (Article.SECOND_QUORUM, (0, 1, 2)),
    (Article.DEMAND, (1, 100, 400)),
    (Article.LATE_WINDOW, (0, 1)),
    (Article.EXTENSION, (0, 1)),
    (Article.MAJORITY_NUMERATOR, (2, 3)),
    (Article.HEARING, (1,)),
    (Article.WAIT_STEWARDS, (2, 4)),
    (Article.WAIT_GUARDIANS, (1, 2)),
    (Article.OBJECTION_TERM, (1, 3)),
    (Article.CLAIM_TERM, (1, 3)),
    (Article.SETTLE, (0, 1, 2)),
    (Article.OFFICE_STEWARDS, (0, 2)),
    (Article.CONTRIBUTION, (0, 5_000, 20_000)),
    (Article.LEVY_POSITIVE, (0, 0, 0, 20_000)),
    (Article.LEVY_NEGATIVE, (0, 0, 0, 5_000)),
    (Article.LEVY_PERIOD, (7, 14)),
    (Article.COMMONS_DEBT, (0, 500, 20_000)),
)
"""Terms of seconds, so that votes begin and end within a run; and what differs from coop to coop."""


def draw_articles(hand: Hand) -> Articles:
    """Some bylaws. Of a majority of 3 the denominator is 3 or 4."""
    drawn = {article.value: hand.random.choice(values) for article, values in DRAWN}
    drawn[Article.MAJORITY_DENOMINATOR.value] = 1 + drawn[Article.MAJORITY_NUMERATOR.value]
    return tuple(sorted(drawn.items()))


def adopt(hand: Hand) -> bytes | None:
    """The founders' act, by all who are in office."""
    desk = hand.desk
    able = desk.places()
    if hand.bylaws.version or len(able) < len(desk.office.stewards) or not able:
        return None
    return desk.sign(AdoptBylaws(version=1, articles=draw_articles(hand), text=TEXT), able)


def propose(hand: Hand) -> bytes | None:
    """Stewards open a vote, or members who are enough."""
    if len(read_register(hand.log).waiting) >= MOST_OPEN:
        return None
    action = _draw_action(hand)
    return (
        None if action is None else proposal(hand, action, is_demanded=hand.random.random() < 0.4)
    )


def proposal(hand: Hand, action: Action, *, is_demanded: bool) -> bytes | None:
    """A proposal of that action; `is_demanded` by members."""
    terms, random = voting_terms(hand.log), hand.random
    about = about_of(action, seats_of_log(hand.log))
    first = hand.now + notice_of(action, terms) + random.randint(0, 2)
    second = first + terms.second_call + random.randint(0, 1)
    if isinstance(action, Elect):
        until = ((account, second + days) for account, days in action.seats)
        action = replace(action, seats=tuple(until))
    bare = Propose(
        number=read_register(hand.log).last + 1,
        action=action,
        text=TEXT,
        ballot=ELECTION if not is_demanded and random.random() < 0.2 else None,
        about=() if about is None else about,
        first=first,
        second=second,
    )
    return _demanded(hand, bare) if is_demanded else hand.desk.sign(bare)


def _demanded(hand: Hand, bare: Propose) -> bytes | None:
    able = [account for account in open_accounts(hand) if not hand.is_joint(account)]
    members = [account for account in able if account.number not in bare.about]
    roll = sum(account.status is not Status.CLOSED for account in hand.accounts())
    needed = demanded_members(roll, voting_terms(hand.log))
    if len(members) < needed:
        return None
    message = hand.message(bare)
    chosen = sorted(hand.random.sample(members, needed), key=lambda account: account.number)
    signed = tuple((account.number, hand.owner(account).sign(message)) for account in chosen)
    return encode_transaction(replace(bare, members=signed))


def _draw_action(hand: Hand) -> Action | None:
    makers: tuple[Callable[[Hand], Action | None], ...] = (
        lambda hand: Resolve(is_special=hand.random.random() < 0.5),
        lambda hand: AmendBylaws(articles=draw_articles(hand)),
        election,
        election,
        _recall,
        _limit,
        _limit,
        _status,
        _expulsion,
        lambda hand: DecideSpend(payee=_any(hand).number, amount=hand.random.randint(1, 800)),
        lambda hand: DecideLevy(positive=hand.random.choice((1_000, 30_000)), negative=1_000),
    )
    return hand.random.choice(makers)(hand) or Resolve()


def election(hand: Hand) -> Elect | None:
    """Some of those who can act alone; how long they stay beyond the second close stands for the day."""
    able = [account for account in open_accounts(hand) if not hand.is_joint(account)]
    fewest = max(2, voting_terms(hand.log).stewards)
    if len(able) < fewest:
        return None
    chosen = hand.random.sample(able, hand.random.randint(fewest, min(4, len(able))))
    longest = voting_terms(hand.log).office
    seats = sorted((account.number, hand.random.randint(1, longest)) for account in chosen)
    threshold = hand.random.randint(1, min(2, len(seats)))
    return Elect(seats=tuple(seats), threshold=threshold)


def _recall(hand: Hand) -> Recall | None:
    places = [seat.place for seat in seats_of_log(hand.log).taken]
    return Recall(places=(hand.random.choice(places),)) if len(places) > 2 else None


def _limit(hand: Hand) -> DecideLimit:
    until = hand.random.choice((None, hand.now + 30))
    return DecideLimit(
        account=_any(hand).number,
        limit=hand.random.choice((0, 700, 40_000)),
        from_=hand.random.choice((0, hand.now + 3)),
        until=until,
        after=None if until is None else 100,
    )


def _status(hand: Hand) -> DecideStatus | None:
    account = _any(hand)
    if account.status is Status.FROZEN:
        return DecideStatus(account=account.number, is_frozen=False)
    if account.number in spared(hand.log):
        return None
    return DecideStatus(account=account.number, is_frozen=True)


def _expulsion(hand: Hand) -> Expel | None:
    account, payee = _any(hand), _any(hand).number
    if account.number in spared(hand.log) or account.number == payee:
        return None
    return Expel(account=account.number, payee=hand.random.choice((None, payee)))


def _any(hand: Hand) -> Account:
    return hand.random.choice(hand.accounts())


def about_recovery(hand: Hand) -> bytes | None:
    """A vote on which key is right, where the old one has objected, or where nobody trusts the new one."""
    for account in hand.accounts():
        recovery = running_recovery(hand.log, account.number)
        if recovery is None or _is_voted_on(hand, account.number):
            continue
        is_new = recovery.disputed is not None and hand.random.random() < 0.6
        action = DecideRecovery(account=account.number, recovery=recovery.number, is_new_key=is_new)
        return proposal(hand, action, is_demanded=hand.random.random() < 0.7)
    return None


def _is_voted_on(hand: Hand, account: int) -> bool:
    actions = (each.action for each in open_proposals(hand.log).values())
    return any(isinstance(each, DecideRecovery) and each.account == account for each in actions)


def vote(hand: Hand) -> bytes | None:
    """Somebody says something, or something else than before; often at the last moment."""
    votes = _open_votes(hand)
    if not votes:
        return None
    number, opened = hand.random.choice(votes)
    account = hand.random.choice(open_accounts(hand) or [_any(hand)])
    before = vote_of(hand.log, number, account.number)
    choices = [Choice.YES] * 5 + [Choice.NO] * 2 + [Choice.ABSTAIN]
    choice = hand.random.choice([each for each in choices if before is None or each != before[0]])
    if not opened.is_on_roll(number=account.number, opened=account.opened):
        return None
    return said(hand, account, number, choice)


def said(hand: Hand, account: Account, number: int, choice: Choice) -> bytes:
    """The next vote of an account about a proposal."""
    before = vote_of(hand.log, number, account.number)
    sequence = 1 if before is None else before[1] + 1
    bare = Vote(account=account.number, proposal=number, sequence=sequence, choice=choice)
    return hand.owned(bare, account)


def _open_votes(hand: Hand) -> list[tuple[int, Proposal]]:
    return [
        (number, opened)
        for number, opened in open_proposals(hand.log).items()
        if opened.ballot is None and not opened.is_closed(hand.now)
    ]


def attest(hand: Hand) -> bytes | None:
    """Stewards bring the result of an election that was held elsewhere."""
    for number, opened in open_proposals(hand.log).items():
        if opened.ballot is None or opened.result is not None or hand.now < opened.second:
            continue
        yes = hand.random.randint(0, opened.roll)
        no = hand.random.randint(0, opened.roll - yes)
        return hand.desk.sign(Attest(proposal=number, yes=yes, no=no, abstain=0, result=RESULT))
    return None


def mend_office(hand: Hand) -> bytes | None:
    """Where nobody in office can sign, members elect others by themselves: a power never dies."""
    if hand.desk.places():
        return None
    for number, opened in _open_votes(hand):
        if isinstance(opened.action, Elect):
            for account in open_accounts(hand):
                on_roll = opened.is_on_roll(number=account.number, opened=account.opened)
                before = vote_of(hand.log, number, account.number)
                if on_roll and (before is None or before[0] is not Choice.YES):
                    return said(hand, account, number, Choice.YES)
            return None
    action = election(hand)
    return None if action is None else proposal(hand, action, is_demanded=True)
