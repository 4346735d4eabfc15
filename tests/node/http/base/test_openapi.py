"""The description of the interface is valid, whole, and about what the server does."""

import importlib
import re
from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from ledger import __version__
from ledger.codec import MAX
from ledger.refusals import Refusal
from node import http
from node.engine.answers import NotPublishedReason
from node.http.base.openapi import describe
from node.http.base.problem import Problem, kinds_in
from node.http.base.problems import BUSY
from node.http.base.publishing import NOT_PUBLISHED
from node.http.base.refusals_problems import REFUSED, refusal_problem
from node.http.base.routes import Access
from node.http.base.settings import HttpSettings
from node.link.links import LINK_PATH
from node.merchant.refusals import NotDone
from node.server import PROBLEMS, ROUTES
from node.shapes import to_plain
from node.web.pages import PAGES
from tests.node.http.towns import one_node
from tests.node.loops import on_loop

DESCRIPTION = describe(ROUTES, version=__version__)


def test_the_description_is_valid() -> None:
    OpenAPIV31SpecValidator(DESCRIPTION).validate()


@on_loop
async def test_the_node_serves_it_and_every_address_is_in_it(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=0) as town:
        served = (await town.client.get("/openapi.json")).ok()
        assert served == DESCRIPTION
        server = town.node._server
        assert server is not None
        described = {
            (method.upper(), path)
            for path, operations in served["paths"].items()
            for method in operations
        }
        answered = {
            (route.method, route.resource.canonical)
            for route in server.app.router.routes()
            if route.resource is not None
        }
        assert described <= answered
        # Pages for people are no operations of the interface, and links are in the protocol page.
        pages = {(method, path) for path, _ in PAGES for method in ("GET", "HEAD")}
        operations = {
            (method, path)
            for method, path in answered - pages
            if path.startswith("/v1/") and path != LINK_PATH
        }
        assert operations <= described
        assert ("GET", "/health") in described


def test_operations_have_names_of_their_own() -> None:
    names = [route.name for route in ROUTES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_each_route_names_what_exists(route: object) -> None:
    assert route in ROUTES
    for one in ROUTES:
        if one is route:
            kinds = [kind for kind in one.problems if not isinstance(kind, Refusal)]
            assert all(PROBLEMS[kind.code] is kind for kind in kinds)
            in_path = {part[1:-1] for part in one.path.split("/") if part.startswith("{")}
            assert in_path == {p.name for p in one.parameters if p.in_ == "path"}


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if r.access is not Access.PUBLIC], ids=lambda route: route.name
)
def test_what_the_description_calls_private_needs_a_session(route: object, tmp_path: Path) -> None:
    @on_loop
    async def run() -> None:
        async with one_node(tmp_path, members=0) as town:
            for one in ROUTES:
                if one is route:
                    path = one.path.format(
                        coop="norte",
                        number=1,
                        account=2,
                        id="0" * 32,
                        refund="0" * 32,
                        message="msg_" + "0" * 32,
                        reference="0" * 64,
                        hash="0" * 64,
                    )
                    answer = await town.client.call(one.method, path)
                    assert answer.problem() == "unauthorized"

    run()


@pytest.mark.parametrize("refusal", list(Refusal), ids=lambda refusal: refusal.code)
def test_every_refusal_has_its_words(refusal: Refusal) -> None:
    problem = to_plain(refusal_problem(refusal).answer("id"))
    assert (problem["code"], problem["number"]) == (refusal.code, refusal.value)
    assert problem["title"] and problem["detail"] and problem["remedy"]
    assert 400 <= refusal_problem(refusal).kind.status < 500


@pytest.mark.parametrize("reason", [*NotDone, *NotPublishedReason])
def test_whatever_is_not_done_has_its_words(reason: NotDone | NotPublishedReason) -> None:
    assert 400 <= PROBLEMS[reason.value].status < 500


def test_each_reason_not_to_publish_is_the_problem_of_its_name() -> None:
    assert {reason: kind.code for reason, kind in NOT_PUBLISHED.items()} == {
        reason: reason.value for reason in NotPublishedReason
    }


