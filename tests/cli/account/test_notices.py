"""Where a member is told, listed and ended with the program: by what the page's node says."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.shell.exit_codes import ExitCode
from tests.cli.bank import Bank, Person, person
from tests.cli.fake_node import Answer, Request, serve

BROWSER: dict[str, Any] = {
    "id": "a" * 32,
    "channel": "push",
    "at": "push.example",
    "endpoint": "https://push.example/1",
    "language": "es",
    "created": 1_782_000_000,
    "confirmed": True,
}
MAIL = BROWSER | {
    "id": "b" * 32,
    "channel": "mail",
    "at": "ana@almacen.example",
    "endpoint": None,
    "confirmed": False,
}


@pytest.fixture
def bank() -> Bank:
    return Bank()


@pytest.fixture
def places(bank: Bank) -> list[dict[str, Any]]:
    """Where the member is told; the node's answers follow it."""
    held = [BROWSER, MAIL]

    def bend(request: Request, answer: Callable[[], Answer]) -> Answer:
        if request.path == "/v1/me/notices":
            return Answer(document={"targets": list(held)})
        id_ = request.path.removeprefix("/v1/me/notices/targets/")
        if request.method == "DELETE" and id_ != request.path:
            held[:] = [each for each in held if each["id"] != id_]
            return Answer(status=204)
        return answer()

    bank.bend = bend
    return held


@pytest.fixture
def member(bank: Bank, places: list[dict[str, Any]], tmp_path: Path) -> Iterator[Person]:
    with serve(bank) as url:
        yield person(tmp_path, bank, url)


def test_places_are_listed_and_one_is_stopped(member: Person, places: list[dict[str, Any]]) -> None:
    shown = member.run("notices", "list", json_too=False).output
    assert "a browser, by way of push.example" in shown and BROWSER["id"] in shown
    assert "ana@almacen.example" in shown and "waits until the mail" in shown
    assert member.ok("notices", "list") == {"targets": [BROWSER, MAIL]}
    assert member.ok("notices", "stop", "Ana@almacen.example") == {"stopped": MAIL}
    assert places == [BROWSER]
    stopped = member.run("notices", "stop", BROWSER["id"], json_too=False)
    assert "Nothing more is sent there: a browser" in stopped.output
    assert places == []
    assert "/notices" in member.run("notices", "list", json_too=False).output


def test_what_is_no_place_of_the_members_stops_nothing(
    member: Person, places: list[dict[str, Any]]
) -> None:
    for nowhere in ("push.example", "c" * 32, "eva@almacen.example"):
        refused = member.run("notices", "stop", nowhere)
        assert refused.exit_code == ExitCode.REFUSED
        assert "notice_target_not_found" in refused.output
    assert places == [BROWSER, MAIL]
