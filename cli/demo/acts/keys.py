"""A node loses its key: the others agree on a new one, and it goes on where it was."""

from cli.demo.processes import wait_until_ready
from cli.demo.world import World
from cli.shell.language import say
from node.folder.files import KEY_FILE


def play(world: World) -> None:
    """Este's key is gone; a new one is made, read out to the others, and decided."""
    stage, cast = world.stage, world.cast
    stage.say("The stick with the key of Este's node is lost. The node is stopped, a new key made.")
    world.stop("este")
    folder, spare = world.root / "este", world.root / "este-new-key"
    made = stage.ask(cast.anybody, "node", "init", str(spare), "--coop", "este")
    (folder / KEY_FILE).unlink()
    (spare / KEY_FILE).rename(folder / KEY_FILE)
    stage.say("Este reads the new key out to the others by telephone, and they decide.")
    world.decide("key", "este", str(made["public_key"]), by=("norte", "sur", "oeste"))
    world.start("este", is_ready=False)
    wait_until_ready([world.nodes["este"]])
    stage.say(
        "Este goes on. Heads up to the named entry hold by the old key, later ones by the new."
    )
    pay = ("pay", "alice@norte", "4.00", "--memo", say("seeds"), "--wait", "delivered")
    world.repeat(cast.member("dario"), *pay, is_shown=True)
