"""The words for what can go wrong in the commands' own modules.

Only words: see `errors`. Importing this module registers them.
"""

from ledger.choose import ValidatorUnavailable

from .draft_file import DraftError
from .errors import CliError, explain
from .exit_codes import ExitCode
from .links import LinkError
from .membership import NotJoined
from .paying import MemoTooLong, PayeeCoopUnknown
from .places import PlaceError
from .sealing import LONGEST_MEMO_BYTES
from .stewardship import StewardKeyMissing, StewardNotLinked


@explain.register
def _(error: NotJoined) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "not_joined",
        f"The wallet {error.path} belongs to no account yet.",
        "Ask a cooperative for one: `fiado join --node URL --handle NAME`.",
    )


@explain.register
def _(error: StewardKeyMissing) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "steward_key_missing",
        f"There is no steward's key at {error.path}.",
        "Make one with `fiado steward key new`, bring one back from its words with "
        "`fiado steward key restore`, or say where it is with --key.",
    )


@explain.register
def _(error: StewardNotLinked) -> CliError:
    return CliError(
        ExitCode.WALLET,
        "steward_not_linked",
        f"The key {error.path} does not say at which node its steward serves.",
        "Say it once: `fiado steward key use URL`, with the address of your cooperative's node.",
    )


@explain.register
def _(error: LinkError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "link_malformed",
        f"The payment link can't be used: {error.problem}.",
        "Ask the payee for a new one, or pay to the address, such as alice@norte.",
    )


@explain.register
def _(error: PlaceError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "entry_malformed",
        f"“{error.text}” is not the place of an entry.",
        "Write the cooperative and the entry's number, such as norte/12; `fiado history` shows them.",
    )


@explain.register
def _(error: MemoTooLong) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "memo_too_long",
        f"The memo has {error.size} bytes; it may have {LONGEST_MEMO_BYTES}.",
        "Make it shorter. Letters with accents count twice.",
    )


@explain.register
def _(error: PayeeCoopUnknown) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "coop_unknown",
        f"There is no cooperative “{error.address.coop}” in your federation.",
        f"Its cooperatives are {', '.join(error.coops)}.",
    )


@explain.register
def _(error: DraftError) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "draft_unusable",
        f"This can't be signed or submitted: {error.problem}.",
        "Ask whoever drafted it for a new one; `fiado steward pending` lists what waits at the node.",
    )


@explain.register
def _(error: ValidatorUnavailable) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "validator_unavailable",
        f"The validator that was asked for is not there: {error}.",
        "Or unset FIADO_VALIDATOR and FIADO_REQUIRE_NATIVE to run with the reference validator.",
    )


@explain.register(ExceptionGroup)
def _(error: ExceptionGroup[Exception]) -> CliError | None:
    """Things that were done at once: the first of their errors that has words speaks for all."""
    return next(filter(None, map(explain, error.exceptions)), None)
