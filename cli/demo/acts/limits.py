"""A clearing limit is raised: what one cooperative may owe the others together."""

from cli.demo.world import World


def play(world: World) -> None:
    """Norte proposes, Este and Oeste agree."""
    world.stage.say(
        "Sur sells little outside and buys much. It may owe the others 1,000.00; they make it 2,000.00."
    )
    world.decide("limit", "sur", "2000.00", by=("norte", "este", "oeste"))
    world.stage.run(world.cast.anybody, "federation", "history", "--node", world.url("este"))
