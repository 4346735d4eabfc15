"""What a node says is wrong with it reaches whoever asks `fiado doctor` or `fiado node status`."""

from typing import Any

from click.testing import CliRunner

from cli.main import main
from cli.shell.exit_codes import ExitCode
from node.member.troubles import read_troubles
from tests.cli.fake_node import Answer, Request, serve

HALTED: dict[str, Any] = {
    "kind": "halted",
    "severity": "stops_recording",
    "coop": None,
    "detail": "It has stopped.",
    "remedy": "Read the page.",
}
LINK_DOWN: dict[str, Any] = {
    "kind": "link_down",
    "severity": "warns",
    "coop": "sur",
    "detail": "The node of sur could not be reached for 2 minutes.",
    "remedy": "See whether it runs.",
}


def _node(readiness: str, *troubles: dict[str, Any]) -> Any:
    def respond(request: Request) -> Answer:
        if request.path == "/v1/status":
            return Answer(
                document={"coop": "norte", "readiness": readiness, "troubles": list(troubles)}
            )
        if request.path == "/v1/logs":
            return Answer(document={"logs": []})
        problem = {"code": "not_found", "title": "Not found", "detail": "No such thing."}
        return Answer(status=404, document=problem, content_type="application/problem+json")

    return serve(respond)


def test_doctor_tells_what_the_node_says_is_wrong() -> None:
    with _node("halted", HALTED, LINK_DOWN) as url:
        result = CliRunner().invoke(main, ["doctor", "--node", url])
    assert result.exit_code == ExitCode.REFUSED
    for trouble in (HALTED, LINK_DOWN):
        assert trouble["detail"] in " ".join(result.output.split())
        assert trouble["remedy"] in result.output
    assert "is fine" not in result.output


def test_doctor_with_notes_does_not_say_that_everything_is_fine() -> None:
    with _node("ready", LINK_DOWN) as url:
        result = CliRunner().invoke(main, ["doctor", "--node", url])
    assert result.exit_code == ExitCode.OK
    assert "is fine" not in result.output


def test_node_status_tells_it_too() -> None:
    with _node("halted", HALTED, LINK_DOWN) as url:
        result = CliRunner().invoke(main, ["node", "status", url])
    assert result.exit_code == ExitCode.OK
    assert "HALTED" in result.output
    assert HALTED["remedy"] in result.output and LINK_DOWN["detail"] in result.output


def test_a_node_that_lists_none_or_nonsense_has_none() -> None:
    assert read_troubles({}) == []
    assert read_troubles({"troubles": "many"}) == []
    assert read_troubles({"troubles": [None, {}, {**HALTED, "detail": 7}]}) == []
