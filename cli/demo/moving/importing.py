"""A community of 300 is imported from another system, and opens with its balances."""

from cli.demo.beginning import found_federation, use_keys
from cli.demo.moving.people import (
    COOP,
    COOPS,
    EXPORT,
    INVITATIONS,
    MEMBERS,
    PLAN,
    audit,
    stewards,
    write_export,
)
from cli.demo.processes import wait_until_ready
from cli.demo.stage import TourFailed
from cli.demo.world import World
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say


def found(world: World) -> None:
    """Two coops found a federation; what one of them had before is a file."""
    ports = [world.port(coop) for coop in COOPS]
    found_federation(world.stage, world.cast, ports, first_limit=0, coops=COOPS)
    for coop in COOPS:
        world.start(coop, is_ready=False)
    wait_until_ready([world.nodes[coop] for coop in COOPS])
    use_keys(world.stage, world.cast, {coop: world.url(coop) for coop in COOPS})
    write_export(world.root)
    audit(world)


def look(world: World) -> None:
    """A dry run says what the file would do, and one with a mistake names the line."""
    stage, cast, file = world.stage, world.cast, world.root / EXPORT
    stage.say("Norte has existed for years, in Cyclos. Somebody looks at what the export would do.")
    words = ("federation", "import", "check")
    stage.run(cast.anybody, *words, str(file), "--from", "cyclos")
    stage.say("A file in which somebody is twice is refused, with the line.")
    doubled = world.root / "doubled.csv"
    text = file.read_text(encoding="utf-8")
    doubled.write_text(text + text.splitlines()[7] + "\n", encoding="utf-8")
    refused = ExitCode.REFUSED
    stage.run(cast.anybody, *words, str(doubled), "--from", "cyclos", expected=refused)
    _expect(world, accounts=0)


def move_in(world: World) -> None:
    """One steward prepares the plan, all sign it, and the node records it."""
    stage, root = world.stage, world.root
    first, *others = stewards(world)
    stage.say(
        "The assembly resolves to move. A steward prepares the plan; every steward signs all of it."
    )
    stage.run(
        first,
        *("federation", "import", "prepare", str(root / EXPORT), "--from", "cyclos"),
        *("--resolution", say("Assembly of 14 March: we move with the balances of 31 March.")),
        *("--out", str(root / PLAN), "--invitations", str(root / INVITATIONS), "--yes"),
    )
    words = ("federation", "import", "submit", str(root / PLAN))
    stage.say("With one signature it is too early.")
    stage.run(first, *words, expected=ExitCode.REFUSED)
    for other in others:
        stage.run(other, "federation", "import", "sign", str(root / PLAN), "--yes", is_shown=False)
    stage.run(first, *words)
    _expect(world, accounts=MEMBERS)
    audit(world)
    opening = world.ask(COOP, "/v1/opening")["opening"]
    if opening is None or opening["accounts"] != MEMBERS:
        raise TourFailed("/v1/opening", 1, str(opening))


def _expect(world: World, *, accounts: int) -> None:
    (steward, *_) = stewards(world)
    found = world.stage.ask(steward, "steward", "members")["members"]
    if len(found) != accounts:
        raise TourFailed("fiado steward members", 0, str(len(found)))
