"""The words for what any command may meet: what was typed, files, charters and proofs.

Only words: see `errors`. Importing this module registers them.
"""

from collections.abc import Mapping
from typing import Final

from cli.shell import passphrase as passphrases
from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units, marked
from cli.shell.language import later, say
from cli.shell.passphrase import PassphraseError, PassphraseFault
from cli.shell.retelling import retold
from ledger.errors import CharterError, ProofError
from node.member.addresses import LONGEST_NAME, AddressError, HandleError
from node.member.amounts import LARGEST_AMOUNT, AmountError, AmountFault
from node.member.places import PlaceError
from node.member.private_files import FileFault, UnsafeFile
from node.urls import NodeUrlError

_WRITE_IT: Final = later("Write it with digits and at most {places}, such as {example}.")

_AMOUNT_WORDS: Final[Mapping[AmountFault, tuple[str, str]]] = {
    AmountFault.EMPTY: (later("The number is empty."), _WRITE_IT),
    AmountFault.TOO_LONG: (later("The number is too long to be one."), _WRITE_IT),
    AmountFault.NOT_A_NUMBER: (later("“{text}” is not a plain number."), _WRITE_IT),
    AmountFault.THOUSANDS_MARK: (
        later("The marks in “{text}” make no number."),
        _WRITE_IT,
    ),
    AmountFault.TOO_MANY_DECIMALS: (later("“{text}” has more than {places}."), _WRITE_IT),
    AmountFault.DIGIT_MISSING: (
        later("“{text}” lacks a digit beside the decimal mark."),
        later("Write 0.50 for .50, and 12 for 12. with nothing after the mark."),
    ),
    AmountFault.LEADING_ZERO: (
        later("“{text}” begins with a zero that may be a slip."),
        later("Leave it out, or put the decimal mark where it belongs."),
    ),
    AmountFault.NEGATIVE: (
        later("“{text}” is below zero."),
        later("Give the number without a sign."),
    ),
    AmountFault.ZERO: (
        later("An amount of zero can't be paid."),
        later("The smallest amount is 0.01."),
    ),
    AmountFault.TOO_LARGE: (
        later("“{text}” is too large."),
        later("The largest amount is {most}."),
    ),
}


@explain.register
def _(error: AmountError) -> CliError:
    message, remedy = _AMOUNT_WORDS[error.fault]
    if error.readings:
        message = later(
            "“{text}” could mean {small} or {large}: the mark may be for decimals or for thousands."
        )
        remedy = later("Write {large} or {small}, without a mark for thousands.")
        if len(error.readings[0].partition(".")[2]) > error.places:
            remedy = later(
                "Write {large} if you mean that; there are at most {places} after the mark."
            )
    words = {
        "text": error.text,
        "places": say("one decimal")
        if error.places == 1
        else say("{places} decimals", places=error.places),
        "example": say("2.5 or 2,5") if error.places == 1 else say("12.50 or 12,50"),
        "small": marked(error.readings[0]) if error.readings else "",
        "large": marked(error.readings[-1]) if error.readings else "",
        "most": in_units(LARGEST_AMOUNT),
    }
    name = f"amount_{error.fault.value}"
    return CliError(ExitCode.USAGE, name, say(message, **words), say(remedy, **words))


@explain.register
def _(error: AddressError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "address_malformed",
        say("“{text}” is not an address.", text=error.text),
        say(
            "An address is a handle and a cooperative, such as alice@norte: letters a to z, "
            "digits and dashes, with an @ between them."
        ),
    )


@explain.register
def _(error: HandleError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "handle_malformed",
        say("“{text}” can't be a handle.", text=error.text),
        say(
            "A handle is what stands before the @ of an address: up to {longest_name} letters a "
            "to z, digits, dots, dashes and underscores, beginning with a letter or digit, and "
            "not of digits alone.",
            longest_name=LONGEST_NAME,
        ),
    )


@explain.register
def _(error: NodeUrlError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "url_malformed",
        say("“{text}” {problem}.", text=error.text, problem=retold(error.problem)),
        say(error.advice, node=error.node),
    )


