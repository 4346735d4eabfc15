"""The words for what any command may meet: what was typed, files, charters and proofs.

Only words: see `errors`. Importing this module registers them.
"""

from collections.abc import Mapping
from typing import Final

from cli.shell import passphrase as passphrases
from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.passphrase import PassphraseError, PassphraseFault
from ledger.errors import CharterError, ProofError
from node.member.addresses import LONGEST_NAME, AddressError, HandleError
from node.member.amounts import LARGEST_AMOUNT, AmountError, AmountFault, format_amount
from node.member.places import PlaceError
from node.member.private_files import FileFault, UnsafeFile
from node.urls import NodeUrlError

_WRITE_IT: Final = "Write it with digits and at most {places}, such as {example}."

_AMOUNT_WORDS: Final[Mapping[AmountFault, tuple[str, str]]] = {
    AmountFault.EMPTY: ("The number is empty.", _WRITE_IT),
    AmountFault.TOO_LONG: ("The number is too long to be one.", _WRITE_IT),
    AmountFault.NOT_A_NUMBER: ("“{text}” is not a plain number.", _WRITE_IT),
    AmountFault.THOUSANDS_MARK: (
        "“{text}” has a mark for thousands, or what may be one.",
        _WRITE_IT,
    ),
    AmountFault.TOO_MANY_DECIMALS: ("“{text}” has more than {places}.", _WRITE_IT),
    AmountFault.DIGIT_MISSING: (
        "“{text}” lacks a digit beside the decimal mark.",
        "Write 0.50 for .50, and 12 for 12. with nothing after the mark.",
    ),
    AmountFault.LEADING_ZERO: (
        "“{text}” begins with a zero that may be a slip.",
        "Leave it out, or put the decimal mark where it belongs.",
    ),
    AmountFault.NEGATIVE: ("“{text}” is below zero.", "Give the number without a sign."),
    AmountFault.ZERO: ("An amount of zero can't be paid.", "The smallest amount is 0.01."),
    AmountFault.TOO_LARGE: (
        "“{text}” is too large.",
        f"The largest amount is {format_amount(LARGEST_AMOUNT)}.",
    ),
}


@explain.register
def _(error: AmountError) -> CliError:
    message, remedy = _AMOUNT_WORDS[error.fault]
    if len(error.readings) > 1:
        message = (
            "“{text}” could mean {small} or {large}: the mark may be for decimals or for thousands."
        )
        remedy = "Write {large} or {small}, without a mark for thousands."
        if len(error.readings[0].partition(".")[2]) > error.places:
            remedy = "Write {large} if you mean that; there are at most {places} after the mark."
    elif error.readings:
        remedy = "Leave out the marks for thousands: write {small}."
    words = {
        "text": error.text,
        "places": "one decimal" if error.places == 1 else f"{error.places} decimals",
        "example": "2.5 or 2,5" if error.places == 1 else "12.50 or 12,50",
        "small": error.readings[0] if error.readings else "",
        "large": error.readings[-1] if error.readings else "",
    }
    name = f"amount_{error.fault.value}"
    return CliError(ExitCode.USAGE, name, message.format(**words), remedy.format(**words))


@explain.register
def _(error: AddressError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "address_malformed",
        f"“{error.text}” is not an address.",
        "An address is a handle and a cooperative, such as alice@norte: "
        "letters a to z, digits and dashes, with an @ between them.",
    )


@explain.register
def _(error: HandleError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "handle_malformed",
        f"“{error.text}” can't be a handle.",
        f"A handle is what stands before the @ of an address: up to {LONGEST_NAME} letters a to z, digits, "
        "dots, dashes and underscores, beginning with a letter or digit.",
    )


@explain.register
def _(error: NodeUrlError) -> CliError:
    return CliError(
        ExitCode.USAGE, "url_malformed", f"“{error.text}” {error.problem}.", error.remedy
    )


@explain.register
def _(error: PlaceError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "entry_malformed",
        f"“{error.text}” is not the place of an entry.",
        "Write the cooperative and the entry's number, such as norte/12; `fiado history` shows them.",
    )


_PASSPHRASE_WORDS: Final[Mapping[PassphraseFault, tuple[str, str]]] = {
    PassphraseFault.NO_TERMINAL: (
        "There is no terminal to ask for the passphrase.",
        "Run this in a terminal, or give --passphrase-file or --passphrase-fd.",
    ),
    PassphraseFault.NO_TERMINAL_FOR_NEW: (
        "There is no terminal to ask for the new passphrase.",
        "Run this in a terminal, or give --new-passphrase-file or --new-passphrase-fd.",
    ),
    PassphraseFault.SAME: (
        "That is already the wallet's passphrase: nothing has changed.",
        "Choose another one.",
    ),
    PassphraseFault.EMPTY: ("The passphrase is empty.", "Give the passphrase of the wallet."),
    PassphraseFault.TOO_SHORT: (
        "The new passphrase is too short.",
        f"Take at least {passphrases.SHORTEST} characters; four or five words are easy to keep.",
    ),
    PassphraseFault.TOO_LONG: (
        "The passphrase is too long.",
        f"It has at most {passphrases.LARGEST} bytes.",
    ),
    PassphraseFault.NOT_ONE_LINE: (
        "There is more than one line where the passphrase should be.",
        "Put the passphrase alone on the first line and nothing after it.",
    ),
    PassphraseFault.NOT_TEXT: ("The passphrase is not UTF-8 text.", "Save the file as UTF-8."),
    PassphraseFault.BAD_DESCRIPTOR: (
        "The passphrase can't be read from that file descriptor.",
        "Open it for reading, such as with `--passphrase-fd 3 3< FILE`.",
    ),
}


@explain.register
def _(error: PassphraseError) -> CliError:
    message, remedy = _PASSPHRASE_WORDS[error.fault]
    return CliError(ExitCode.WALLET, f"passphrase_{error.fault.value}", message, remedy)


_FILE_WORDS: Final[Mapping[FileFault, tuple[str, str]]] = {
    FileFault.SYMBOLIC_LINK: ("it is a symbolic link", "Give the path of the file itself."),
    FileFault.NOT_A_FILE: ("it is not a plain file", "Give the path of a plain file."),
    FileFault.OTHER_OWNER: (
        "it belongs to another user",
        "Run this as the user that owns it, or copy it to a file of your own.",
    ),
    FileFault.OPEN_TO_OTHERS: (
        "others on this machine can open it",
        "Run `chmod 600` on it; if somebody may have read it, change what is in it.",
    ),
    FileFault.TOO_LARGE: ("it is far too large to be what it should", "Check the path."),
}


@explain.register
def _(error: UnsafeFile) -> CliError:
    problem, remedy = _FILE_WORDS[error.fault]
    return CliError(
        ExitCode.WALLET,
        f"file_{error.fault.value}",
        f"The file {error.path} is not safe to use: {problem}.",
        remedy,
    )


@explain.register
def _(error: CharterError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "charter",
        f"The charter can't be used: {error}.",
        "Correct the file, or ask for the right one. After any change every cooperative signs again.",
    )


@explain.register
def _(error: ProofError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "proof",
        f"This proves nothing: {str(error).rstrip('.')}.",
        "Ask whoever gave it to you for the original, and check that the charter is the right one.",
    )


@explain.register(ExceptionGroup)
def _(error: ExceptionGroup[Exception]) -> CliError | None:
    """Things that were done at once: the first of their errors that has words speaks for all."""
    return next(filter(None, map(explain, error.exceptions)), None)
