"""How the demonstrations begin: three cooperatives found a federation, and admit their first members."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from cli.demo.founding import quicken
from cli.demo.inflation import base_of_index
from cli.demo.stage import COOPS, STEWARDS, Actor, Cast, Stage
from cli.shell.language import later

_FOUNDING: Final = {
    2: later("Two cooperatives found a federation. Each makes the folder of its node."),
    3: later("Three cooperatives found a federation. Each makes the folder of its node."),
}


def found_federation(
    stage: Stage,
    cast: Cast,
    ports: Sequence[int],
    *,
    first_limit: int,
    coops: Sequence[str] = COOPS,
) -> Path:
    """Nodes' folders, stewards' keys, the charter and its signatures; `first_limit` in minor units."""
    stage.say(_FOUNDING[len(coops)])
    charter = cast.root / "charter.toml"
    options: list[str] = []
    urls = {coop: f"http://127.0.0.1:{port}" for coop, port in zip(coops, ports, strict=True)}
    for coop, port in zip(coops, ports, strict=True):
        words = ["node", "init", str(cast.root / coop), "--coop", coop, "--port", str(port)]
        words += ["--public-url", urls[coop]]
        for other, url in urls.items():
            words += ["--peer", f"{other}={url}"] if other != coop else []
        made = stage.ask(cast.anybody, *words)
        quicken(cast.root / coop, first_limit=first_limit)
        options += [
            "--coop",
            f"{coop}=Cooperativa {coop.capitalize()}",
        ]
        options += ["--node-key", f"{coop}={made['public_key']}"]
        options += ["--clearing-limit", f"{coop}=1000.00"]
        for steward in STEWARDS:
            key = stage.ask(cast.steward(steward, coop), "steward", "key", "new")
            options += ["--steward", f"{coop}={steward}:{key['public_key']}"]
    stage.say("They agree on a charter and sign it, each with its node's key.")
    options += ["--index", "cer", "--base", base_of_index()]
    words = ["federation", "init", str(charter), "--name", "Ferias del Sur", *options]
    stage.run(cast.anybody, *words, is_shown=False)
    for coop in coops:
        node = str(cast.root / coop)
        stage.ask(cast.anybody, "federation", "sign", str(charter), "--node", node, "--yes")
    stage.run(cast.anybody, "federation", "show", str(charter))
    for coop in coops:
        stage.ask(cast.anybody, "node", "install", str(cast.root / coop), str(charter))
    return charter


def admit_members(stage: Stage, cast: Cast, urls: dict[str, str]) -> None:
    """Members join, and stewards admit them."""
    use_keys(stage, cast, urls)
    stage.say("Alice makes a key on her own machine and asks Norte for an account.")
    for name, coop in (("alice", "norte"), ("beto", "norte"), ("carla", "sur"), ("dario", "este")):
        is_shown = name == "alice"
        stage.ask(cast.member(name), "wallet", "new")
        words = ("join", "--node", urls[coop], "--handle", name)
        stage.run(cast.member(name), *words, is_shown=is_shown)
        if is_shown:
            stage.say("Two stewards have to agree. Each sees what they sign, in plain words.")
        for steward in STEWARDS:
            who = cast.steward(steward, coop)
            stage.run(who, "steward", "admit", name, "--yes", is_shown=is_shown)
    stage.run(cast.member("alice"), "join")
    stage.say("In the same way Beto joined Norte, Carla Sur and Dario Este.")


def use_keys(stage: Stage, cast: Cast, urls: dict[str, str]) -> None:
    """Stewards tell their keys where they serve."""
    for coop, url in urls.items():
        for steward in STEWARDS:
            stage.ask(cast.steward(steward, coop), "steward", "key", "use", url)


def admit(stage: Stage, cast: Cast, name: str, url: str, *, stewards: Sequence[Actor]) -> None:
    """Somebody makes a wallet, asks the node at `url` for an account, and these stewards sign; unseen."""
    member = cast.member(name)
    stage.ask(member, "wallet", "new")
    stage.ask(member, "join", "--node", url, "--handle", name)
    for steward in stewards:
        stage.ask(steward, "steward", "admit", name, "--yes")
    stage.ask(member, "join")
