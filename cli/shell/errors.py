"""How an error reaches people and scripts: `CliError`, and the way from typed errors to it.

The other modules raise typed errors that carry facts. `explain` turns each into a `CliError`: an
exit code, a stable name for scripts, a sentence, and a remedy. The words stand in the `words_*`
modules, one for each family of errors, which register them with `@explain.register`. `in_words` imports
those that any command may need, since they know many modules and most commands end well; commands with
errors of their own, such as `demo`, import theirs. No mnemonic or passphrase is ever part of an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from importlib import import_module

from cli.shell.exit_codes import ExitCode


@dataclass(eq=False)
class CliError(Exception):
    """An error as people and scripts see it."""

    code: ExitCode
    name: str
    """Stable, for scripts: small letters and underscores."""
    message: str
    """One sentence: what is wrong."""
    remedy: str
    """One sentence or a few: what would make it work."""
    details: Mapping[str, str | int | bool | None] = field(default_factory=dict)
    """Facts for scripts; merged into the JSON object of the error."""

    def as_json(self) -> dict[str, object]:
        """The error as the one JSON object that `--json` prints."""
        own: dict[str, object] = {
            "name": self.name,
            "exit_code": int(self.code),
            "message": self.message,
            "remedy": self.remedy,
        }
        return {"error": dict(self.details) | own}


@singledispatch
def explain(error: Exception) -> CliError | None:
    """The words for an error, or None for one that nobody registered: a mistake in the program.

    It knows the families of words that were imported; `in_words` knows them all.
    """
    return None


def in_words(error: Exception) -> CliError | None:
    """The words for an error, like `explain`, with all families of words at hand."""
    for family in ("cli.shell.words_commands", "cli.shell.words_node", "cli.wallet.words"):
        import_module(family)
    return explain(error)


@explain.register
def _(error: CliError) -> CliError:
    return error


@explain.register
def _(error: OSError) -> CliError:
    where = f" ({error.filename})" if error.filename else ""
    remedy = (
        "Check the path, its permissions and the room on the disk. If you were paying, look at "
        "`fiado history` before you run it again: it may have been done."
    )
    if isinstance(error, FileNotFoundError | FileExistsError | IsADirectoryError):
        remedy = "Check the path."
    return CliError(
        ExitCode.INPUT_OUTPUT,
        "input_output",
        f"{error.strerror or 'Reading or writing failed'}{where}.",
        remedy,
    )
