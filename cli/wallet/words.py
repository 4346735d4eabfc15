"""The words for what can be wrong with a wallet, its words on paper, and its account.

Only words: see `cli.shell.errors`. Importing this module registers them.
"""

from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.retelling import retold
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
        say("There are {count} words.", count=error.count),
        say(
            "Give all 12 or 24 words, in their order. Numbers, commas and blanks between them "
            "don't matter."
        ),
        {"count": error.count},
    )


@explain.register
def _(error: UnknownWords) -> CliError:
    positions = ", ".join(str(position) for position in error.positions)
    which = (
        say("Word {positions} is", positions=positions)
        if len(error.positions) == 1
        else say("Words {positions} are", positions=positions)
    )
    return CliError(
        ExitCode.USAGE,
        "words_unknown",
        say("{which} not in the list.", which=which),
        say(
            "Look at the spelling on your paper; all words are of one language, English or Spanish."
        ),
    )


@explain.register
def _(error: ChecksumMismatch) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "words_checksum",
        say("Every word is in the list, but together they are not a key."),
        say("One word is wrong or two have changed places: compare each with your paper."),
    )


@explain.register
def _(error: AmbiguousLanguage) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "words_language",
        say("The words are valid in English and in Spanish, and give two different keys."),
        say("Say which it is with --language english or --language spanish."),
    )


@explain.register
def _(error: WalletMissing) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wallet_missing",
        say("There is no wallet at {path}.", path=error.path),
        say(
            "Make one with `fiado wallet new`, bring one back from its words with `fiado wallet "
            "restore`, or say where it is with --wallet."
        ),
    )


@explain.register
def _(error: WalletExists) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wallet_exists",
        say(
            "There is a file at {path} already, and a new key never replaces one.", path=error.path
        ),
        say(
            "Choose another place, with --wallet or for a steward's key with --key, or move the "
            "file away if you are sure."
        ),
    )


@explain.register
def _(error: WalletDamaged) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wallet_damaged",
        say(
            "The wallet {path} is damaged: {problem}.",
            path=error.path,
            problem=retold(error.problem),
        ),
        say(
            "Take a copy that works, or bring the wallet back from its words with `fiado wallet "
            "restore`. The file is not meant to be edited by hand."
        ),
    )


@explain.register
def _(error: WalletVersionUnknown) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wallet_version",
        say(
            "The wallet {path} has version {version} of the format, unknown here.",
            path=error.path,
            version=error.version,
        ),
        say("Use the program that wrote it, or a later one."),
        {"version": error.version},
    )


@explain.register
def _(error: WrongPassphrase) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wrong_passphrase",
        say("The passphrase does not open the wallet {path}.", path=error.path),
        say(
            "Try again. If you are sure of it, somebody may have altered the file: bring the "
            "wallet back from its words with `fiado wallet restore`."
        ),
    )


@explain.register
def _(error: WalletChanged) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "wallet_changed",
        say(
            "Another command changed the wallet {path} in the meantime, so nothing was done.",
            path=error.path,
        ),
        say("Run the command again."),
    )


@explain.register
def _(error: WalletBusy) -> CliError:
    who = (
        say("Another command")
        if error.process is None
        else say("Another command (process {process})", process=error.process)
    )
    return CliError(
        ExitCode.WALLET,
        "wallet_busy",
        say("{who} is using the wallet {path}.", who=who, path=error.path),
        say("Wait until it has ended, then run this again."),
    )


@explain.register
def _(error: NotJoined) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "not_joined",
        say("The wallet {path} belongs to no account yet.", path=error.path),
        say("Ask a cooperative for one: `fiado join --node URL --handle NAME`."),
    )


@explain.register
def _(error: NodeInTrouble) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "node_in_trouble",
        say(
            "Your cooperative's node does not know this account now. {detail}",
            detail=retold(error.trouble.detail),
        ),
        say(
            "{remedy} Tell whoever runs the node; your wallet is not the cause.",
            remedy=retold(error.trouble.remedy),
        ),
    )
