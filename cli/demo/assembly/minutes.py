"""The minutes of a vote, for the assembly's book."""

from cli.demo.world import World


def play(world: World) -> None:
    """Those of the appeal, in Spanish."""
    number = str(world.proposals.get("appeal", 1))
    world.stage.say("The secretary prints the minutes of the appeal, to be signed into the book.")
    words = ("proposal", "minutes", number, "--language", "es")
    world.stage.run(world.cast.elected("rosa"), *words)
