"""Proposals and votes: reading them, and recording votes.

A vote is signed, so whoever brings it needs no session; what people have said is for the cooperative's own
people to read. A proposal of stewards is drafted at the desk; one that members demand goes to
`/v1/transactions` once enough have signed it.

Every vote is kept by every node of the federation for ever, changed ones too. So this node records only so
many of one member about one proposal; nobody else can be made to pay for somebody's changes of mind.
"""

from typing import Final

from aiohttp import web

from ledger.codec import MAX
from ledger.entries import decode_transaction
from ledger.refusals import Refusal
from ledger.transactions import Vote
from node.engine.answers import NotReady, Refused
from node.http.base import changes
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import (
    BUSY,
    NOT_READY,
    TOO_MANY_REQUESTS,
    WRONG_ENDPOINT,
)
from node.http.base.reading import JSON, check_query, check_size, path_number
from node.http.base.refusals_problems import refusal_problem
from node.http.base.routes import Access, Parameter, Route, limit_parameter, number_parameter
from node.http.base.sessions import SessionRole
from node.http.base.shapes import RecordedEntry
from node.http.base.troubles import not_ready
from node.http.voting import facts, shapes
from node.http.voting.problems import PROPOSAL_NOT_FOUND, VOTE_CHANGED_OFTEN
from node.spellings import Binary

_SUBJECT: Final = "Votes"
MOST_VOTES: Final = 16
"""How often one account's vote about one proposal is recorded."""


async def get_proposals(api: Api, request: web.Request) -> web.Response:
    """The proposals of this cooperative, the newest first."""
    member = await _member(api, request)
    check_query(request, "before", "limit")
    before = _BEFORE.read(request)
    most = _LIMIT.read(request, most=api.settings.page_items)
    found = await api.ask_paid(
        request, lambda view: facts.proposals_before(view, before, most, member)
    )
    return json_response(found, is_private=True)


async def get_proposal(api: Api, request: web.Request) -> web.Response:
    """One proposal with its text."""
    member = await _member(api, request)
    number = _number(request)
    found = await api.runner.ask(lambda view: facts.in_full(view, number, member))
    if found is None:
        raise Problem(PROPOSAL_NOT_FOUND)
    return json_response(found, is_private=True)


async def get_votes(api: Api, request: web.Request) -> web.Response:
    """Who has said what about a proposal."""
    await api.session(request)
    check_query(request, "after")
    number, after = _number(request), _AFTER.read(request)
    found = await api.ask_paid(request, lambda view: facts.votes_after(view, number, after))
    if found is None:
        raise Problem(PROPOSAL_NOT_FOUND)
    return json_response(found, is_private=True)


async def get_roll(api: Api, request: web.Request) -> web.Response:
    """Who may vote about a proposal."""
    await api.session(request)
    number, after = _number(request), _AFTER_ACCOUNT.read(request)
    check_query(request, "after")
    found = await api.ask_paid(request, lambda view: facts.roll_after(view, number, after))
    if found is None:
        raise Problem(PROPOSAL_NOT_FOUND)
    return json_response(found, is_private=True)


async def post_vote(api: Api, request: web.Request) -> web.Response:
    """Record a vote."""
    api.check_rate(request)
    asked = await api.read(request, shapes.VoteRequest)
    check_size(asked.transaction, "/transaction", most=api.settings.payment_bytes)
    data = bytes(asked.transaction)
    vote = decode_transaction(data)
    if isinstance(vote, Refusal):
        api.charge_refusal(request, vote)
        raise refusal_problem(vote)
    if not isinstance(vote, Vote):
        raise Problem(WRONG_ENDPOINT, "Only votes go here.")
    if vote.sequence > MOST_VOTES:
        raise Problem(VOTE_CHANGED_OFTEN)
    result = await changes.submit(api, data, vote, None)
    if isinstance(result, NotReady):
        raise not_ready(result, api.names)
    if isinstance(result, Refused):
        api.charge_refusal(request, result.refusal)
        raise refusal_problem(result.refusal)
    return json_response(
        RecordedEntry(
            status="recorded",
            coop=api.coop.name,
            coop_number=result.coop,
            number=result.number,
            repeated=result.repeated,
            receipt=Binary(result.receipt),
        ),
        is_private=True,
    )


