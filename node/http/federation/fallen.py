"""The payments that are only in a history of a forked log that does not stand, with their receipts."""

from dataclasses import replace
from typing import Annotated

from aiohttp import web
from msgspec import Meta
from msgspec.structs import asdict

from node.engine.fallen import FallenProof, ForkedLog
from node.engine.view import View
from node.http.base.api import Api, json_response
from node.http.base.fallen import FallenPage, FallenPayment, fallen_page, fallen_payment
from node.http.base.problem import Problem
from node.http.base.problems import COOP_NOT_FOUND, TOO_MANY_REQUESTS
from node.http.base.reading import check_query, path_hash
from node.http.base.routes import Parameter, Route, limit_parameter, number_parameter
from node.http.base.shapes import OfCoop
from node.http.federation.problems import FALLEN_NOT_FOUND
from node.shapes import Shape
from node.spellings import Amount, Binary, Count

_SUBJECT = "Federation"
_LIMIT = limit_parameter()
_AFTER = number_parameter("after", "The `next` of the page before.", default=0)


class Fork(OfCoop, frozen=True):
    """What the fork of a cooperative's log came to."""

    parted: Annotated[Count, Meta(description="The length that its histories share.")]
    version: Annotated[
        Count | None,
        Meta(description="The change of the charter that says what stands; null: none does yet."),
    ]
    payments: Annotated[Count, Meta(description="How many payments have fallen.")]
    amount: Amount
    kept: Annotated[Amount, Meta(description="What of it payees elsewhere were credited and keep.")]


class Fallen(FallenPage, frozen=True):
    """Fallen payments, and what each fork came to."""

    forks: list[Fork]
    left_out: Annotated[Count, Meta(description="How many more there are than are listed.")]


class FallenReceipts(Shape, frozen=True):
    """What proves a fallen payment."""

    payment: FallenPayment
    receipt: Annotated[Binary, Meta(description="Its cooperative's node signed it.")]
    standing: Annotated[
        Binary | None,
        Meta(
            description="The receipt of the entry that stands in its place, up to where the charter says "
            "which history stands; null where nothing does."
        ),
    ]


async def get_fallen(api: Api, request: web.Request) -> web.Response:
    """A page of them."""
    check_query(request, "after", "limit", "coop")
    after = _AFTER.read(request)
    most = _LIMIT.read(request, most=api.settings.page_items)
    name = request.query.get("coop")
    return json_response(
        await api.ask_paid(request, lambda view: _look(api, view, name, after=after, most=most))
    )


async def read_fallen(api: Api, coop: int | None = None, *, most: int = 50) -> Fallen:
    """The first of them, for the pages."""
    name = None if coop is None else api.coop_name(coop)
    return await api.runner.ask(lambda view: _look(api, view, name, after=0, most=most))


def _look(api: Api, view: View, name: str | None, *, after: int, most: int) -> Fallen:
    view = replace(view, shows_names=False)  # anybody may ask
    found = view.engine.fallen()
    payments, forks = found.payments, found.forks
    if name is not None:
        coop = api.newest.coop_named(name)
        if coop is None:
            raise Problem(COOP_NOT_FOUND)
        payments = found.of_log.get(coop.number, ())
        forks = [fork for fork in forks if fork.coop == coop.number]
    return Fallen(
        **asdict(fallen_page(view, payments, after=after, most=most)),
        forks=[_fork(api, fork) for fork in forks],
        left_out=found.left_out,
    )


def _fork(api: Api, fork: ForkedLog) -> Fork:
    return Fork(
        coop=api.coop_name(fork.coop),
        coop_number=fork.coop,
        parted=fork.parted,
        version=fork.version,
        payments=fork.payments,
        amount=fork.amount,
        kept=fork.kept,
    )


async def get_receipts(api: Api, request: web.Request) -> web.Response:
    """The receipts of one."""
    check_query(request)
    head = path_hash(request, "head", FALLEN_NOT_FOUND)

    def look(view: View) -> FallenReceipts:
        proof = view.engine.fallen_proof(head)
        if proof is None:
            raise Problem(FALLEN_NOT_FOUND)
        return _receipts(view, proof)

    return json_response(await api.ask_paid(request, look))


def _receipts(view: View, proof: FallenProof) -> FallenReceipts:
    return FallenReceipts(
        payment=fallen_payment(view, proof.payment),
        receipt=Binary(proof.receipt),
        standing=None if proof.standing is None else Binary(proof.standing),
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/federation/fallen",
        handler=get_fallen,
        name="listFallenPayments",
        summary="Payments that are only in a history of a forked log that does not stand",
        subject=_SUBJECT,
        parameters=(
            _AFTER,
            _LIMIT,
            Parameter(
                name="coop", description="Only those of this cooperative's log, by its name."
            ),
        ),
        answer=Fallen,
        problems=(COOP_NOT_FOUND, TOO_MANY_REQUESTS),
    ),
    Route(
        method="GET",
        path="/v1/federation/fallen/{head}",
        handler=get_receipts,
        name="getFallenReceipts",
        summary="What proves such a payment, and what stands in its place",
        subject=_SUBJECT,
        parameters=(Parameter(name="head", in_="path", description="The head after it, in hex."),),
        answer=FallenReceipts,
        problems=(FALLEN_NOT_FOUND, TOO_MANY_REQUESTS),
    ),
)
