"""The pages and their addresses.

A page that can be read without JavaScript is rendered here from what the interface itself answers, so that
it can't say anything else than `/v1/status`, `/v1/logs` and `/v1/evidence` do. Wallet, desk and point
of sale are shells: their scripts hold the keys and talk to the interface.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

from ledger.charter_index import Redenominate
from ledger.government.articles import Article
from ledger.rules.index import SECONDS_IN_DAY
from node.change_words import Wording
from node.codes import LONGEST_BYTES, CodesBusy
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api
from node.http.base.naming import account_there, find_names, paid_guess
from node.http.base.problem import Problem, ProblemKind
from node.http.base.problems import (
    ACCOUNT_NOT_FOUND,
    BUSY,
    COOP_NOT_FOUND,
    HOME_NOT_ASKED,
    NAME_ERASED,
    NOT_FOUND,
    REQUEST_MALFORMED,
)
from node.http.base.reading import plain_number
from node.http.base.shapes import Account
from node.http.books import books, health
from node.http.members.sight import shows
from node.shapes import to_plain
from node.web.assets import MADE
from node.web.bills import get_bill, get_counter, get_selling
from node.web.commons_page import get_commons_page
from node.web.evidence_page import get_evidence
from node.web.federation_page import get_federation
from node.web.homes import homes_of
from node.web.index_picture import IndexPicture, picture_of
from node.web.positions import position_bar
from node.web.requests import RequestUnreadable, read_request
from node.web.site import CONTENT_SECURITY_POLICY, SAFE_HEADERS, WALLET_POLICY, load_site
from node.web.statics import Static
from node.web.worth import worth_today

Handler = Callable[[Api, web.Request], Awaitable[web.StreamResponse]]


async def get_books(api: Api, request: web.Request) -> web.Response:
    """The open books of the federation, as held here."""
    language = load_site().language_of(request)
    logs = to_plain(await books.read_logs(api))["logs"]
    return load_site().page(
        api,
        request,
        "books.html",
        status_=to_plain(await health.read_status(api)),
        logs=logs,
        bars={log["coop"]: position_bar(log["position"], log["clearing_limit"]) for log in logs},
        evidence=to_plain(await books.read_evidence(api))["evidence"],
        picture=await api.runner.ask(lambda view: _index_picture(api, view)),
        coming=[Wording(api.newest, language).words(change) for change in await _coming(api)],
        titles={each.name: each.title for each in api.newest.coops.values()},
        standings={each.name: each.standing.name.lower() for each in api.newest.coops.values()},
    )


def _index_picture(api: Api, view: View) -> IndexPicture | None:
    index = view.validator.index(api.coop.number)
    if index is None:
        return None
    return picture_of(index, today=view.now_ms // 1000 // SECONDS_IN_DAY)


async def _coming(api: Api) -> list[Redenominate]:
    """Decided changes of the currency whose day has not come."""
    today = await api.runner.ask(lambda view: view.now_ms // 1000 // SECONDS_IN_DAY)
    index = api.newest.index
    return [
        Redenominate(
            first_day=change.first_day,
            numerator=change.numerator,
            denominator=change.denominator,
            currency=change.currency,
        )
        for change in (() if index is None else index.line.redenominations)
        if change.first_day > today
    ]


async def get_pay(api: Api, request: web.Request) -> web.Response:
    """A payment request: who asks for how much, and where the payer's wallet is."""
    try:
        asked = read_request(request.query)
        if not api.founding.federation.hex().startswith(asked.federation):
            raise RequestUnreadable("other federation")
    except RequestUnreadable as error:
        return load_site().page(
            api, request, "pay.html", status=400, asked=None, payee=None, fault=str(error)
        )
    coop = api.newest.coop_named(asked.coop)
    payee, why = None, COOP_NOT_FOUND
    if coop is not None:
        payee, why = await _payee(api, request, coop.number, asked.handle)
    return load_site().page(
        api,
        request,
        "pay.html",
        status=200 if payee is not None else why.status,
        asked=asked,
        payee=payee,
        fault=None,
        why=why.code,
        payee_coop=coop,
        homes=await homes_of(api),
        worth=await worth_today(api, asked.amount),
    )


async def _payee(
    api: Api, request: web.Request, coop: int, handle: str
) -> tuple[Account | None, ProblemKind]:
    """Whom a request is for, or why nobody: a guess, which costs what it costs elsewhere."""
    named = f"@{handle}"
    number = plain_number(handle.removeprefix("#"))
    api.check_rate(request)
    await find_names(api, {coop: (handle if number is None else number,)})

    def look(view: View) -> Account:
        return facts.public_account(view, coop, account_there(view, coop, named))

    try:
        return await paid_guess(api, request, look), ACCOUNT_NOT_FOUND
    except Problem as problem:
        if problem.kind not in (ACCOUNT_NOT_FOUND, NAME_ERASED, HOME_NOT_ASKED):
            raise
        return None, problem.kind