async def get_stewards(api: Api, request: web.Request) -> web.Response:
    """Who is in office."""
    check_query(request)
    return json_response(await api.runner.ask(facts.stewards))


async def _member(api: Api, request: web.Request) -> int | None:
    session = await api.session(request)
    return session.number if session.role is SessionRole.MEMBER else None


def _number(request: web.Request) -> int:
    return path_number(request, "number", PROPOSAL_NOT_FOUND)


_LIMIT = limit_parameter()
_BEFORE = number_parameter("before", "Proposals with lower numbers than this.", default=MAX)
_AFTER = number_parameter("after", "Votes of later entries than this.", default=0)
_AFTER_ACCOUNT = number_parameter("after", "Accounts with higher numbers than this.", default=0)
_NUMBER = Parameter(
    name="number",
    in_="path",
    description="The proposal's number.",
    schema={"type": "integer", "minimum": 1, "maximum": MAX},
)

ROUTES = (
    Route(
        method="GET",
        path="/v1/proposals",
        handler=get_proposals,
        name="listProposals",
        summary="What members decide or have decided, the newest first",
        subject=_SUBJECT,
        access=Access.SESSION,
        parameters=(_BEFORE, _LIMIT),
        answer=shapes.Proposals,
        problems=(TOO_MANY_REQUESTS,),
    ),
    Route(
        method="GET",
        path="/v1/proposals/{number}",
        handler=get_proposal,
        name="getProposal",
        summary="One proposal with its text, and who opened it",
        subject=_SUBJECT,
        access=Access.SESSION,
        parameters=(_NUMBER,),
        answer=shapes.ProposalInFull,
        problems=(PROPOSAL_NOT_FOUND,),
    ),
    Route(
        method="GET",
        path="/v1/proposals/{number}/votes",
        handler=get_votes,
        name="listVotes",
        summary="Who has said what about a proposal; votes are signed, and members can read them",
        subject=_SUBJECT,
        access=Access.SESSION,
        parameters=(_NUMBER, _AFTER),
        answer=shapes.CastVotes,
        problems=(PROPOSAL_NOT_FOUND, TOO_MANY_REQUESTS),
    ),
    Route(
        method="GET",
        path="/v1/proposals/{number}/roll",
        handler=get_roll,
        name="listRoll",
        summary="Who may vote about a proposal",
        subject=_SUBJECT,
        access=Access.SESSION,
        parameters=(_NUMBER, _AFTER_ACCOUNT),
        answer=shapes.Roll,
        problems=(PROPOSAL_NOT_FOUND, TOO_MANY_REQUESTS),
    ),
    Route(
        method="POST",
        path="/v1/votes",
        handler=post_vote,
        name="vote",
        summary="Record what a member says to a proposal",
        subject=_SUBJECT,
        body={JSON: shapes.VoteRequest},
        answer=RecordedEntry,
        problems=(
            Refusal.ENTRY_MALFORMED,
            Refusal.ACCOUNT_UNKNOWN,
            Refusal.ACCOUNT_CLOSED,
            Refusal.ACCOUNT_FROZEN,
            Refusal.PROPOSAL_UNKNOWN,
            Refusal.BALLOT_ELSEWHERE,
            Refusal.VOTE_LATE,
            Refusal.NOT_ON_ROLL,
            Refusal.VOTE_REPEATED,
            Refusal.VOTE_SEQUENCE_GAP,
            Refusal.VOTE_UNCHANGED,
            Refusal.SIGNATURE_INVALID,
            VOTE_CHANGED_OFTEN,
            WRONG_ENDPOINT,
            TOO_MANY_REQUESTS,
            NOT_READY,
            BUSY,
        ),
    ),
    Route(
        method="GET",
        path="/v1/stewards",
        handler=get_stewards,
        name="listStewards",
        summary="Who is in office as a steward, and how many of them have to sign what",
        subject=_SUBJECT,
        answer=shapes.Stewards,
    ),
)
