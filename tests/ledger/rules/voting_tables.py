"""Every way in which a proposal, a vote and their end are refused, in the order of the protocol page.

As `tests.ledger.rules.tables`, over books of their own: `stage_votes` has a coop that votes.
"""

from typing import Any

from ledger.codec import MAX
from ledger.government.actions import (
    Action,
    AmendBylaws,
    DecideLevy,
    DecideLimit,
    DecideSpend,
    DecideStatus,
    Elect,
    Expel,
    Recall,
    Resolve,
)
from ledger.refusals import Refusal
from ledger.transactions import Status
from ledger.validators.reference import ReferenceValidator
from tests.builders import START, Books, MakeValidator, build_federation, open_books
from tests.ledger.rules.tables import (
    HOME,
    STRANGER,
    Elements,
    Fault,
    Table,
    forge,
    split_elements,
    unsigned_pairs,
)
from tests.voting_builders import (
    ABSTAIN,
    DAY,
    ELECTION,
    NO,
    NOTICE,
    SECOND_CALL,
    YES,
    attest,
    cast,
    close,
    enact,
    open_vote,
    propose,
    vote,
)

PLAIN, VOTER, FROZEN, CLOSED, DEBTOR, RICH, FULL, NEWCOMER = range(1, 9)
"""Accounts of coop 1. NEWCOMER was admitted after the votes of the stage had opened."""

LATE, ENACTED, ELSEWHERE, ATTESTED, OPEN, ABOUT_PLAIN = range(1, 7)
"""Proposals: closed at its second call | enacted | held elsewhere, closed | the same, attested | open …"""

NOW = START + 20 * DAY
FIRST, SECOND = NOW + NOTICE, NOW + NOTICE + SECOND_CALL
UNTIL = SECOND + DAY


def stage_votes(make_validator: MakeValidator = ReferenceValidator) -> Books:
    """Books of a coop of which every kind of proposal is at some stage."""
    books = open_books(build_federation(seed="votes", coops=1), make_validator)
    books.admit(HOME, PLAIN, VOTER, FROZEN, CLOSED, DEBTOR)
    books.admit(HOME, RICH, FULL, limit=MAX)
    books.pay(HOME, RICH, HOME, FULL, MAX)
    books.pay(HOME, DEBTOR, HOME, VOTER, 10)
    books.set_status(HOME, FROZEN, Status.FROZEN)
    books.set_status(HOME, CLOSED, Status.CLOSED)
    for ballot in (None, None, ELECTION, ELECTION):
        open_vote(books, ballot=ballot)
    cast(books, LATE, (VOTER, NO))
    books.now = NOW - 2 * DAY
    close(books, ENACTED)
    books.append(HOME, attest(books.federation, HOME, ATTESTED, yes=2, no=1))
    open_vote(books)
    open_vote(books, about=(PLAIN,))
    cast(books, OPEN, (VOTER, YES), (RICH, ABSTAIN))
    books.now = NOW
    books.admit(HOME, NEWCOMER)
    return books


def make_propose(books: Books, elements: Elements) -> bytes:
    return forge(propose(books.federation, HOME, **split_elements(elements)), elements)


def make_vote(books: Books, elements: Elements) -> bytes:
    return vote(books.federation, HOME, **elements)


def make_attest(books: Books, elements: Elements) -> bytes:
    return forge(attest(books.federation, HOME, **split_elements(elements)), elements)


def make_enact(_: Books, elements: Elements) -> bytes:
    return enact(**elements)


def _acting(action: Action, *about: int) -> dict[str, Any]:
    return {"action": action, "about": about}


def _limit(account: int = PLAIN, **values: int | None) -> dict[str, Any]:
    limits: dict[str, Any] = {"limit": 5, "from_": 0, "until": None, "after": None, **values}
    return _acting(DecideLimit(account=account, **limits), account)


def _election(*accounts: int, until: int = UNTIL, threshold: int = 1) -> dict[str, Any]:
    seats = tuple((account, until) for account in accounts)
    return _acting(Elect(seats=seats, threshold=threshold))


def _spending(payee: int, amount: int) -> dict[str, Any]:
    return _acting(DecideSpend(payee=payee, amount=amount), payee)


def _expulsion(account: int, payee: int | None = None) -> dict[str, Any]:
    return _acting(Expel(account=account, payee=payee), account)


STEWARDS_FAULTS = (
    Fault(Refusal.STEWARD_UNKNOWN, {"forged_stewards": unsigned_pairs(3)}),
    Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": unsigned_pairs(2)}),
    Fault(Refusal.STEWARDS_TOO_FEW, {"forged_stewards": ()}),
    Fault(Refusal.SIGNATURE_INVALID, {"forged_stewards": unsigned_pairs(0, 1)}),
)

