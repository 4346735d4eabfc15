"""The bylaws in force, and the statement of the commons."""

from typing import Final

from aiohttp import web

from ledger.government.articles import ARTICLES, Article
from ledger.government.leaving import SETTLED_CHAPTER, settlement_of
from ledger.invariants import settled_losses
from ledger.kinds import KINDS
from ledger.memos import SALT_BYTES
from ledger.rules.government.commons import (
    COMMONS_CHAPTER,
    Movement,
    levy_due,
    movements,
    next_levy,
    spends,
)
from ledger.rules.office import bylaws_in_force
from ledger.shapes import Kind
from ledger.transactions import Spend
from ledger.validators.reading import LogReader
from node.bylaws.explain import LANGUAGES, explain, warnings
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api, json_response
from node.http.base.problem import Problem
from node.http.base.problems import REQUEST_MALFORMED, TOO_MANY_REQUESTS
from node.http.base.reading import check_query
from node.http.base.routes import Parameter, Route
from node.http.commons import shapes
from node.spellings import Hash

_SUBJECT: Final = "Commons"
_MOST_MOVEMENTS: Final = 100

_LANGUAGE: Final = Parameter(
    name="language",
    description="In which language the articles are explained; English by default.",
    schema={"type": "string", "enum": sorted(LANGUAGES)},
)


async def get_bylaws(api: Api, request: web.Request) -> web.Response:
    """All articles in force, with what they mean."""
    check_query(request, "language")
    language = request.query.get("language", "en")
    if language not in LANGUAGES:
        expected = f"one of {', '.join(sorted(LANGUAGES))}"
        raise Problem(REQUEST_MALFORMED, f"language: must be {expected}.", pointer="language")
    return json_response(await read_bylaws(api, language))


async def read_bylaws(api: Api, language: str) -> shapes.Bylaws:
    """The same, for the pages."""
    bylaws = await api.runner.ask(lambda view: bylaws_in_force(_log(view)))
    return shapes.Bylaws(
        coop=api.coop.name,
        coop_number=api.coop.number,
        version=bylaws.version,
        adopted=bylaws.adopted if bylaws.version else None,
        text=Hash(bylaws.text) if bylaws.version else None,
        articles=[
            shapes.Article(
                number=each.number,
                name=each.name,
                unit=ARTICLES[each.number].unit.value,
                value=each.value,
                is_default=each.is_default,
                default=ARTICLES[each.number].default,
                lowest=ARTICLES[each.number].lowest,
                highest=ARTICLES[each.number].highest,
                title=each.title,
                sentence=each.sentence,
            )
            for each in explain(bylaws, language)
        ],
        warnings=warnings(bylaws, language),
    )


async def get_commons(api: Api, request: web.Request) -> web.Response:
    """What is in the commons, where it came from and where it went."""
    check_query(request)
    return json_response(await api.ask_paid(request, statement))


async def read_commons(api: Api) -> shapes.Commons:
    """The same, for the pages."""
    return await api.runner.ask(statement)


def statement(view: View) -> shapes.Commons:
    """The statement of the own coop's commons, from the committed state; run in the engine's thread."""
    log, state = _log(view), view.validator.log(view.coop)
    bylaws = bylaws_in_force(log)
    moved = movements(log.rows(COMMONS_CHAPTER))
    debts = _settling_entries(log)
    levied = sum(each.amount for each in moved if each.amount > 0 and each.account is None)
    passed_on = sum(each.amount for each in moved if each.amount > 0) - levied
    settled = -sum(each.amount for each in moved if each.amount < 0 and each.entry in debts)
    spent = -sum(each.amount for each in moved if each.amount < 0) - settled
    charged = sum(charge for _, charge in settled_losses(view.validator, view.coop))
    ceiling = bylaws.value(Article.COMMONS_DEBT)
    return shapes.Commons(
        coop=facts.coop_name(view),
        coop_number=view.coop,
        time=max(view.now_ms // 1000, state.time),
        balance=state.commons,
        held=state.held,
        debt_ceiling=ceiling,
        available=state.commons - state.held + ceiling,
        stewards_spend=bylaws.value(Article.SPEND_AMOUNT),
        contribution=bylaws.value(Article.CONTRIBUTION),
        levy_positive=bylaws.value(Article.LEVY_POSITIVE),
        levy_negative=bylaws.value(Article.LEVY_NEGATIVE),
        next_levy=None if next_levy(log) is None else levy_due(log),
        levied=levied,
        spent=spent,
        settled=settled,
        passed_on=passed_on,
        given=state.commons - state.held - levied - passed_on + spent + settled + charged,
        charged=charged,
        next_spend=spends(log) + 1,
        movements=[_movement(view, each, debts) for each in reversed(moved[-_MOST_MOVEMENTS:])],
    )


def _settling_entries(log: LogReader) -> set[int]:
    """The numbers of the entries by which debts were settled."""
    settled = (settlement_of(value) for _, value in log.rows(SETTLED_CHAPTER))
    return {each.number for each in settled if each is not None}


def _movement(view: View, movement: Movement, debts: set[int]) -> shapes.CommonsMovement:
    account = movement.account
    found = None if account is None else view.validator.account(view.coop, account)
    return shapes.CommonsMovement(
        kind=KINDS[Kind(movement.kind)].name,
        number=movement.number,
        entry=movement.entry,
        time=movement.time,
        account=account,
        handle=None if found is None else facts.account_name(view, view.coop, found),
        reason=_reason(view, movement),
        amount=movement.amount,
        is_debt=movement.entry in debts,
    )


def _reason(view: View, movement: Movement) -> str | None:
    """The text that stewards gave; it belongs to everybody, as the commons does."""
    if movement.kind != Kind.SPEND:
        return None
    entry = facts.read_entry(view, view.coop, movement.entry)
    spend = None if entry is None else entry.transaction
    salted = view.store.reason(spend.reason) if isinstance(spend, Spend) else None
    return None if salted is None else salted[SALT_BYTES:].decode("utf-8")


def _log(view: View) -> LogReader:
    return LogReader(view.validator, view.coop)


ROUTES = (
    Route(
        method="GET",
        path="/v1/bylaws",
        handler=get_bylaws,
        name="getBylaws",
        summary="What the cooperative has decided about itself, as numbers and in words",
        subject=_SUBJECT,
        parameters=(_LANGUAGE,),
        answer=shapes.Bylaws,
    ),
    Route(
        method="GET",
        path="/v1/commons",
        handler=get_commons,
        name="getCommons",
        summary="The statement of the commons: what is in it, what came and what went",
        subject=_SUBJECT,
        answer=shapes.Commons,
        problems=(TOO_MANY_REQUESTS,),
    ),
)
"""The routes of this subject."""
