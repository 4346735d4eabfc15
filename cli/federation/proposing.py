"""Standing for a change of the charter, as a steward: what `propose` and `endorse` have in common.

What is signed is shown in plain words first, made from the very content that is signed, and held to the rules
of the charter in force before anybody is asked. The node acts when enough stewards of the cooperative stand
for the same; the cooperatives then agree among themselves.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from cli.federation.current import CHARTER_DECISION, change_words, proposals
from cli.federation.faults import ChangeImpossible
from cli.shell.consent import agree_to_sign
from cli.shell.language import later, say
from cli.shell.parameters import output_option, passphrase_options
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.stewardship import Stewardship, open_stewardship, steward_key_option
from ledger.charter import Charter, Coop
from ledger.charter_changes import Change
from ledger.charter_entries import charter_content
from ledger.publications import Publication
from ledger.rules.charter import check_content
from node.member.answers import encode_bytes, integer, objects
from node.member.client import Json

Command = TypeVar("Command", bound=Callable[..., Any])


def signing_options(command: Command) -> Command:
    """Add what every command takes with which a steward stands for a change."""
    for option in (
        output_option,
        passphrase_options,
        steward_key_option,
        click.option("--yes", is_flag=True, help="Sign without asking; for scripts."),
    ):
        command = option(command)
    return command


def propose(
    find: Callable[[Stewardship], Change],
    *,
    yes: bool,
    key_path: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Stand for the change that `find` gives, once a steward is there to ask the node."""
    if output.is_json and not yes:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    with open_stewardship(key_path, passphrase) as steward:
        stand_for(steward, find(steward), yes=yes, output=output)


def stand_for(steward: Stewardship, change: Change, *, yes: bool, output: Output) -> None:
    """Show a change, ask, sign it and hand it to the node. Raises `ChangeImpossible`."""
    charter = steward.charter
    refusal = check_content(charter, version=charter.version + 1, base=charter.base, change=change)
    if refusal is not None:
        raise ChangeImpossible(refusal)
    words = change_words(change, charter)
    output.line(say("Change {value} of the charter:", value=charter.version + 1))
    for sentence in words:
        output.line(f"  {sentence}")
    for id_ in _replaced(steward, change):
        output.line(say("It takes the place of what you have endorsed before, {id}.", id=id_))
    if not yes:
        agree_to_sign(say("Stand for this in the name of {title}?", title=steward.coop.title))
    _send(steward, change, " ".join(words), output)


def _replaced(steward: Stewardship, change: Change) -> list[str]:
    """The ids of other changes that this steward stands for now."""
    told = steward.client.get("/v1/federation")
    name = steward.coop.stewards[steward.number].name
    return [
        standing.id
        for standing in proposals(steward.client, steward.charter, told)
        if name in standing.stewards and standing.change != change
    ]


def _send(steward: Stewardship, change: Change, says: str, output: Output) -> None:
    charter = steward.charter
    publication = Publication(
        decision=CHARTER_DECISION,
        number=charter.version + 1,
        content=charter_content(charter.base, change),
    ).signed_by(
        steward.number, steward.key, federation=charter.federation, coop=steward.coop.number
    )
    document: Json = {"publication": encode_bytes(publication.encode())}
    answer = steward.client.post("/v1/federation/publications", document)
    signed_by = [str(name) for name in answer.get("signed_by", [])]
    missing = integer(steward.client, answer, "needed") - len(signed_by)
    if answer.get("signed") is True:
        output.line(
            say(
                "Enough of you agree: {title} stands for it. It holds once {decision_quorum} "
                "cooperatives do; `fiado federation show URL` says how far it is.",
                title=steward.coop.title,
                decision_quorum=charter.decision_quorum,
            )
        )
    elif missing < 1:
        output.line(
            say(
                "Enough of you agree: {title} stands for it as soon as it is its turn, in the next "
                "round at the latest, within a few minutes; `fiado federation show URL` says how far "
                "it is.",
                title=steward.coop.title,
            )
        )
    else:
        waits = later(
            "Endorsed by {names}; {missing} more of you have to: `fiado federation endorse`."
        )
        if missing == 1:
            waits = later("Endorsed by {names}; 1 more of you has to: `fiado federation endorse`.")
        output.line(say(waits, names=", ".join(signed_by), missing=missing))
    output.result(answer | {"says": says})


def coop_named(charter: Charter, name: str) -> Coop:
    """The coop of that name; a usage error when there is none."""
    coop = charter.coop_named(name)
    if coop is None:
        known = ", ".join(each.name for each in charter.coops.values())
        raise click.UsageError(
            say(
                "There is no cooperative {name} in the charter. There are: {known}.",
                name=name,
                known=known,
            )
        )
    return coop


def log_of(steward: Stewardship, coop: Coop) -> Json:
    """The log of a coop as the node holds it."""
    logs = objects(steward.client, steward.client.get("/v1/logs"), "logs")
    for log in logs:
        if log.get("coop_number") == coop.number:
            return log
    raise click.UsageError(say("The node holds no log of {name} yet.", name=coop.name))
