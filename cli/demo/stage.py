"""The stage of the tour and the plays: who acts, with what, and how their commands are run and shown.

Every command is run as it stands on the screen, but for the options that say which wallet and which
passphrase file, which `Actor` adds for whoever is acting.
"""

import io
import json
import secrets
import shlex
import time
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import Any, Final

import click

from cli.shell.exit_codes import ExitCode
from cli.shell.language import OPTION, language, say
from cli.shell.terminal import Output

_COLUMNS: Final = 100
COOPS: Final = ("norte", "sur", "este")
STEWARDS: Final = ("ana", "blas")


@dataclass(eq=False)
class TourFailed(Exception):
    """A command of the tour ended with another exit code than it should."""

    command: str
    code: int
    output: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody with a wallet or a steward's key, and a passphrase in a file."""

    name: str
    options: tuple[str, ...] = ()


class Stage:
    """Runs commands, shows them with what they print, and counts."""

    def __init__(self, output: Output, program: click.Command) -> None:
        """Of `program`, the whole command line."""
        self.output = output
        self._program = program
        self.commands = 0
        self.seconds = 0.0
        """How long all commands together have taken."""

    def say(self, text: str, /, **values: object) -> None:
        """A sentence between the commands, as `cli.shell.language.say` says it."""
        self.output.line()
        for line in wrap(say(text, **values), _COLUMNS):
            self.output.line(line)

    def run(
        self,
        actor: Actor,
        *words: str,
        expected: ExitCode = ExitCode.OK,
        is_shown: bool = True,
        is_hidden_when_failed: bool = False,
    ) -> str:
        """Run a command as `actor` and show it; its output. Raises `TourFailed`."""
        typed = shlex.join(("fiado", *words))
        begun = time.monotonic()
        code, printed = _run(self._program, [*words, *actor.options])
        self.seconds += time.monotonic() - begun
        self.commands += 1
        if is_shown and not (is_hidden_when_failed and code != expected):
            self.output.line()
            self.output.line(f"[{actor.name}] $ {typed}")
            for line in printed.rstrip().splitlines():
                self.output.line(f"    {line}")
        if code != expected:
            raise TourFailed(typed, code, printed)
        return printed

    def ask(self, actor: Actor, *words: str) -> dict[str, Any]:
        """Run a command with `--json`, unseen; its result."""
        printed = self.run(actor, *words, "--json", is_shown=False)
        result: dict[str, Any] = json.loads(printed.splitlines()[-1])
        return result


def _run(program: click.Command, words: Sequence[str]) -> tuple[int, str]:
    """Run a command line in this process; its exit code and everything it printed."""
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        try:
            program.main([OPTION, language(), *words])
        except SystemExit as end:
            return int(end.code or 0), printed.getvalue()


class Cast:
    """Who takes part: each has a folder, and a passphrase in a file that only this user can read."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.passphrase = root / "passphrase"
        self.passphrase.touch(mode=0o600)
        self.passphrase.write_text(secrets.token_urlsafe(16), encoding="ascii")
        self.anybody = Actor(say("anybody"))

    def member(self, name: str) -> Actor:
        """Somebody with a wallet."""
        wallet = self.root / "people" / name / "wallet.json"
        return Actor(name, ("--wallet", str(wallet), *self._secret()))

    def reader(self, name: str) -> Actor:
        """The same person, for commands that need no passphrase."""
        return Actor(name, ("--wallet", str(self.root / "people" / name / "wallet.json")))

    def steward(self, name: str, coop: str) -> Actor:
        """Somebody with a steward's key."""
        key = self.root / "people" / f"{name}-{coop}" / "steward.json"
        return Actor(
            say("{name} of {coop}", name=name, coop=coop), ("--key", str(key), *self._secret())
        )

    def elected(self, name: str) -> Actor:
        """A member whom others have made a steward, who signs with the key of the account."""
        wallet = self.root / "people" / name / "wallet.json"
        return Actor(say("{name}, steward", name=name), ("--key", str(wallet), *self._secret()))

    def _secret(self) -> tuple[str, str]:
        return ("--passphrase-file", str(self.passphrase))
