"""A price print is mistyped, and agreed on once it is corrected."""

from typing import Final

from cli.demo.stage import STEWARDS
from cli.demo.world import World
from cli.shell.forms import marked

RIGHT: Final = "2.5"
MISTYPED: Final = "25"
DECIDING: Final = ("norte", "sur")


def play(world: World) -> None:
    """Norte types 25 for 2.5; Sur has it right. Norte looks again, and both agree."""
    stage = world.stage
    before = _next_period(world, "norte")
    stage.say(
        "The office prints {change} % for the month. At Norte somebody types {mistyped}.",
        change=marked(RIGHT),
        mistyped=MISTYPED,
    )
    _publish(world, "norte", MISTYPED)
    _publish(world, "sur", RIGHT)
    stage.say(
        "There are two answers, so nothing is decided, and nothing is lost. Norte corrects it."
    )
    _publish(world, "norte", RIGHT)
    world.wait(
        "fiado index publish",
        lambda: all(_next_period(world, coop) > before for coop in world.nodes),
    )
    stage.run(world.cast.anybody, "index", "show", "--node", world.url("oeste"))


def _publish(world: World, coop: str, change: str) -> None:
    for steward in STEWARDS:
        words = ("index", "publish", "--change", change, "--yes")
        world.repeat(world.cast.steward(steward, coop), *words, is_shown=steward == STEWARDS[0])


def _next_period(world: World, coop: str) -> int:
    return int(world.ask(coop, "/v1/index")["next_period"])
