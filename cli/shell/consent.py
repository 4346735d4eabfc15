"""Asking a person before something is signed. Nothing has been done yet while the question stands."""

import unicodedata
from typing import Final

import click

from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say

YES: Final = "--yes"


def agree_to_sign(question: str) -> None:
    """Ask yes or no; returns only when the answer is yes.

    Raises `CliError`: REFUSED after a no, INTERRUPTED when nobody answers (Ctrl-C, or no terminal).
    """
    _agree(question, say("nothing was signed"), YES)


def agree_to_pay(question: str, *, option: str) -> None:
    """The same before a payment; `option` is what a script gives instead of an answer."""
    _agree(question, say("nothing was paid"), option)


def agree_to_replace(question: str, *, option: str) -> None:
    """The same before something of this device is replaced."""
    _agree(question, say("nothing was changed"), option)


def agree_to_close(question: str) -> None:
    """The same before a week of a survey is closed for good."""
    _agree(question, say("nothing was closed"), YES)


def _agree(question: str, otherwise: str, option: str) -> None:
    try:
        agreed = _answered_yes(question)
    except click.Abort:
        # The question still stands on the line.
        click.echo(err=True)
        code, message = (
            ExitCode.INTERRUPTED,
            say("Nobody answered, so {otherwise}.", otherwise=otherwise),
        )
    else:
        if agreed:
            return
        code, message = ExitCode.REFUSED, f"{otherwise.capitalize()}."
    raise CliError(
        code,
        "not_agreed",
        message,
        say(
            "Run the command again and answer y when you agree; scripts give {option}.",
            option=option,
        ),
    )


def _answered_yes(question: str) -> bool:
    """Ask until the answer is yes or no, in the language or in English; nothing typed is a no."""
    yes, no = say("y"), say("n")
    while True:
        typed = click.prompt(
            f"{question} [{yes}/{no.upper()}]", default="", show_default=False, err=True
        )
        answer = _plain(typed)
        if answer in {"y", "yes", yes, _plain(say("yes"))}:
            return True
        if answer in {"", "n", "no", no, _plain(say("no"))}:
            return False
        click.echo(say("Error: invalid input"), err=True)


def _plain(text: str) -> str:
    """A word in small letters without accents, as people type it in a hurry."""
    parts = unicodedata.normalize("NFD", text.strip().lower())
    return "".join(part for part in parts if not unicodedata.combining(part))
