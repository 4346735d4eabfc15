"""Asking a person before something is signed. Nothing has been done yet while the question stands."""

import click

from .errors import CliError
from .exit_codes import ExitCode


def agree_to_sign(question: str) -> None:
    """Ask yes or no; returns only when the answer is yes.

    Raises `CliError`: REFUSED after a no, INTERRUPTED when nobody answers (Ctrl-C, or no terminal).
    """
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        code, message = ExitCode.INTERRUPTED, "Nobody answered, so nothing was signed."
    else:
        if agreed:
            return
        code, message = ExitCode.REFUSED, "Nothing was signed."
    raise CliError(
        code,
        "not_agreed",
        message,
        "Run the command again and answer y when you agree; scripts give --yes.",
    )