@explain.register
def _(error: PlaceError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "entry_malformed",
        say("“{text}” is not the place of an entry.", text=error.text),
        say(
            "Write the cooperative and the entry's number, such as norte/12; `fiado history` "
            "shows them."
        ),
    )


_PASSPHRASE_WORDS: Final[Mapping[PassphraseFault, tuple[str, str]]] = {
    PassphraseFault.NO_TERMINAL: (
        later("There is no terminal to ask for the passphrase."),
        later("Run this in a terminal, or give --passphrase-file or --passphrase-fd."),
    ),
    PassphraseFault.NO_TERMINAL_FOR_NEW: (
        later("There is no terminal to ask for the new passphrase."),
        later("Run this in a terminal, or give --new-passphrase-file or --new-passphrase-fd."),
    ),
    PassphraseFault.SAME: (
        later("That is already the wallet's passphrase: nothing has changed."),
        later("Choose another one."),
    ),
    PassphraseFault.EMPTY: (
        later("The passphrase is empty."),
        later("Give the passphrase of the wallet."),
    ),
    PassphraseFault.TOO_SHORT: (
        later("The new passphrase is too short."),
        later("Take at least {shortest} characters; four or five words are easy to keep."),
    ),
    PassphraseFault.TOO_LONG: (
        later("The passphrase is too long."),
        later("It has at most {largest} bytes."),
    ),
    PassphraseFault.NOT_ONE_LINE: (
        later("There is more than one line where the passphrase should be."),
        later("Put the passphrase alone on the first line and nothing after it."),
    ),
    PassphraseFault.NOT_TEXT: (
        later("The passphrase is not UTF-8 text."),
        later("Save the file as UTF-8."),
    ),
    PassphraseFault.BAD_DESCRIPTOR: (
        later("The passphrase can't be read from that file descriptor."),
        later("Open it for reading, such as with `--passphrase-fd 3 3< FILE`."),
    ),
}


@explain.register
def _(error: PassphraseError) -> CliError:
    message, remedy = _PASSPHRASE_WORDS[error.fault]
    told = say(remedy, shortest=passphrases.SHORTEST, largest=passphrases.LARGEST)
    return CliError(ExitCode.WALLET, f"passphrase_{error.fault.value}", say(message), told)


_FILE_WORDS: Final[Mapping[FileFault, tuple[str, str]]] = {
    FileFault.SYMBOLIC_LINK: (
        later("it is a symbolic link"),
        later("Give the path of the file itself."),
    ),
    FileFault.NOT_A_FILE: (
        later("it is not a plain file"),
        later("Give the path of a plain file."),
    ),
    FileFault.OTHER_OWNER: (
        later("it belongs to another user"),
        later("Run this as the user that owns it, or copy it to a file of your own."),
    ),
    FileFault.OPEN_TO_OTHERS: (
        later("others on this machine can open it"),
        later("Run `chmod 600` on it; if somebody may have read it, change what is in it."),
    ),
    FileFault.TOO_LARGE: (
        later("it is far too large to be what it should"),
        later("Check the path."),
    ),
}


@explain.register
def _(error: UnsafeFile) -> CliError:
    problem, remedy = _FILE_WORDS[error.fault]
    return CliError(
        ExitCode.WALLET,
        f"file_{error.fault.value}",
        say(
            "The file {path} is not safe to use: {problem}.", path=error.path, problem=say(problem)
        ),
        say(remedy),
    )


@explain.register
def _(error: CharterError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "charter",
        say("The charter can't be used: {error}.", error=retold(str(error))),
        say(
            "Correct the file, or ask for the right one. After any change every cooperative signs "
            "again."
        ),
    )


@explain.register
def _(error: ProofError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "proof",
        say("This proves nothing: {error}.", error=retold(str(error)).rstrip(".")),
        say(
            "Ask whoever gave it to you for the original, and check that the charter is the right "
            "one."
        ),
    )


@explain.register(ExceptionGroup)
def _(error: ExceptionGroup[Exception]) -> CliError | None:
    """Things that were done at once: the first of their errors that has words speaks for all."""
    return next(filter(None, map(explain, error.exceptions)), None)