PROPOSE = Table(
    "propose",
    make_propose,
    {"number": 7, "first": FIRST, "second": SECOND},
    (
        Fault(Refusal.PROPOSAL_NUMBER_WRONG, {"number": 6}),
        Fault(Refusal.PROPOSAL_NUMBER_WRONG, {"number": 8}),
        Fault(Refusal.PROPOSAL_NUMBER_WRONG, {"number": 0}),
        Fault(Refusal.PROPOSAL_DATES_WRONG, {"first": FIRST - 1}),
        Fault(Refusal.PROPOSAL_DATES_WRONG, {"second": SECOND - 1}),
        Fault(Refusal.PROPOSAL_DATES_WRONG, {"second": SECOND + 366 * DAY + 1}),
        Fault(Refusal.PROPOSAL_DATES_WRONG, {"second": MAX}),
        Fault(Refusal.PROPOSAL_ABOUT_WRONG, {**_limit(), "about": ()}),
        Fault(Refusal.PROPOSAL_ABOUT_WRONG, {**_limit(), "about": (VOTER,)}),
        Fault(Refusal.PROPOSAL_ABOUT_WRONG, {**_limit(), "about": (PLAIN, VOTER)}),
        Fault(Refusal.PROPOSAL_ABOUT_WRONG, {**_election(PLAIN), "about": (VOTER,)}),
        Fault(Refusal.PROPOSAL_ABOUT_WRONG, _acting(Recall(places=(0,)), PLAIN)),
        Fault(Refusal.ACCOUNT_UNKNOWN, _acting(Resolve(), 0)),
        Fault(Refusal.ACCOUNT_UNKNOWN, _acting(Resolve(), PLAIN, 99)),
        Fault(Refusal.ACCOUNT_UNKNOWN, _limit(99)),
        Fault(Refusal.ELECTION_IMPOSSIBLE, _election(PLAIN, threshold=2)),
        Fault(Refusal.ELECTION_IMPOSSIBLE, _election(PLAIN, threshold=0)),
        Fault(Refusal.TERM_OF_OFFICE_WRONG, _election(PLAIN, until=SECOND)),
        Fault(Refusal.TERM_OF_OFFICE_WRONG, _election(PLAIN, until=SECOND + 2 * 365 * DAY + 1)),
        Fault(Refusal.ACCOUNT_UNKNOWN, _election(0, PLAIN)),
        Fault(Refusal.ACCOUNT_UNKNOWN, _election(PLAIN, 99)),
        Fault(Refusal.ACCOUNT_CLOSED, _election(PLAIN, CLOSED, threshold=2)),
        Fault(Refusal.PLACE_NOT_IN_OFFICE, _acting(Recall(places=(3,)))),
        Fault(Refusal.PLACE_NOT_IN_OFFICE, _acting(Recall(places=(0, 7)))),
        Fault(Refusal.ACCOUNT_CLOSED, _limit(CLOSED)),
        Fault(Refusal.LIMIT_OUT_OF_RANGE, _limit(limit=-1)),
        Fault(Refusal.LIMIT_OUT_OF_RANGE, _limit(limit=MAX + 1)),
        Fault(Refusal.LIMIT_OUT_OF_RANGE, _limit(until=9, after=-1)),
        Fault(Refusal.LIMIT_DATES_INVALID, _limit(from_=9, until=9, after=1)),
        Fault(
            Refusal.STATUS_UNCHANGED, _acting(DecideStatus(account=FROZEN, is_frozen=True), FROZEN)
        ),
        Fault(
            Refusal.STATUS_UNCHANGED, _acting(DecideStatus(account=PLAIN, is_frozen=False), PLAIN)
        ),
        Fault(Refusal.COMMONS_DEBT_CEILING, _expulsion(DEBTOR)),
        Fault(Refusal.PAYEE_IS_PAYER, _expulsion(VOTER, VOTER)),
        Fault(Refusal.PAYEE_UNKNOWN, _expulsion(VOTER, 99)),
        Fault(Refusal.PAYEE_UNKNOWN, _expulsion(VOTER, 0)),
        Fault(Refusal.PAYEE_CLOSED, _expulsion(VOTER, CLOSED)),
        Fault(Refusal.BALANCE_OUT_OF_RANGE, _expulsion(VOTER, FULL)),
        Fault(Refusal.ARTICLE_UNKNOWN, _acting(AmendBylaws(articles=((255, 1),)))),
        Fault(Refusal.ARTICLE_OUT_OF_RANGE, _acting(AmendBylaws(articles=((1, 65),)))),
        Fault(Refusal.ARTICLES_CONTRADICT, _acting(AmendBylaws(articles=((28, 1),)))),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, _spending(PLAIN, 0)),
        Fault(Refusal.AMOUNT_OUT_OF_RANGE, _spending(PLAIN, MAX + 1)),
        Fault(Refusal.PAYEE_CLOSED, _spending(CLOSED, 1)),
        Fault(Refusal.COMMONS_TOO_LOW, _spending(PLAIN, 1)),
        Fault(Refusal.LEVY_RATES_WRONG, _acting(DecideLevy(positive=0, negative=0))),
        Fault(Refusal.LEVY_RATES_WRONG, _acting(DecideLevy(positive=50_001, negative=0))),
        *STEWARDS_FAULTS,
    ),
)

