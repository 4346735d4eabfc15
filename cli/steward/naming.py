"""`fiado steward erase-name`: a member's name is erased at the cooperative's node, by enough stewards."""

from pathlib import Path

import click

from cli.shell.erasing import agree_to_erase, tell_asked, tell_erased, tell_taken_back
from cli.shell.parameters import output_option, passphrase_options
from cli.shell.passphrase import PassphraseSource
from cli.shell.terminal import Output
from cli.steward.signing import find_member
from cli.steward.stewardship import open_stewardship, steward_key_option
from node.member.answers import integer, text
from node.member.client import path_of


@click.command("erase-name")
@click.argument("member", metavar="HANDLE")
@click.option(
    "--reason", metavar="TEXT", help="Why; the member is shown it, until the name is gone."
)
@click.option("--take-back", is_flag=True, help="Ask for it no more, while it is not erased.")
@click.option("--yes", is_flag=True, help="Erase without asking; for scripts.")
@steward_key_option
@passphrase_options
@output_option
def erase_name(
    member: str,
    reason: str | None,
    take_back: bool,
    yes: bool,
    key_path: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Ask that what a member is called be erased, for good, where somebody has asked for it.

    It is erased once as many stewards have asked, within 30 days, as it takes to freeze an account, and no
    fewer than the charter's threshold. Until then the member sees that you ask, and why, and you can take it
    back. The account goes on under its number. Members can do the same by themselves with `fiado name erase`.
    """
    with open_stewardship(key_path, passphrase) as steward:
        steward.open_session()
        found = find_member(steward, member)
        address = f"{text(steward.client, found, 'handle')}@{steward.coop.name}"
        number = integer(steward.client, found, "account")
        path = path_of("v1", "members", number, "erasure")
        if take_back:
            tell_taken_back(steward.client.delete_for(path), address, steward.client, output)
            return
        agree_to_erase(address, yes=yes, output=output)
        asked = steward.client.post(path, {"reason": reason})
        if asked.get("erased") is not True:
            tell_asked(asked, address, steward.client, output)
            return
        after = steward.client.get(path_of("v1", "members", number))
        tell_erased(after, steward.client, steward.coop.name, output)
