"""A cooperative leaves: it settles first, and its log ends."""

from cli.demo.world import World
from cli.shell.language import say


def play(world: World) -> None:
    """Oeste pays what it owes, or is paid what it has coming, and leaves."""
    stage, cast = world.stage, world.cast
    stage.say(
        "Oeste moves away. Its member spends what she has, so that it leaves with nothing owed."
    )
    pay = ("pay", "alice@norte", "5.00", "--memo", say("the rest"), "--wait", "delivered")
    world.repeat(cast.member("elsa"), *pay, is_shown=True)
    world.decide("leave", "oeste", by=("norte", "este", "oeste"))
    stage.run(cast.anybody, "federation", "show", world.url("norte"))
