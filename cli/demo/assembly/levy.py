"""A levy is voted and collected at once, and the commons' statement tells of it."""

from cli.demo.assembly.people import COOP, hold, write
from cli.demo.world import World


def play(world: World) -> None:
    """One per cent of what members have."""
    stage, cast = world.stage, world.cast
    stage.say("The roof leaks. Tomás proposes that who has something gives one in a hundred, once.")
    text = write(
        world, "techo.txt", "Una cuota única del 1 % de los saldos a favor, para el techo."
    )
    words = ("proposal", "new", "levy", "--have", "1%", "--text", text, "--yes")
    hold(
        world,
        "levy",
        lambda: stage.run(cast.elected("tomas"), *words),
        {"hugo": "yes", "lucia": "yes", "tomas": "yes", "elena": "no"},
        outcome="enacted",
    )
    stage.say("It is collected in the moment in which the vote is counted. Anybody can read:")
    stage.run(cast.anybody, "commons", "statement", "--node", world.url(COOP))
