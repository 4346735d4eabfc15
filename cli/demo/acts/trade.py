"""Three cooperatives found a federation, admit members, and trade."""

from typing import Final

from cli.demo.beginning import admit_members, found_federation
from cli.demo.processes import wait_until_ready
from cli.demo.stage import COOPS
from cli.demo.world import World
from cli.shell.language import say

FIRST_LIMIT: Final = 50_000
"""Minor units."""


def play(world: World) -> None:
    """Found, start, admit, and pay from one cooperative to another."""
    stage, cast = world.stage, world.cast
    ports = [world.port(coop) for coop in COOPS]
    found_federation(stage, cast, ports, first_limit=FIRST_LIMIT)
    for coop in COOPS:
        world.start(coop, is_ready=False)
    wait_until_ready(list(world.nodes.values()))
    admit_members(stage, cast, {coop: world.url(coop) for coop in COOPS})
    stage.say("Alice of Norte pays Carla of Sur.")
    pay = ("pay", "carla@sur", "20.00", "--memo", say("two chairs"), "--wait", "delivered")
    stage.run(cast.member("alice"), *pay)
