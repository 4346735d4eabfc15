"""Stewards lower a limit, members call a vote about it without them, and overturn it."""

from cli.demo.assembly.people import hold, sign_both, write
from cli.demo.world import World
from cli.shell.language import say


def play(world: World) -> None:
    """Lucía's limit falls to 45.00 and is 100.00 again after the vote."""
    stage, cast = world.stage, world.cast
    lucia = cast.member("lucia")
    stage.say("Two stewards lower Lucía's limit. They have to say why, and she reads it.")
    reason = say("her stall was closed for two weeks")
    sign_both(world, "steward", "limit", "lucia", "45.00", "--reason", reason)
    stage.run(lucia, "balance")
    stage.say("She thinks that this is wrong. Members demand a vote, which takes no steward.")
    text = write(
        world,
        "apelacion.txt",
        "El puesto de Lucía cerró por una obra en la calle. Pedimos que el límite vuelva a 100.",
    )
    demand = world.root / "apelacion.json"

    def propose() -> None:
        words = ("proposal", "new", "limit", "lucia", "100.00", "--demand", str(demand))
        stage.run(cast.member("pablo"), *words, "--text", text, "--yes")
        stage.run(cast.member("hugo"), "proposal", "sign", str(demand), "--yes")
        stage.run(cast.member("hugo"), "proposal", "submit", str(demand))

    said = {"pablo": "yes", "hugo": "yes", "elena": "yes", "rosa": "no"}
    hold(world, "appeal", propose, said, outcome="enacted")
    stage.say("The limit is what members have decided. What stewards had decided held until then.")
    stage.run(lucia, "balance")
