"""A question that nobody answers says what a script gives instead, and the command has that option."""

import click
import pytest
from click.testing import CliRunner

from cli.account.join import join
from cli.paying.commands import pay
from cli.shell.consent import agree_to_pay, agree_to_replace
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.steward.desk import discard


@pytest.mark.parametrize(
    ("command", "agree", "option"),
    [
        (join, agree_to_replace, "--replace"),
        (pay, agree_to_pay, "--again"),
        (discard, agree_to_replace, "--yes"),
    ],
)
def test_the_option_that_is_named_exists(
    command: click.Command, agree: object, option: str
) -> None:
    @click.command()
    def ask() -> None:
        assert callable(agree)
        agree("Go on?", option=option)

    ended = CliRunner().invoke(ask, standalone_mode=False)
    assert isinstance(ended.exception, CliError)
    assert ended.exception.code is ExitCode.INTERRUPTED
    assert f"scripts give {option}." in str(ended.exception.remedy)
    assert any(option in parameter.opts for parameter in command.params)