def test_each_problem_is_said_once() -> None:
    rooms = Path(http.__file__).parent.rglob("problems.py")
    names = [".".join(("node.http", room.parent.name, room.stem)) for room in rooms]
    found = [kind for name in names for kind in kinds_in(importlib.import_module(name))]
    assert {kind.code for kind in found} | {kind.code for kind in REFUSED.values()} == set(PROBLEMS)
    assert len(found) + len(REFUSED) == len(PROBLEMS)


def test_refusals_that_people_meet_have_words_of_their_own() -> None:
    """Everything below 50 can be earned by a member's or a steward's transaction."""
    details = [REFUSED[refusal].detail for refusal in Refusal if refusal < 50]
    assert len(set(details)) == len(details)


def test_sentences_are_sentences() -> None:
    for kind in PROBLEMS.values():
        for sentence in (kind.detail, kind.remedy):
            assert sentence.endswith((".", '"')), kind.code
        assert not kind.title.endswith("."), kind.code


def test_a_problem_with_its_own_detail_keeps_its_code() -> None:
    problem = to_plain(Problem(BUSY, "Just now.", retry_after_s=3, pointer="/x").answer("id"))
    assert (problem["code"], problem["detail"], problem["pointer"]) == ("busy", "Just now.", "/x")


def test_bounds_and_headers_are_described_as_they_are_kept() -> None:
    operation = DESCRIPTION["paths"]["/v1/logs/{coop}/entries"]["get"]
    bounds = {each["name"]: each["schema"] for each in operation["parameters"]}
    assert (bounds["first"]["minimum"], bounds["first"]["maximum"]) == (1, MAX)
    most = HttpSettings().entries_bytes
    assert (bounds["max_bytes"]["minimum"], bounds["max_bytes"]["maximum"]) == (1, most)
    headers = operation["responses"]["200"]["headers"]
    assert set(headers) == {"Fiado-First", "Fiado-Count", "Fiado-Previous", "Fiado-Length"}


@on_loop
async def test_every_number_of_a_query_is_refused_beyond_its_bounds(tmp_path: Path) -> None:
    values = {"coop": "norte", "account": 1, "number": 1, "day": "2026-01-01"}
    async with one_node(tmp_path, members=1) as town:
        tokens = {
            Access.PUBLIC: None,
            Access.SESSION: await town.people.member(1),
            Access.MEMBER: await town.people.member(1),
            Access.MERCHANT: await town.people.member(1),
            Access.STEWARD: await town.people.steward(),
        }
        seen = 0
        for route in (route for route in ROUTES if route.method == "GET"):
            path = re.sub(r"\{(\w+)\}", lambda m: str(values.get(m[1], "0" * 32)), route.path)
            for parameter in route.parameters:
                if parameter.in_ != "query" or parameter.schema.get("type") != "integer":
                    continue
                least, most = parameter.schema["minimum"], parameter.schema["maximum"]
                assert isinstance(least, int) and isinstance(most, int)
                for wrong in (least - 1, most + 1, "1.0", "01", "", "%00", "\u0661"):
                    answer = await town.client.get(
                        f"{path}?{parameter.name}={wrong}", token=tokens[route.access]
                    )
                    assert answer.status in (400, 404), (path, parameter.name, wrong)
                    seen += answer.status == 400
        assert seen > 20


@on_loop
async def test_a_coop_and_an_account_have_one_number_each(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=1) as town:
        for coop in ("norte", "1"):
            found = (await town.client.get(f"/v1/accounts/{coop}/1")).ok()
            assert (found["coop"], found["account"]) == ("norte", 1)
        for coop in ("01", "+1", "1.0", "\u0661", str(2**32 + 1), "9" * 40):
            answer = await town.client.get(f"/v1/accounts/{coop}/1")
            assert answer.problem() == "coop_not_found", coop
        for account in ("01", "001", "+1", "\u0661", str(2**32 + 1), "9" * 40):
            answer = await town.client.get(f"/v1/accounts/1/{account}")
            assert answer.problem() == "account_not_found", account


def test_no_name_stands_for_two_shapes() -> None:
    """Names that stand for several are written with the names of their modules."""
    assert [name for name in DESCRIPTION["components"]["schemas"] if "." in name] == []
