"""The words for what can be wrong with a wallet, its words on paper, and its account.

Only words: see `cli.shell.errors`. Importing this module registers them.
"""

from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from node.member.membership import NodeInTrouble, NotJoined
from node.member.mnemonic import AmbiguousLanguage, ChecksumMismatch, UnknownWords, WrongWordCount
from node.member.wallet_file import WalletChanged, WalletExists, WalletMissing, WrongPassphrase
from node.member.wallet_format import WalletDamaged, WalletVersionUnknown
from node.member.wallet_lock import WalletBusy


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


@explain.register
def _(error: NotJoined) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "not_joined",
        f"The wallet {error.path} belongs to no account yet.",
        "Ask a cooperative for one: `fiado join --node URL --handle NAME`.",
    )


@explain.register
def _(error: NodeInTrouble) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "node_in_trouble",
        f"Your cooperative's node does not know this account now. {error.trouble.detail}",
        f"{error.trouble.remedy} Tell whoever runs the node; your wallet is not the cause.",
    )
