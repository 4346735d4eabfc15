"""`fiado steward members` and `discard`: who belongs to the cooperative, and clearing the desk."""

from pathlib import Path

import click

from cli.shell.consent import agree_to_replace
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options
from cli.shell.passphrase import PassphraseSource
from cli.shell.states import state_words
from cli.shell.terminal import Output
from cli.steward.signing import draft_of, names_of, print_draft, waiting_drafts
from cli.steward.stewardship import Stewardship, open_stewardship, steward_key_option
from node.member.answers import integer, objects, text
from node.member.client import Json, path_of

_PAGE = 200


@click.command("members")
@steward_key_option
@passphrase_options
@output_option
def members(key_path: Path, passphrase: PassphraseSource, output: Output) -> None:
    """List your cooperative's accounts, with balance, limit and status."""
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        found = all_members(steward)
        rows = [
            [
                str(each["account"]),
                str(each["handle"]),
                state_words(each["class"]),
                in_units(each["balance"]),
                in_units(each["limit"]),
                state_words(each["status"]),
            ]
            for each in found
        ]
        if rows:
            output.table(
                [
                    say("account"),
                    say("handle"),
                    say("class"),
                    say("balance"),
                    say("limit"),
                    say("status"),
                ],
                rows,
            )
        else:
            output.line(say("Nobody has an account yet."))
        output.result({"members": found})


def all_members(steward: Stewardship) -> list[Json]:
    """Every account, page by page, by rising number."""
    found: list[Json] = []
    after: object = 0
    while after is not None:
        page = steward.client.get(f"/v1/members?after={after}&limit={_PAGE}")
        for row in objects(steward.client, page, "members"):
            fields = {
                name: integer(steward.client, row, name) for name in ("account", "balance", "limit")
            }
            words = {
                name: text(steward.client, row, name) for name in ("handle", "class", "status")
            }
            found.append({**fields, **words})
        after = None if page.get("next") is None else integer(steward.client, page, "next")
    return found


@click.command("discard")
@click.argument("draft", metavar="ID")
@click.option("--yes", is_flag=True, help="Discard without asking; for scripts.")
@steward_key_option
@passphrase_options
@output_option
def discard(
    draft: str, yes: bool, key_path: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Discard a draft that waits at the node, or decline a request to join.

    Nothing in the books changes, and the same draft or request can be made again.
    """
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        path = path_of("v1", "drafts", draft)
        found = draft_of(steward, steward.client.get(path))
        print_draft(found, names_of(steward, found, waiting_drafts(steward)), output)
        if not yes:
            if output.is_json:
                raise click.UsageError(say("With --json give --yes too: nobody can be asked."))
            agree_to_replace(say("Discard this, for all stewards?"), option="--yes")
        steward.client.delete(path)
        output.line(say("Discarded: {draft}.", draft=draft))
        output.result({"id": draft, "state": "discarded"})
