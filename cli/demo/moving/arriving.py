"""Members take over their accounts with the words of their invitations, agree, and pay."""

from typing import Final

from cli.demo.moving.people import COOP, NAMED, audit, typed, words_of
from cli.demo.stage import TourFailed
from cli.demo.world import World
from cli.shell.language import say


def play(world: World) -> None:
    """Five members come; each makes a key of their own, and says that the balance is right."""
    stage, cast = world.stage, world.cast
    stage.say("Rosa gets an envelope with 24 words, and with them she has her account.")
    for name in NAMED:
        is_shown = name == NAMED[0]
        member, invited = cast.member(name), cast.member(f"{name}-invited")
        with typed(words_of(world.root, name)):
            stage.run(invited, "wallet", "restore", is_shown=False)
        stage.run(invited, "join", "--node", world.url(COOP), "--handle", name, is_shown=is_shown)
        if is_shown:
            stage.say("Who printed the words could have kept them: so she makes a key of her own.")
        stage.ask(member, "wallet", "new")
        new = str(world.root / "people" / name / "wallet.json")
        stage.run(invited, "recovery", "rekey", new, "--yes", is_shown=is_shown)
        stage.run(member, "opening", "acknowledge", "--yes", is_shown=is_shown)
    stage.run(cast.member(NAMED[0]), "opening", "show")
    stage.run(cast.member(NAMED[0]), "statement")
    agreed = world.ask(COOP, "/v1/opening")["opening"]["acknowledged"]
    if agreed != len(NAMED):
        raise TourFailed("/v1/opening", 1, str(agreed))
    stage.say("They pay each other with what they had.")
    paid = ("pay", f"{NAMED[4]}@{COOP}", "7.50", "--memo", say("bread and eggs"), "--yes")
    stage.run(cast.member(NAMED[0]), *paid)
    audit(world)


ERASED: Final = NAMED[3]
