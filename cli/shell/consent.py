"""Asking a person before something is signed. Nothing has been done yet while the question stands."""

from typing import Final

import click

from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode

YES: Final = "--yes"


def agree_to_sign(question: str) -> None:
    """Ask yes or no; returns only when the answer is yes.

    Raises `CliError`: REFUSED after a no, INTERRUPTED when nobody answers (Ctrl-C, or no terminal).
    """
    _agree(question, "nothing was signed", YES)


def agree_to_pay(question: str, *, option: str) -> None:
    """The same before a payment; `option` is what a script gives instead of an answer."""
    _agree(question, "nothing was paid", option)


def agree_to_replace(question: str, *, option: str) -> None:
    """The same before something of this device is replaced."""
    _agree(question, "nothing was changed", option)


def _agree(question: str, otherwise: str, option: str) -> None:
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        # The question still stands on the line.
        click.echo(err=True)
        code, message = ExitCode.INTERRUPTED, f"Nobody answered, so {otherwise}."
    else:
        if agreed:
            return
        code, message = ExitCode.REFUSED, f"{otherwise.capitalize()}."
    raise CliError(
        code,
        "not_agreed",
        message,
        f"Run the command again and answer y when you agree; scripts give {option}.",
    )
