"""The minutes of a vote, for the assembly's book."""

from cli.demo.world import World
from cli.shell.language import language


def play(world: World) -> None:
    """Those of the appeal."""
    number = str(world.proposals.get("appeal", 1))
    world.stage.say("The secretary prints the minutes of the appeal, to be signed into the book.")
    words = ("proposal", "minutes", number, "--language", language())
    world.stage.run(world.cast.elected("rosa"), *words)
