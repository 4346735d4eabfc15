"""The founders adopt bylaws, which every node keeps to from then on.

Their terms are seconds, so that a play takes minutes. How many follows from how fast commands are here.
"""

import math
from typing import Final

from cli.demo.assembly.people import COOP, COOPS, FOUNDING_MEMBERS, names, write
from cli.demo.beginning import admit, found_federation, use_keys
from cli.demo.processes import wait_until_ready
from cli.demo.stage import STEWARDS
from cli.demo.world import World
from cli.shell.language import language

FIRST_LIMIT: Final = 5_000
"""Minor units."""
SHORTEST_NOTICE: Final = 4
LONGEST_NOTICE: Final = 30
COMMANDS_IN_NOTICE: Final = 8
"""So many commands fit into the notice of a vote, and as many again before it closes."""
_BYLAWS: Final = """\
version = 1
[articles]
admit = 2
propose = 1
notice = "{notice} seconds"
second_call = "{notice} seconds"
first_quorum = "50 %"
demand = "30 %"
late_window = "0 seconds"
hearing = "{notice} seconds"
wait_guardians = "{wait} seconds"
objection_term = "10 minutes"
contribution = "2 %"
commons_debt = "200.00"
first_limit_0 = "100.00"
"""


def play(world: World) -> None:
    """Found, admit the first members, and adopt."""
    stage, cast = world.stage, world.cast
    ports = [world.port(coop) for coop in COOPS]
    found_federation(stage, cast, ports, first_limit=FIRST_LIMIT, coops=COOPS)
    for coop in COOPS:
        world.start(coop, is_ready=False)
    wait_until_ready(list(world.nodes.values()))
    use_keys(stage, cast, {coop: world.url(coop) for coop in COOPS})
    stage.say("The founding stewards of Norte admit {names}.", names=names(FOUNDING_MEMBERS))
    founders = [cast.steward(steward, COOP) for steward in STEWARDS]
    for member in FOUNDING_MEMBERS:
        admit(stage, cast, member, world.url(COOP), stewards=founders)
    _adopt(world)


def _adopt(world: World) -> None:
    stage, cast = world.stage, world.cast
    notice = notice_of(stage.seconds / stage.commands)
    file = write(world, "estatuto.toml", _BYLAWS.format(notice=notice, wait=2 * notice))
    text = write(
        world, "estatuto.txt", "Estatuto de la Cooperativa Norte, firmado en papel por todas."
    )
    stage.say(
        "They have talked about bylaws. Terms are seconds here, and days elsewhere. In words:"
    )
    stage.run(cast.anybody, "bylaws", "explain", file)
    stage.say("All founding stewards sign the act. From now on every node keeps to it.")
    for steward in STEWARDS:
        words = ("bylaws", "adopt", file, "--text", text, "--yes")
        stage.run(cast.steward(steward, COOP), *words)
    stage.run(cast.anybody, "bylaws", "show", "--node", world.url(COOP), "--language", language())


def notice_of(seconds: float) -> int:
    """How long before its first close a vote is announced where a command takes so long, in seconds."""
    return min(max(math.ceil(COMMANDS_IN_NOTICE * seconds), SHORTEST_NOTICE), LONGEST_NOTICE)
