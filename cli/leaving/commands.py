"""`fiado leave` and `fiado debts`: how a membership ends, and who pays what is owed then."""

from pathlib import Path

import click

from cli.keys.drafting import sign_together
from cli.leaving.showing import what_happens
from cli.shell.consent import agree_to_sign
from cli.shell.debts_shown import print_debts
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.leaving_told import tell_left
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from ledger.transactions import encode_transaction
from node.member.answers import encode_bytes, integer, objects, reading
from node.member.client import Json, path_of
from node.member.leaving import sign_leave
from node.member.membership import Membership
from node.member.paying.desk import account_of
from node.member.pending_journal import look_at_pending


@click.command("leave")
@click.option(
    "--to", metavar="HANDLE", help="Who gets what you have: a member of your cooperative."
)
@click.option("--to-commons", is_flag=True, help="All members together get what you have.")
@click.option("--yes", "is_agreed", is_flag=True, help="Sign without asking; for scripts.")
@wallet_option
@passphrase_options
@output_option
def leave(
    to: str | None,
    to_commons: bool,
    is_agreed: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Leave your cooperative: your account closes for ever.

    What you have goes to whom you say. If you owe something, your stewards have to sign too, and your
    guarantors and the commons pay it; you see who pays what before you sign. What is still on its way to you
    when the account closes goes back to whoever paid it.
    """
    if to is not None and to_commons:
        raise click.UsageError(say("Give --to or --to-commons, not both."))
    if output.is_json and not is_agreed:
        raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
    with open_membership(wallet, passphrase) as member:
        _check_nothing_in_doubt(member, wallet)
        member.open_session()
        ending = member.client.get(path_of("v1", "debts", member.account))
        _check_free_to_go(ending)
        balance = integer(member.client, ending, "balance")
        payee = _payee(member, to, balance=balance, to_commons=to_commons)
        with reading(member.client):
            lines = what_happens(ending, to=to, coop=member.coop.name)
        for line in lines:
            output.line(line)
        signed = sign_leave(
            member.key,
            federation=member.founding.federation,
            coop=member.coop.number,
            account=member.account,
            revision=integer(member.client, ending, "revision") + 1,
            payee=payee,
            debt=max(0, -balance),
        )
        if sign_together(member, signed, is_agreed=is_agreed, output=output):
            return
        if not is_agreed:
            agree_to_sign(say("Leave for good?"))
        data = encode_bytes(encode_transaction(signed))
        tell_left(member, member.client.post("/v1/me/leave", {"transaction": data}), output)


def _check_nothing_in_doubt(member: Membership, wallet: Path) -> None:
    if look_at_pending(wallet, public_key=member.key.public_key, account=account_of(member)):
        raise CliError(
            ExitCode.REFUSED,
            "payment_in_doubt",
            say(
                "The answer to your last payment was lost; leaving now could hide what became of it."
            ),
            say("Settle it first: `fiado balance` shows how."),
        )


def _check_free_to_go(ending: Json) -> None:
    needed = [str(each.get("handle")) for each in ending.get("answers_for") or []]
    if needed:
        raise CliError(
            ExitCode.REFUSED,
            "leave_with_pledges",
            say(
                "You answer for what {names} owes, and nobody else covers that part of it.",
                names=", ".join(needed),
            ),
            say("Leave once it is paid, or once others answer for it."),
        )
    if ending.get("debt") is not None and not ending.get("within_ceiling"):
        raise CliError(
            ExitCode.REFUSED,
            "commons_debt_ceiling",
            say("The commons would have to pay more of what you owe than the bylaws let it."),
            say("Earn some of it first, or ask the assembly for a levy or a higher ceiling."),
        )


def _payee(member: Membership, to: str | None, *, balance: int, to_commons: bool) -> int | None:
    """Who gets what there is. Nobody has to be named by who has nothing."""
    if balance > 0 and to is None and not to_commons:
        raise click.UsageError(
            say("You have something: say who gets it, with --to or --to-commons.")
        )
    if balance <= 0 and to is not None:
        raise click.UsageError(say("You have nothing that could go to somebody; leave --to out."))
    if to is None:
        return None
    handle = to.removesuffix(f"@{member.coop.name}")
    found = member.client.get(path_of("v1", "accounts", member.coop.name, f"@{handle}"))
    return integer(member.client, found, "account")


@click.command("debts")
@wallet_option
@passphrase_options
@output_option
def debts(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show what is claimed of you or of those whom you answer for, and what was settled."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        found = member.client.get("/v1/debts")
        claims = objects(member.client, found, "claims")
        settled = objects(member.client, found, "settled")
        with reading(member.client):
            print_debts(claims, settled, member.coop.name, output)
        output.result({"claims": claims, "settled": settled})
