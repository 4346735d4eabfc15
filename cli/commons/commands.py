"""`fiado commons`: the public statement of a cooperative's commons, and spending by stewards."""

from collections.abc import Iterator
from pathlib import Path

import click

from cli.commons.books import books
from cli.federation.showing import node_option, own_node
from cli.shell.errors import words_stand_in
from cli.shell.forms import in_units, when
from cli.shell.language import language, say
from cli.shell.parameters import AMOUNT, output_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.draft_file import Draft
from cli.steward.signing import find_member, new_reason, sign_draft, signing_options
from cli.steward.stewardship import open_stewardship
from ledger.government.articles import Unit
from ledger.government.commons import Spend
from node.bylaws.explain import in_words
from node.member.answers import integer, objects, text
from node.member.client import Json, NodeClient

words_stand_in("cli.federation.words", "cli.steward.words")


@click.group()
def commons() -> None:
    """What belongs to all members together: contributions, levies, and what is paid from them."""


commons.add_command(books)


@commons.command("statement")
@node_option
@output_option
def statement(url: str | None, output: Output) -> None:
    """Show what is in the commons, what came and what went. Anybody may."""
    with NodeClient(url or own_node()) as client:
        found = client.get("/v1/commons")
        output.line(say("The commons of {coop}:", coop=text(client, found, "coop")))
        output.fields(dict(_fields(client, found)))
        moved = objects(client, found, "movements")
        if moved:
            output.line()
            rows = [_row(client, each) for each in moved]
            output.table(
                [say("when"), say("what"), say("who"), say("for"), say("amount"), say("entry")],
                rows,
                right_aligned=[say("amount")],
            )
        output.result(found)


def _fields(client: NodeClient, found: Json) -> Iterator[tuple[str, str]]:
    def amount(name: str) -> str:
        return in_units(integer(client, found, name))

    def share(name: str) -> str:
        return in_words(integer(client, found, name), Unit.MILLIONTHS, language())

    yield say("has"), amount("balance")
    if found.get("held"):
        yield say("of which to be given back"), amount("held")
    yield say("came from payments and gifts"), amount("given")
    yield say("came from levies"), amount("levied")
    yield say("came from members who left"), amount("passed_on")
    yield say("was paid to members"), amount("spent")
    yield say("was paid of the debts of members who left"), amount("settled")
    if found.get("charged"):
        yield say("was charged for a fork"), amount("charged")
    yield say("may owe"), amount("debt_ceiling")
    yield say("can be spent now"), amount("available")
    yield (
        say("by stewards without a vote"),
        say("up to {amount} at a time", amount=amount("stewards_spend")),
    )
    yield say("contribution of each payment"), share("contribution")
    if found.get("next_levy") is not None:
        positive, negative = share("levy_positive"), share("levy_negative")
        yield (
            say("levy of a period"),
            say(
                "{positive} of what members have, {negative} of what they owe",
                positive=positive,
                negative=negative,
            ),
        )
        yield say("next levy"), when(integer(client, found, "next_levy"))


def _row(client: NodeClient, moved: Json) -> list[str]:
    handle = moved.get("handle")
    return [
        when(integer(client, moved, "time")),
        f"{text(client, moved, 'kind')} {integer(client, moved, 'number')}",
        str(handle) if handle is not None else say("all members"),
        str(moved.get("reason") or ""),
        in_units(integer(client, moved, "amount")),
        str(integer(client, moved, "entry")),
    ]


@commons.command("spend")
@click.argument("member", metavar="HANDLE")
@click.argument("amount", type=AMOUNT)
@click.option("--reason", required=True, metavar="TEXT", help="What for; everybody can read it.")
@signing_options
def spend(
    member: str,
    amount: int,
    reason: str,
    out: Path | None,
    yes: bool,
    key_path: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Draft a payment from the commons to a member of the cooperative, and sign it.

    The bylaws say how much stewards may spend at a time; beyond that it takes a vote. Payments from the
    commons to members of other cooperatives are not built: pay a member here who passes it on.
    """
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        account = find_member(steward, member)
        found = steward.client.get("/v1/commons")
        text_ = new_reason(reason)
        entry = Spend(
            number=integer(steward.client, found, "next_spend"),
            payee=integer(steward.client, account, "account"),
            amount=amount,
            reason=text_.hash,
        )
        output.line(
            say(
                "{amount} can be spent from the commons now.",
                amount=in_units(integer(steward.client, found, "available")),
            )
        )
        made = Draft(charter=steward.charter, coop=steward.coop, transaction=entry, reason=text_)
        output.result(sign_draft(steward, made, out=out, yes=yes, output=output))
