"""An account of two treasurers, a till that is lost, and a standing order: keys that pay within caps."""

from typing import Final

from cli.demo.inflation import today
from cli.demo.moving.people import COOP, NAMED, audit
from cli.demo.stage import Actor
from cli.demo.world import World
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from ledger.index.days import text_from_day

_SHOP: Final = NAMED[4]
_ROSA: Final = NAMED[0]
_TIMES: Final = 3


def treasurers(world: World) -> None:
    """The kiosk is a cooperative: from now on two treasurers sign whatever its account pays."""
    stage, cast = world.stage, world.cast
    first, second = cast.member(_SHOP), cast.member("second-treasurer")
    stage.say(
        "The kiosk belongs to a cooperative. Its second treasurer makes a key, and both own it."
    )
    stage.ask(second, "wallet", "new")
    keys = (_wallet(world, _SHOP), _wallet(world, "second-treasurer"))
    stage.run(first, "account", "owners", *keys, "--needed", "2", "--yes")
    link = ("--node", world.url(COOP), "--handle", _SHOP)
    stage.run(_secret(world), "account", "link", keys[1], *link)
    stage.say("One treasurer alone moves nothing; the second signs the draft on another device.")
    pay = ("pay", f"{_ROSA}@{COOP}", "4.00")
    stage.run(first, *pay, "--yes", expected=ExitCode.REFUSED)
    draft = str(world.root / "draft.json")
    stage.run(first, *pay, "--draft", draft, "--yes")
    stage.run(second, "account", "sign", draft, "--yes")
    audit(world)


def till(world: World) -> None:
    """A till pays within its caps; it is lost, and its key revoked."""
    stage, cast = world.stage, world.cast
    stage.say("Rosa's stall has a till, which may give back up to 5.00 at once and 8.00 in a day.")
    _delegate(world, "till", "--per-payment", "5.00", "--per-day", "8.00")
    stage.run(cast.reader(_ROSA), "account", "keys")
    paid = ("--memo", say("given back"), "--as", _wallet(world, "till"))
    for amount, expected in (("4.00", ExitCode.OK), ("6.00", ExitCode.REFUSED)):
        words = ("pay", f"{NAMED[1]}@{COOP}", amount, *paid)
        stage.run(_secret(world), *words, expected=expected)
    stage.say("The till is lost. Its key pays nothing from the moment in which Rosa revokes it.")
    stage.run(cast.member(_ROSA), "account", "revoke", "0", "--yes")
    words = ("pay", f"{NAMED[1]}@{COOP}", "1.00", *paid)
    stage.run(_secret(world), *words, expected=ExitCode.REFUSED)
    audit(world)


def standing_order(world: World) -> None:
    """A program pays the same three times, to one payee and no other."""
    stage = world.stage
    stage.say("A program pays Elena every week, and may pay nobody else.")
    elena, pablo = (f"{name}@{COOP}" for name in NAMED[2:4])
    caps = ("--per-payment", "2.00", "--per-day", "6.00", "--to", elena, "--place", "1")
    _delegate(world, "program", *caps)
    paid = ("--as", _wallet(world, "program"))
    for time in range(_TIMES):
        memo = say("week {number}", number=time + 1)
        stage.run(_secret(world), "pay", elena, "2.00", "--memo", memo, *paid)
    refused = ExitCode.REFUSED
    stage.run(_secret(world), "pay", pablo, "2.00", *paid, expected=refused)
    stage.run(_secret(world), "pay", elena, "1.00", *paid, expected=refused)
    audit(world)


def _delegate(world: World, name: str, *caps: str) -> None:
    """Rosa lets a key pay from her account within these caps, for a month."""
    stage, cast = world.stage, world.cast
    stage.ask(cast.member(name), "wallet", "new")
    until = ("--until", text_from_day(today() + 30))
    key = _wallet(world, name)
    stage.run(cast.member(_ROSA), "account", "delegate", key, *caps, *until, "--yes")
    link = ("--node", world.url(COOP), "--handle", _ROSA)
    stage.run(_secret(world), "account", "link", key, *link, is_shown=False)


def _wallet(world: World, name: str) -> str:
    return str(world.root / "people" / name / "wallet.json")


def _secret(world: World) -> Actor:
    return Actor(say("till"), ("--passphrase-file", str(world.cast.passphrase)))
