"""A session that was opened is closed again, if that is cheap."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.shell.exit_codes import ExitCode
from tests.cli.bank import LOST, Bank, person
from tests.cli.fake_node import Answer, Request, serve


def sessions(bank: Bank) -> list[str]:
    """What was done about sessions, in order."""
    return [request.method for request in bank.seen if request.path == "/v1/sessions"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("balance",), ExitCode.OK),
        (("pay", "member2@norte", "1.25"), ExitCode.OK),
        (("pay", "member9@norte", "1.25"), ExitCode.REFUSED),
    ],
)
def test_a_command_closes_its_session(
    tmp_path: Path, words: tuple[str, ...], code: ExitCode
) -> None:
    bank = Bank()
    with serve(bank) as url:
        assert person(tmp_path, bank, url).run(*words).exit_code == code
    assert sessions(bank) == ["POST", "DELETE"]
    closing = next(request for request in bank.seen if request.method == "DELETE")
    assert closing.headers["authorization"] == "Bearer token-1"


def test_a_node_that_has_stopped_answering_is_not_waited_for(tmp_path: Path) -> None:
    bank = Bank()

    def lose(request: Request, answer: Callable[[], Answer]) -> Answer:
        return LOST if request.path == "/v1/me" else answer()

    bank.bend = lose
    with serve(bank) as url:
        result = person(tmp_path, bank, url).run("balance")
    assert result.exit_code == ExitCode.OUTCOME_UNKNOWN
    assert sessions(bank) == ["POST"]


def test_that_it_can_not_be_closed_is_no_error(tmp_path: Path) -> None:
    bank = Bank()

    def lose(request: Request, answer: Callable[[], Answer]) -> Answer:
        return LOST if request.method == "DELETE" else answer()

    bank.bend = lose
    with serve(bank) as url:
        assert person(tmp_path, bank, url).run("balance").exit_code == ExitCode.OK
    assert sessions(bank) == ["POST", "DELETE"]
