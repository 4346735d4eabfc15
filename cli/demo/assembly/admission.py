"""A member is admitted, with a first limit that the bylaws bound, and trades."""

from cli.demo.assembly.people import COOP, sign_both
from cli.demo.world import World
from cli.shell.language import say


def play(world: World) -> None:
    """Lucía joins, is admitted by two elected stewards, buys, sells, and Pablo names guardians."""
    stage, cast = world.stage, world.cast
    lucia = cast.member("lucia")
    stage.say("Lucía sells bread. She makes a key on her telephone, and asks for an account.")
    stage.ask(lucia, "wallet", "new")
    stage.run(lucia, "join", "--node", world.url(COOP), "--handle", "lucia", "--limit", "100.00")
    stage.say(
        "Two of the elected stewards admit her; the bylaws let nobody begin with more than 100."
    )
    sign_both(world, "steward", "admit", "lucia")
    stage.run(lucia, "join")
    stage.say("She buys flour on credit. Two in a hundred of each payment go to the commons.")
    stage.run(lucia, "pay", f"hugo@{COOP}", "40.00", "--memo", say("flour"), "--yes")
    stage.say("Pablo names two people who can help him if he ever loses his telephone.")
    words = ("recovery", "guardians", "elena", "hugo", "--needed", "2", "--yes")
    card = ("--card", str(world.root / "card.json"))
    stage.run(cast.member("pablo"), *words, *card)
