"""The words for what can be wrong with a node's folder, its store and the machine that it runs on.

Only words: see `cli.shell.errors`. Importing this module registers them.
"""

from cli.shell.errors import CliError, explain
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.retelling import retold
from ledger.validators.choose import ValidatorUnavailable
from node.errors import ListenFault, NodeFault, StoreInUse, StoreUnavailable
from node.folder.files import (
    CHARTER_FILE,
    SETTINGS_FILE,
    SIGNATURES_FILE,
    FolderError,
    NobodyToAsk,
    NotInCharter,
)
from node.store_urls import StoreUrlError


@explain.register
def _(error: StoreInUse) -> CliError:
    return CliError(ExitCode.REFUSED, "store_in_use", f"{_sentence(error)}", "")


@explain.register
def _(error: StoreUnavailable) -> CliError:
    return CliError(ExitCode.INPUT_OUTPUT, "store_unavailable", f"{_sentence(error)}", "")


@explain.register
def _(error: StoreUrlError) -> CliError:
    return CliError(
        ExitCode.USAGE,
        "store_url_malformed",
        f"--store: {retold(error.problem)}.",
        retold(error.remedy),
    )


@explain.register
def _(error: NodeFault) -> CliError:
    return CliError(
        ExitCode.INPUT_OUTPUT,
        "node_folder",
        _sentence(error),
        say("OPERATING says what each file is and what to do when it is lost."),
    )


@explain.register
def _(error: ListenFault) -> CliError:
    remedy = say(
        "Look at host and port under [listen] in {settings_file}: the host has to be an "
        "address of this machine, and ports below 1024 are not for everybody.",
        settings_file=SETTINGS_FILE,
    )
    if error.is_taken:
        remedy = say(
            "Another program listens there already, maybe this very node: `fiado node status "
            "FOLDER` tells. Two nodes on one machine need two ports; the port stands under "
            "[listen] in {settings_file}.",
            settings_file=SETTINGS_FILE,
        )
    details: dict[str, str | int | bool | None] = {"host": error.host, "port": error.port}
    return CliError(ExitCode.INPUT_OUTPUT, "address_unusable", _sentence(error), remedy, details)


@explain.register
def _(error: FolderError) -> CliError:
    # The text begins with the name of a file, which stays as it is written.
    text = str(error)
    # A charter that is not there or not signed by all is not a fault of the disk: a node does not run by it.
    is_unsigned = text.startswith((CHARTER_FILE, SIGNATURES_FILE)) and "can't be" not in text
    return CliError(
        ExitCode.REFUSED if is_unsigned else ExitCode.INPUT_OUTPUT,
        "node_folder",
        retold(text if text.endswith(".") else f"{text}."),
        _folder_remedy(text),
    )


@explain.register
def _(error: ValidatorUnavailable) -> CliError:
    return CliError(
        ExitCode.REFUSED,
        "validator_unavailable",
        say("The validator can't be used: {error}.", error=retold(str(error))),
        say(
            "Or run with the reference validator: FIADO_VALIDATOR=reference, and no "
            "FIADO_REQUIRE_NATIVE."
        ),
    )


@explain.register
def _(error: NotInCharter) -> CliError:
    remedy = say(
        "It is the folder of another cooperative, or has another key than the others know. If "
        "they are to take it in, as when the old key was lost, `fiado node install --new-key` "
        "puts the charter there all the same; OPERATING has every step."
    )
    if isinstance(error, NobodyToAsk):
        remedy = say(
            "If the others have decided on it, or are about to, the node has to hear of it: write "
            "where one of them answers under [peers] in {settings_file}. Else it is the folder of "
            "another cooperative, or has another key than the others know.",
            settings_file=SETTINGS_FILE,
        )
    return CliError(ExitCode.INPUT_OUTPUT, "node_folder", f"{retold(str(error))}.", remedy)


def _folder_remedy(text: str) -> str:
    if "already in" in text:
        return say(
            "Nothing is ever written over there. Choose another folder, or go on with this one."
        )
    if text.startswith(f"{SETTINGS_FILE}: missing"):
        return say("Check the path. `fiado node init FOLDER --coop NAME` makes a node's folder.")
    if text.startswith(SETTINGS_FILE):
        return say("Correct that in the file; OPERATING says what can stand there.")
    if text.startswith((CHARTER_FILE, SIGNATURES_FILE)):
        return say(
            "`fiado federation show charter.toml` says who has not signed yet. When all have, "
            "`fiado node install FOLDER charter.toml` puts charter and signatures into the "
            "folder."
        )
    return say("OPERATING says what each file is and what to do when it is lost.")


def _sentence(error: Exception) -> str:
    text = retold(str(error))
    text = text[:1].upper() + text[1:]
    return text if text.endswith(".") else f"{text}."
