"""`fiado steward claim`, `settle`, `unclaim`, `debts`: what somebody owes is claimed, later settled."""

from pathlib import Path

import click

from cli.shell.debts_shown import print_debts
from cli.shell.language import say
from cli.shell.leaving_words import claim_lines, debt_lines, when
from cli.shell.parameters import output_option, passphrase_options
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.signing import find_member, new_reason, sign_change, signing_options
from cli.steward.stewardship import Stewardship, open_stewardship, steward_key_option
from ledger.transactions import Settle, Step
from node.member.answers import integer, objects, reading
from node.member.client import Json, path_of


def _settling_command(name: str, step: Step, explanation: str) -> click.Command:
    @click.command(name, help=explanation)
    @click.argument("member", metavar="HANDLE")
    @click.option("--reason", required=True, metavar="TEXT", help="Why; the member can read it.")
    @signing_options
    def take_step(
        member: str,
        reason: str,
        out: Path | None,
        yes: bool,
        key_path: Path,
        passphrase: PassphraseSource,
        output: Output,
    ) -> None:
        with open_stewardship(key_path, passphrase) as steward:
            steward.open_session()
            account = integer(steward.client, find_member(steward, member), "account")
            ending = steward.client.get(path_of("v1", "debts", account))
            _show_before(steward, ending, step, output)
            text = new_reason(reason)
            change = Settle(
                account=account,
                revision=integer(steward.client, ending, "revision") + 1,
                step=step,
                reason=text.hash,
            )
            output.result(sign_change(steward, change, text, out=out, yes=yes, output=output))

    return take_step


def _show_before(steward: Stewardship, ending: Json, step: Step, output: Output) -> None:
    """Who would pay, since when it is claimed, and from when on a settling can be recorded."""
    coop = steward.coop.name
    with reading(steward.client):
        claim = ending["claim"]
        lines = debt_lines(ending["debt"], coop) or [say("Nothing is owed.")]
        if claim is not None:
            lines += claim_lines(claim, f"{ending['handle']}@{coop}")
        if claim is not None and step is Step.SETTLE:
            lines.append(
                say(
                    "This can be recorded from {time} on, with the last signature; until then it waits.",
                    time=when(int(claim["due"])),
                )
            )
    for line in lines:
        output.line(line)


claim = _settling_command(
    "claim",
    Step.CLAIM,
    (
        "Draft a claim of what a member owes, and sign it. The member and the guarantors are "
        "told; after the term of the bylaws the debt can be settled."
    ),
)
settle = _settling_command(
    "settle",
    Step.SETTLE,
    (
        "Draft the settling of what a member owes, and sign it: guarantors pay, each up to "
        "the cap, and the commons the rest. The account closes for ever."
    ),
)
unclaim = _settling_command(
    "unclaim", Step.WITHDRAW, "Draft the withdrawal of a claim, and sign it."
)


@click.command("debts")
@steward_key_option
@passphrase_options
@output_option
def debts(key_path: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show which debts are claimed, who would pay them, and what was settled in the last two years."""
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        found = steward.client.get("/v1/debts")
        claims = objects(steward.client, found, "claims")
        settled = objects(steward.client, found, "settled")
        with reading(steward.client):
            print_debts(claims, settled, steward.coop.name, output)
        output.result({"claims": claims, "settled": settled})
