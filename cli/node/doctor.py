"""`fiado doctor`: looks at this installation, and says what would make it right."""

from collections.abc import Sequence
from pathlib import Path

import click

from cli.node.health import (
    Check,
    Health,
    check_folder,
    check_machine,
    check_node,
    check_running,
    check_wallet,
)
from cli.shell.exit_codes import ExitCode
from cli.shell.language import later, say
from cli.shell.parameters import NODE_URL, output_option, wallet_option
from cli.shell.terminal import Output

MARKS = {Health.GOOD: later("ok"), Health.NOTE: later("note"), Health.BAD: later("WRONG")}


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Look at this node's folder too.",
)
@click.option(
    "--node", "node_url", type=NODE_URL, metavar="URL", help="See whether this node can be reached."
)
@wallet_option
@output_option
def doctor(folder: Path | None, node_url: str | None, wallet: Path, output: Output) -> None:
    """Check this installation: programs, disk, clock, wallet, and a node's folder or address.

    It changes nothing and ends with an error only if something is wrong.
    """
    checks = [*check_machine(folder or Path.cwd())]
    if folder is None or wallet.exists():
        checks += check_wallet(wallet)
    if folder is not None:
        checks += [*check_folder(folder), *check_running(folder)]
    if node_url is not None:
        said = set(checks)
        checks += [each for each in check_node(node_url) if each not in said]
    output.table(
        ["", say("what"), say("found")],
        [[say(MARKS[each.health]), each.name, each.found] for each in checks],
    )
    for each in checks:
        if each.remedy:
            output.line()
            output.line(f"{each.name}: {each.remedy}")
    bad = [each for each in checks if each.health is Health.BAD]
    output.line()
    output.line(_summary(checks))
    output.result({"healthy": not bad, "checks": [_as_json(each) for each in checks]})
    if bad:
        click.get_current_context().exit(int(ExitCode.REFUSED))


def _summary(checks: Sequence[Check]) -> str:
    found = {each.health for each in checks if each.health is Health.BAD or each.remedy}
    if Health.BAD in found:
        return say("Something is wrong; see above.")
    if found:
        return say("Nothing is broken, but something wants to be looked at; see above.")
    return say("Everything that was looked at is fine.")


def _as_json(check: Check) -> dict[str, str]:
    return {
        "name": check.name,
        "health": check.health.value,
        "found": check.found,
        "remedy": check.remedy,
    }
