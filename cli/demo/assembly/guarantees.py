"""Two members answer for a third; the debtor leaves, and they and the commons pay."""

from typing import Final

from cli.demo.assembly.people import COOP, SIGNING, sign_both
from cli.demo.inflation import today
from cli.demo.world import World
from cli.shell.language import say
from ledger.index.days import text_from_day

_DAYS: Final = 180
_CAPS: Final = {"elena": "30.00", "hugo": "10.00"}


def play(world: World) -> None:
    """Ramón's limit is raised since others answer for him; he owes 61.20 when he leaves."""
    stage, cast = world.stage, world.cast
    ramon = cast.member("ramon")
    stage.say(
        "Ramón mends stalls and needs wood. Elena and Hugo answer for a part of what he may owe."
    )
    until = text_from_day(today() + _DAYS)
    for name, cap in _CAPS.items():
        words = ("guarantee", "offer", "ramon", cap, "--until", until, "--yes")
        stage.run(cast.member(name), *words)
    stage.say("Knowing that, two stewards raise his limit, and he buys.")
    reason = say("Elena and Hugo answer for 40.00 of it")
    sign_both(world, "steward", "limit", "ramon", "80.00", "--reason", reason)
    stage.run(ramon, "pay", f"lucia@{COOP}", "60.00", "--memo", say("wood"), "--yes")
    stage.say("Then he has to move away, and owes 61.20. He sees who will pay before he signs.")
    stage.run(ramon, "leave", "--yes")
    stage.say("Since others pay, two stewards have to sign as well. They see the same shares.")
    (draft,) = stage.ask(cast.elected(SIGNING[0]), "steward", "pending")["drafts"]
    for name in SIGNING:
        stage.run(cast.elected(name), "steward", "sign", str(draft["id"]), "--yes")
    stage.say(
        "Elena and Hugo have paid what they answered for and no more, and the commons the rest."
    )
    for name in _CAPS:
        stage.run(cast.member(name), "balance")
    stage.run(cast.anybody, "commons", "statement", "--node", world.url(COOP))
