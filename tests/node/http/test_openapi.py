"""The description of the interface is valid, whole, and about what the server does."""

from pathlib import Path

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from ledger import __version__
from ledger.refusals import Refusal
from node.http.app import ROUTES
from node.http.openapi import describe
from node.http.problems import PROBLEMS, Problem, refusal_problem
from node.http.routes import Access
from node.http.schemas import SCHEMAS
from node.link.links import LINK_PATH
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
        operations = {
            (method, path)
            for method, path in answered
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
            assert all(code in PROBLEMS for code in one.problems)
            assert one.answer is None or one.answer in SCHEMAS
            assert all(name is None or name in SCHEMAS for name in one.body.values())
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
    problem = refusal_problem(refusal).as_json("id")
    assert (problem["code"], problem["number"]) == (refusal.code, refusal.value)
    assert problem["title"] and problem["detail"] and problem["remedy"]
    assert 400 <= refusal_problem(refusal).kind.status < 500


def test_refusals_that_people_meet_have_words_of_their_own() -> None:
    """Everything below 50 can be earned by a member's or a steward's transaction."""
    details = [PROBLEMS[refusal.code].detail for refusal in Refusal if refusal < 50]
    assert len(set(details)) == len(details)


def test_sentences_are_sentences() -> None:
    for kind in PROBLEMS.values():
        for sentence in (kind.detail, kind.remedy):
            assert sentence.endswith((".", '"')), kind.code
        assert not kind.title.endswith("."), kind.code


def test_a_problem_with_its_own_detail_keeps_its_code() -> None:
    problem = Problem("busy", "Just now.", retry_after_s=3, pointer="/x").as_json("id")
    assert (problem["code"], problem["detail"], problem["pointer"]) == ("busy", "Just now.", "/x")
