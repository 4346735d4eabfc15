"""What holds of a fallen payment, in words: one that is only in a history of a log that does not stand."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cli.shell.forms import in_units
from cli.shell.language import later, say
from node.member.answers import objects
from node.member.client import Json, NodeClient, NodeProblem

FALLEN_PATH: Final = "/v1/federation/fallen"

_FOR_ALL: Final[Mapping[str, str]] = {
    "unknown": later("undone: the payer has it; whether the payee keeps it is not known here"),
    "undone": later("undone: the payer has it, nobody was paid"),
    "kept": later("the payee keeps it, and the payer has it too"),
    "commons": later("the payee had closed: their cooperative keeps it, and the payer has it too"),
}
_FOR_PAYER: Final[Mapping[str, str]] = {
    "unknown": later("undone: you have it; whether the payee keeps it your node does not know"),
    "undone": later("undone: you have it"),
    "kept": later("the payee keeps it, and you have it too"),
    "commons": later("the payee had closed: their cooperative keeps it, and you have it too"),
}
_FOR_PAYEE: Final[Mapping[str, str]] = {
    "undone": later("undone: you were not paid"),
    "kept": later("you keep it"),
    "commons": later("your account had closed: your cooperative keeps it"),
}


def outcome_words(item: Json, *, account: tuple[int, int] | None = None) -> str:
    """What holds, for everybody or for the owner of that account (coop, account)."""
    table = _FOR_ALL
    if account is not None:
        table = _FOR_PAYER if place_of(item, "payer") == account else _FOR_PAYEE
    if item.get("stands_as") is not None:
        also = say(
            "it counts as entry {coop}/{stands_as} too",
            coop=item["coop"],
            stands_as=item["stands_as"],
        )
        return also if table is _FOR_PAYER else f"{say(table[str(item['outcome'])])}; {also}"
    return say(table[str(item["outcome"])])


def place_of(item: Json, side: str) -> tuple[int, int]:
    """Coop and account of the `payer` or `payee`."""
    party: dict[str, Any] = item[side]
    return int(party["coop_number"]), int(party["account"])


def party_words(item: Json, side: str) -> str:
    """The `payer` or `payee`, as people know them."""
    party: dict[str, Any] = item[side]
    if party["account"] == 0:
        return say("the common fund of {coop}", coop=party["coop"])
    return f"{party['handle'] or party['account']}@{party['coop']}"


def fetch_fallen(client: NodeClient, path: str, **query: Any) -> tuple[Json, list[Json]]:
    """The answer of a node and the payments in it; nothing from a node that is too old to know any."""
    try:
        page = client.get(path, **query)
    except NodeProblem as problem:
        if problem.code == "not_found":
            return {"complete": True, "payments": [], "next": None, "forks": []}, []
        raise
    return page, objects(client, page, "payments")


def fork_lines(forks: Sequence[Json]) -> list[str]:
    """What each fork came to."""
    return [
        say(
            "{coop} has signed several histories after entry {parted} of its log. ",
            coop=fork["coop"],
            parted=fork["parted"],
        )
        + (
            say("Nothing is decided yet: the one counts that most others took in. ")
            if fork["version"] is None
            else say(
                "Change {version} of the charter says which one stands. ", version=fork["version"]
            )
        )
        + say(
            "Payments that are only in another: {payments}, together {amount}; of that, payees "
            "elsewhere keep {amount_2}.",
            payments=fork["payments"],
            amount=in_units(int(fork["amount"])),
            amount_2=in_units(int(fork["kept"])),
        )
        for fork in forks
    ]
