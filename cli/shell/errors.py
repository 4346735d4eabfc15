"""How an error reaches people and scripts: `CliError`, and the way from typed errors to it.

The other modules raise typed errors that carry facts. `explain` turns each into a `CliError`: an
exit code, a stable name for scripts, a sentence, and a remedy. The words stand in the `words` module of each
room of `cli`, which registers them with `@explain.register`. They know many modules, and most commands end
well: so `words_stand_in` only names them, and `in_words` imports them when there is something to explain.
`main` names those that any command may need; a room with errors of its own names its words when it is
loaded. No mnemonic or passphrase is ever part of an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import singledispatch
from importlib import import_module
from typing import Final

from cli.shell.exit_codes import ExitCode
from cli.shell.language import later, say


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

    It knows the words that were imported; `in_words` knows all that were named.
    """
    return None


_named: Final[list[str]] = []


def words_stand_in(*modules: str) -> None:
    """Name modules with words, for `in_words`."""
    _named.extend(module for module in modules if module not in _named)


def in_words(error: Exception) -> CliError | None:
    """The words for an error, like `explain`, with all words that were named at hand."""
    for module in _named:
        import_module(module)
    return explain(error)


@explain.register
def _(error: CliError) -> CliError:
    return error


SYSTEM: Final = (
    later("File exists"),
    later("Is a directory"),
    later("No space left on device"),
    later("No such file or directory"),
    later("Not a directory"),
    later("Permission denied"),
    later("Read-only file system"),
)
"""What systems say of a file."""


@explain.register
def _(error: OSError) -> CliError:
    where = f" ({error.filename})" if error.filename else ""
    remedy = say(
        "Check the path, its permissions and the room on the disk. If you were paying, look "
        "at `fiado history` before you run it again: it may have been done."
    )
    if isinstance(error, FileNotFoundError | FileExistsError | IsADirectoryError):
        remedy = say("Check the path.")
    return CliError(
        ExitCode.INPUT_OUTPUT,
        "input_output",
        say(error.strerror or later("Reading or writing failed")) + f"{where}.",
        remedy,
    )
