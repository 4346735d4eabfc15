"""`fiado merchant webhook`: where your shop wants to be told."""

from pathlib import Path

import click

from cli.shell.forms import when
from cli.shell.language import say
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.retelling import retold
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership
from node.member.client import Json, path_of


@click.group()
def webhook() -> None:
    """Where your shop wants to be told, and what it was told."""


def _state(found: Json) -> str:
    """How it goes with an endpoint, in words."""
    if found["disabled"]:
        return say("disabled: {why}", why=retold(str(found["why"])))
    if found["health"] == "failing":
        failure, next_try = found["failure"], found["next_try"]
        again = "" if next_try is None else say(" Next try: {time}.", time=when(next_try))
        return say(
            "failing since {time}: {error}{again}",
            time=when(found["failing_since"]),
            error=retold(str(failure["error"])),
            again=again,
        )
    return say("works") if found["health"] == "works" else say("nothing sent so far")


def _show(found: Json, output: Output) -> None:
    fields = {
        say("endpoint"): found["id"],
        say("address"): found["url"],
        say("events"): " ".join(found["types"]) or say("all"),
        say("state"): _state(found),
        say("public key"): found["public_key"],
    }
    output.fields(fields)
    output.result(found)


@webhook.command("add")
@click.argument("url")
@click.option("--type", "types", multiple=True, metavar="EVENT", help="Such as invoice.settled.")
@wallet_option
@passphrase_options
@output_option
def add(
    url: str, types: tuple[str, ...], wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Ask to be told at an address. The secret that verifies the messages is shown now."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        made = member.client.post("/v1/webhooks", {"url": url, "types": list(types)})
        for id_ in made["same_url"]:
            output.note(
                say(
                    "You have another endpoint at this address, {id}: it will hear of an event from both.",
                    id=id_,
                )
            )
        output.line(say("The secret that verifies its messages:"))
        output.line(made["secret"])
        _show(made, output)


@webhook.command("list")
@wallet_option
@passphrase_options
@output_option
def list_all(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show your endpoints."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        found = member.client.get("/v1/webhooks").get("webhooks", [])
        rows = [
            [
                each["id"],
                each["url"],
                " ".join(each["types"]) or say("all"),
                _state(each),
            ]
            for each in found
        ]
        output.table([say("id"), say("address"), say("events"), say("state")], rows)
        output.result({"webhooks": found})


@webhook.command("remove")
@click.argument("id_", metavar="ID")
@wallet_option
@passphrase_options
@output_option
def remove(id_: str, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Forget an endpoint, and what waits for it."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        member.client.delete(path_of("v1", "webhooks", id_))
        output.line(say("The endpoint {id} is told nothing more.", id=id_))
        output.result({"id": id_, "removed": True})


@webhook.command("enable")
@click.argument("id_", metavar="ID")
@wallet_option
@passphrase_options
@output_option
def enable(id_: str, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Tell an endpoint again that was disabled."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        _show(member.client.post(path_of("v1", "webhooks", id_, "enable")), output)


@webhook.command("change")
@click.argument("id_", metavar="ID")
@click.argument("url", required=False)
@click.option(
    "--type",
    "types",
    multiple=True,
    metavar="EVENT",
    help="Such as invoice.settled; these alone from now on.",
)
@click.option("--all-types", is_flag=True, help="Tell it of all events.")
@wallet_option
@passphrase_options
@output_option
def change(
    id_: str,
    url: str | None,
    types: tuple[str, ...],
    all_types: bool,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Tell an endpoint at another address, or of other events; its secret stays.

    What isn't given stays as it is: the address without URL, the events without --type.
    """
    if types and all_types:
        raise click.UsageError(say("Give --type or --all-types, not both."))
    if url is None and not types and not all_types:
        raise click.UsageError(say("Give what is to change: the address, --type or --all-types."))
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        path = path_of("v1", "webhooks", id_)
        now = member.client.get(path)
        kept = [] if all_types else list(types) or now["types"]
        asked = {"url": now["url"] if url is None else url, "types": kept}
        _show(member.client.post(path, asked), output)


@webhook.command("test")
@click.argument("id_", metavar="ID")
@wallet_option
@passphrase_options
@output_option
def test(id_: str, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Send an endpoint a message of the type webhook.test, which tells of nothing."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        found = member.client.post(path_of("v1", "webhooks", id_, "test"))
        output.line(say("{message} is being sent.", message=found["message"]))
        output.result(found)


@webhook.command("rotate")
@click.argument("id_", metavar="ID")
@wallet_option
@passphrase_options
@output_option
def rotate(id_: str, wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Give an endpoint another secret; the old one signs nothing from now on."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        made = member.client.post(path_of("v1", "webhooks", id_, "secret"))
        output.line(say("The secret that verifies its messages from now on:"))
        output.line(made["secret"])
        output.result(made)


@webhook.command("deliveries")
@click.argument("id_", metavar="ID")
@click.option("--limit", type=click.IntRange(1, 200), default=20, help="How many.")
@wallet_option
@passphrase_options
@output_option
def deliveries(
    id_: str, limit: int, wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Show what an endpoint was told, newest first."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        page = member.client.get(path_of("v1", "webhooks", id_, "deliveries"), limit=limit)
        rows = []
        for each in page["deliveries"]:
            last = each["attempts"][-1] if each["attempts"] else {}
            state = each["state"]
            if each["next"] is not None and each["tries"]:
                state += say(", again at {time}", time=when(each["next"]))
            rows.append(
                [each["message"], when(each["created"]), each["type"], state, last.get("error", "")]
            )
        output.table(
            [say("message"), say("when"), say("event"), say("state"), say("last answer")], rows
        )
        output.result(page)


@webhook.command("redeliver")
@click.argument("id_", metavar="ID")
@click.argument("message")
@wallet_option
@passphrase_options
@output_option
def redeliver(
    id_: str, message: str, wallet: Path, passphrase: PassphraseSource, output: Output
) -> None:
    """Send a message again now, under the same id."""
    with open_membership(wallet, passphrase) as member:
        member.open_session()
        path = path_of("v1", "webhooks", id_, "deliveries", message, "redeliver")
        found = member.client.post(path)
        output.line(say("{message} is being sent again.", message=message))
        output.result(found)
