"""The national currency loses three zeros."""

from cli.demo.inflation import today
from cli.demo.world import World
from ledger.index.days import text_from_day


def play(world: World) -> None:
    """From a day on, a thousand of the old are one of the new; no balance moves."""
    stage, cast = world.stage, world.cast
    stage.say(
        "The government takes three zeros off the peso. Balances are in units and stay as they are."
    )
    stage.run(cast.member("alice"), "balance")
    words = ("currency", "ARN", "--from", text_from_day(today() + 1), "--old", "1000")
    world.decide(*words, by=("norte", "sur", "oeste"))
    stage.run(cast.anybody, "index", "show", "--node", world.url("norte"))
    stage.run(cast.member("alice"), "balance")