def _shell(template: str, policy: str = CONTENT_SECURITY_POLICY) -> Handler:
    async def get_shell(api: Api, request: web.Request) -> web.Response:
        return load_site().page(api, request, template, policy=policy)

    return get_shell


async def get_desk(api: Api, request: web.Request) -> web.Response:
    """The desk's shell, with those who are in office and how many of them sign."""
    office = await api.runner.ask(facts.office)
    return load_site().page(api, request, "desk.html", office=office)


async def get_votes(api: Api, request: web.Request) -> web.Response:
    """The shell of the page of votes; it proposes as many signatures for an election as there are now."""
    office = await api.runner.ask(facts.office)
    return load_site().page(api, request, "votes.html", office=office)


async def get_me_page(api: Api, request: web.Request) -> web.Response:
    """The shell of the page of a member's limit."""
    shown = await api.runner.ask(lambda view: shows(view, Article.SEE_BALANCES))
    return load_site().page(api, request, "me.html", shows_balances=shown)


async def get_static(api: Api, request: web.Request) -> web.Response:
    """A static file."""
    name = request.path.removeprefix("/web/")
    site = load_site()
    static = site.assets.find(name) if name.startswith(MADE) else site.statics.get(name)
    return _answer(request, static)


async def get_service_worker(api: Api, request: web.Request) -> web.Response:
    """The service worker, at the root so that it may serve every page."""
    site = load_site()
    return _answer(request, site.worker(api, site.language_of(request)))


async def get_icon(api: Api, request: web.Request) -> web.Response:
    """What browsers ask for unasked."""
    return _answer(request, load_site().statics["icon.svg"])


def _answer(request: web.Request, static: Static | None) -> web.Response:
    if static is None:
        raise Problem(NOT_FOUND)
    return static.answer(request, SAFE_HEADERS)


async def get_manifest(api: Api, request: web.Request) -> web.Response:
    """What a phone needs to install the wallet."""
    language = load_site().language_of(request)
    manifest = {
        "name": f"Fiado · {api.coop.title}",
        "short_name": "Fiado",
        "lang": language.code,
        "start_url": "/wallet",
        "scope": "/",
        "id": "/wallet",
        "display": "standalone",
        "background_color": "#f7f1e6",
        "theme_color": "#1f4d3a",
        "icons": [
            {"src": "/web/icon.svg", "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {
                "src": "/web/icon-maskable.svg",
                "sizes": "any",
                "type": "image/svg+xml",
                "purpose": "maskable",
            },
        ],
    }
    headers = {**SAFE_HEADERS, "Content-Type": "application/manifest+json"}
    return web.Response(body=json.dumps(manifest).encode("utf-8"), headers=headers)


async def get_qr(api: Api, request: web.Request) -> web.Response:
    """A text as a QR code: for links and short receipts."""
    text = request.query.get("text", "")
    if not text or len(text.encode("utf-8", "replace")) > LONGEST_BYTES:
        raise Problem(REQUEST_MALFORMED, f"text: must have 1 to {LONGEST_BYTES} bytes.")
    code = api.codes.kept(text)
    if code is None:
        api.check_rate(request)
        api.charge(request)
        try:
            code = await api.codes.draw(text, address=api.address(request))
        except CodesBusy as error:
            raise Problem(BUSY, retry_after_s=1) from error
    headers = {
        **SAFE_HEADERS,
        "Content-Type": "image/svg+xml",
        "Cache-Control": "private, max-age=3600",
        "Fiado-Qr-Version": str(code.version),
    }
    return web.Response(body=code.svg, headers=headers)


PAGES: Final[tuple[tuple[str, Handler], ...]] = (
    ("/", get_books),
    ("/evidence/{digest}", get_evidence),
    ("/federation", get_federation),
    ("/commons", get_commons_page),
    ("/wallet", _shell("wallet.html", WALLET_POLICY)),
    ("/pay", get_pay),
    ("/p/{id}", get_bill),
    ("/pos", get_counter),
    ("/selling", get_selling),
    ("/me", get_me_page),
    ("/statement", _shell("statement.html")),
    ("/notices", _shell("notices.html")),
    ("/votes", get_votes),
    ("/guarantees", _shell("guarantees.html")),
    ("/keys", _shell("keys.html")),
    ("/owners", _shell("owners.html")),
    ("/till", _shell("till.html")),
    ("/desk", get_desk),
    ("/verify", _shell("verify.html")),
    ("/manifest.webmanifest", get_manifest),
    ("/service-worker.js", get_service_worker),
    ("/favicon.ico", get_icon),
    ("/web/qr.svg", get_qr),
    ("/web/{name}", get_static),
    ("/web/{room}/{name}", get_static),
    ("/web/library/{place:.+}", get_static),
)
"""All addresses, each answered to GET."""
