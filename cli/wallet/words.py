"""The words for what can be wrong with a wallet, its files, and what a person typed.

Only words: see `errors`. Importing this module registers them.
"""

from collections.abc import Mapping
from typing import Final

from cli.shell import passphrase as passphrases
from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.passphrase import PassphraseError, PassphraseFault
from node.member.addresses import LONGEST_NAME, AddressError, HandleError
from node.member.amounts import LARGEST_AMOUNT, AmountError, AmountFault, format_amount
from node.member.mnemonic import AmbiguousLanguage, ChecksumMismatch, UnknownWords, WrongWordCount
from node.member.pending_journal import (
    JournalDamaged,
    JournalUnusable,
    NothingPending,
    PaymentPending,
    SequenceUsed,
)
from node.member.private_files import FileFault, UnsafeFile
from node.member.wallet_file import WalletChanged, WalletExists, WalletMissing, WrongPassphrase
from node.member.wallet_format import WalletDamaged, WalletVersionUnknown
from node.member.wallet_lock import WalletBusy
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
def _(error: WrongWordCount) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "words_count",
        f"There are {error.count} words.",
        "Give all 12 or 24 words, in their order. Numbers, commas and blanks between them don't matter.",
        {"count": error.count},
    )


@explain.register
def _(error: UnknownWords) -> CliError:
    positions = ", ".join(str(position) for position in error.positions)
    which = f"Word {positions} is" if len(error.positions) == 1 else f"Words {positions} are"
    return CliError(
        ExitCode.USAGE,
        "words_unknown",
        f"{which} not in the list.",
        "Look at the spelling on your paper; all words are of one language, English or Spanish.",
    )


@explain.register
def _(error: ChecksumMismatch) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "words_checksum",
        "Every word is in the list, but together they are not a key.",
        "One word is wrong or two have changed places: compare each with your paper.",
    )


@explain.register
def _(error: AmbiguousLanguage) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "words_language",
        "The words are valid in English and in Spanish, and give two different keys.",
        "Say which it is with --language english or --language spanish.",
    )


@explain.register
def _(error: WalletMissing) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wallet_missing",
        f"There is no wallet at {error.path}.",
        "Make one with `fiado wallet new`, bring one back from its words with "
        "`fiado wallet restore`, or say where it is with --wallet.",
    )


@explain.register
def _(error: WalletExists) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wallet_exists",
        f"There is a file at {error.path} already, and a new key never replaces one.",
        "Choose another place, with --wallet or for a steward's key with --key, or move the file away if you "
        "are sure.",
    )


@explain.register
def _(error: WalletDamaged) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wallet_damaged",
        f"The wallet {error.path} is damaged: {error.problem}.",
        "Take a copy that works, or bring the wallet back from its words with "
        "`fiado wallet restore`. The file is not meant to be edited by hand.",
    )


@explain.register
def _(error: WalletVersionUnknown) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wallet_version",
        f"The wallet {error.path} has version {error.version} of the format, unknown here.",
        "Use the program that wrote it, or a later one.",
        {"version": error.version},
    )


@explain.register
def _(error: WrongPassphrase) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wrong_passphrase",
        f"The passphrase does not open the wallet {error.path}.",
        "Try again. If you are sure of it, somebody may have altered the file: bring the wallet "
        "back from its words with `fiado wallet restore`.",
    )


@explain.register
def _(error: WalletChanged) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wallet_changed",
        f"Another command changed the wallet {error.path} in the meantime, so nothing was done.",
        "Run the command again.",
    )


@explain.register
def _(error: WalletBusy) -> CliError:
    who = (
        "Another command" if error.process is None else f"Another command (process {error.process})"
    )
    return CliError(
        ExitCode.WALLET,
        "wallet_busy",
        f"{who} is using the wallet {error.path}.",
        "Wait until it has ended, then run this again.",
    )


_PASSPHRASE_WORDS: Final[Mapping[PassphraseFault, tuple[str, str]]] = {
    PassphraseFault.NO_TERMINAL: (
        "There is no terminal to ask for the passphrase.",
        "Run this in a terminal, or give --passphrase-file or --passphrase-fd.",
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
def _(error: JournalDamaged) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "journal_damaged",
        f"The file of pending payments {error.path} can't be used: {error.problem}.",
        "A payment may be under way that it no longer tells of. Look at `fiado history` first; if "
        "the last payment is there, or none was under way, move the file away and go on.",
    )


@explain.register
def _(error: JournalUnusable) -> CliError:
    return CliError(
        ExitCode.INPUT_OUTPUT,
        "journal_unusable",
        f"Writing the file of pending payments {error.path} failed, so nothing more is signed.",
        "Make sure that the disk has room and works, then run this again.",
    )


@explain.register
def _(error: PaymentPending) -> CliError:
    return CliError(
        ExitCode.OUTCOME_UNKNOWN,
        "payment_pending",
        f"The outcome of payment {error.sequence} is not known yet, so no other can begin.",
        "Run the command again when the node can be reached: it first sends that payment's same "
        "bytes, which can be recorded only once.",
        {"sequence": error.sequence},
    )


@explain.register
def _(error: SequenceUsed) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "sequence_used",
        f"The node asks for payment number {error.sequence}, which this wallet has used already.",
        "Nothing was signed. The node has lost what it had recorded, or is still catching up: try "
        "later, and tell your cooperative's stewards if it stays so.",
        {"sequence": error.sequence},
    )


@explain.register
def _(error: NothingPending) -> CliError:
    return CliError(
        ExitCode.INTERNAL,
        "nothing_pending",
        f"Payment {error.sequence} was to be finished but is not under way.",
        "Please report this.",
        {"sequence": error.sequence},
    )