DEMAND = Table(
    "propose, by members",
    make_propose,
    {"number": 7, "first": FIRST, "second": SECOND, "members": (PLAIN,)},
    (
        Fault(Refusal.PROPOSAL_NUMBER_WRONG, {"number": 6}),
        Fault(Refusal.ACCOUNT_UNKNOWN, _limit(99)),
        Fault(Refusal.NOT_ON_ROLL, {"members": (PLAIN, 99)}),
        Fault(Refusal.NOT_ON_ROLL, _limit(PLAIN)),
        Fault(Refusal.ACCOUNT_CLOSED, {"members": (PLAIN, CLOSED)}),
        Fault(Refusal.ACCOUNT_FROZEN, {"members": (PLAIN, FROZEN)}),
        Fault(Refusal.SIGNATURE_INVALID, {"forged_text": bytes(32)}),
        Fault(
            Refusal.SIGNATURE_INVALID,
            {"members": (PLAIN,), "forged_members": unsigned_pairs(PLAIN)},
        ),
    ),
)

VOTE = Table(
    "vote",
    make_vote,
    {"account": PLAIN, "proposal": OPEN, "choice": YES, "sequence": 1},
    (
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 0}),
        Fault(Refusal.ACCOUNT_UNKNOWN, {"account": 99}),
        Fault(Refusal.ACCOUNT_CLOSED, {"account": CLOSED}),
        Fault(Refusal.ACCOUNT_FROZEN, {"account": FROZEN}),
        Fault(Refusal.PROPOSAL_UNKNOWN, {"proposal": 0}),
        Fault(Refusal.PROPOSAL_UNKNOWN, {"proposal": 7}),
        Fault(Refusal.BALLOT_ELSEWHERE, {"proposal": ELSEWHERE}),
        Fault(Refusal.VOTE_LATE, {"proposal": LATE}),
        Fault(Refusal.VOTE_LATE, {"proposal": ENACTED}),
        Fault(Refusal.NOT_ON_ROLL, {"account": NEWCOMER}),
        Fault(Refusal.NOT_ON_ROLL, {"proposal": ABOUT_PLAIN, "account": PLAIN}),
        Fault(Refusal.VOTE_REPEATED, {"sequence": 0}),
        Fault(Refusal.VOTE_REPEATED, {"account": VOTER, "sequence": 1}),
        Fault(Refusal.VOTE_SEQUENCE_GAP, {"sequence": 3}),
        Fault(Refusal.VOTE_UNCHANGED, {"account": VOTER, "sequence": 2}),
        Fault(Refusal.SIGNATURE_INVALID, {"signed_by": STRANGER}),
    ),
)

ATTEST = Table(
    "attest",
    make_attest,
    {"proposal": ELSEWHERE, "yes": 2, "no": 1, "abstain": 1},
    (
        Fault(Refusal.PROPOSAL_UNKNOWN, {"proposal": 0}),
        Fault(Refusal.PROPOSAL_UNKNOWN, {"proposal": 7}),
        Fault(Refusal.PROPOSAL_ENACTED, {"proposal": ENACTED}),
        Fault(Refusal.ATTESTATION_OUT_OF_PLACE, {"proposal": OPEN}),
        Fault(Refusal.ATTESTATION_OUT_OF_PLACE, {"proposal": ATTESTED}),
        Fault(Refusal.COUNT_WRONG, {"yes": 7}),
        Fault(Refusal.COUNT_WRONG, {"abstain": MAX}),
        *STEWARDS_FAULTS,
    ),
)

ENACT = Table(
    "enact",
    make_enact,
    {"proposal": LATE, "no": 1},
    (
        Fault(Refusal.PROPOSAL_UNKNOWN, {"proposal": 0}),
        Fault(Refusal.PROPOSAL_UNKNOWN, {"proposal": 7}),
        Fault(Refusal.PROPOSAL_ENACTED, {"proposal": ENACTED}),
        Fault(Refusal.ENACTMENT_EARLY, {"proposal": OPEN}),
        Fault(Refusal.ENACTMENT_EARLY, {"proposal": ELSEWHERE}),
        Fault(Refusal.COUNT_WRONG, {"no": 0}),
        Fault(Refusal.COUNT_WRONG, {"yes": 1}),
        Fault(Refusal.COUNT_WRONG, {"abstain": 1}),
        Fault(Refusal.COUNT_WRONG, {"proposal": ATTESTED, "yes": 3, "no": 0}),
    ),
)

VOTING_TABLES = (PROPOSE, DEMAND, VOTE, ATTEST, ENACT)
