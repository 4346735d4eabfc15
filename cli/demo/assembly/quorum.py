"""A vote to which few come: it closes at the second call, and who has come decides."""

from cli.demo.assembly.people import hold, write
from cli.demo.world import World


def play(world: World) -> None:
    """Two of seven vote about the hours of the market."""
    stage, cast = world.stage, world.cast
    stage.say("Shall the market open on Saturdays? Two of seven vote, fewer than half.")
    text = write(world, "sabados.txt", "La feria abre también los sábados, de 8 a 13.")
    words = ("proposal", "new", "resolution", "--text", text, "--yes")
    hold(
        world,
        "saturdays",
        lambda: stage.run(cast.elected("elena"), *words),
        {"lucia": "yes", "hugo": "yes"},
        outcome="enacted",
    )
    stage.say("It did not close at its first close, and at the second whoever has come is enough.")
