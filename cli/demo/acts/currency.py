"""The national currency loses three zeros."""

from cli.demo.world import World


def play(world: World) -> None:
    """From a day on, a thousand of the old are one of the new; no balance moves."""
    stage, cast = world.stage, world.cast
    stage.say(
        "The government takes three zeros off the peso. Balances are in units and stay as they are."
    )
    stage.run(cast.member("alice"), "balance")
    world.decide("currency", "ARN", "--zeros", "3", by=("norte", "sur", "oeste"))
    stage.run(cast.anybody, "index", "show", "--node", world.url("norte"))
    stage.run(cast.member("alice"), "balance")
