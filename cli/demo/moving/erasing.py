"""A name is erased, and no log has ever had one."""

from pathlib import Path

from cli.demo.moving.arriving import ERASED
from cli.demo.moving.people import COOP, COOPS, NAMED, audit
from cli.demo.stage import TourFailed
from cli.demo.world import World
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from node.member.client import NodeClient


def play(world: World) -> None:
    """Pablo has his name erased; the books hold, and the account can be paid by its number."""
    stage, cast = world.stage, world.cast
    stage.say("Pablo does not want to be found by name any more.")
    stage.run(cast.member(ERASED), "name", "show")
    stage.run(cast.member(ERASED), "name", "erase", "--yes")
    pay = ("--memo", say("eggs"), "--yes")
    payer = cast.member(NAMED[0])
    stage.run(payer, "pay", f"{ERASED}@{COOP}", "1.00", *pay, expected=ExitCode.REFUSED)
    account = stage.ask(cast.member(ERASED), "name", "show")["account"]
    stage.run(payer, "pay", f"#{account}@{COOP}", "1.00", *pay)
    audit(world)
    stage.say("Nobody finds a name in a log, from its first byte to its last.")
    for coop in COOPS:
        _search(world, coop)


def _search(world: World, coop: str) -> None:
    """No entry that a node gives has a member's handle in it, nor has another coop's database."""
    with NodeClient(world.url(coop)) as client:
        first, length = 1, int(client.get(f"/v1/logs/{COOP}/head")["length"])
        while first <= length:
            answer = client.get_bytes(f"/v1/logs/{COOP}/entries", first=first)
            _check(answer.body, f"{client.url}/v1/logs/{COOP}/entries")
            first += int(answer.headers["fiado-count"])
    if coop != COOP:
        for path in sorted(Path(world.root / coop).rglob("*")):
            if path.is_file():
                _check(path.read_bytes(), str(path))


def _check(data: bytes, place: str) -> None:
    for name in NAMED:
        if name.encode() in data:
            raise TourFailed(place, 1, name)
