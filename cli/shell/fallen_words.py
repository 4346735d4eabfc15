"""What holds of a fallen payment, in words: one that is only in a history of a log that does not stand."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from node.member.amounts import format_amount
from node.member.answers import objects
from node.member.client import Json, NodeClient, NodeProblem

FALLEN_PATH: Final = "/v1/federation/fallen"

_FOR_ALL: Final[Mapping[str, str]] = {
    "unknown": "undone: the payer has it; whether the payee keeps it is not known here",
    "undone": "undone: the payer has it, nobody was paid",
    "kept": "the payee keeps it, and the payer has it too",
    "commons": "the payee had closed: their cooperative keeps it, and the payer has it too",
}
_FOR_PAYER: Final[Mapping[str, str]] = {
    "unknown": "undone: you have it; whether the payee keeps it your node does not know",
    "undone": "undone: you have it",
    "kept": "the payee keeps it, and you have it too",
    "commons": "the payee had closed: their cooperative keeps it, and you have it too",
}
_FOR_PAYEE: Final[Mapping[str, str]] = {
    "undone": "undone: you were not paid",
    "kept": "you keep it",
    "commons": "your account had closed: your cooperative keeps it",
}


def outcome_words(item: Json, *, account: tuple[int, int] | None = None) -> str:
    """What holds, for everybody or for the owner of that account (coop, account)."""
    table = _FOR_ALL
    if account is not None:
        table = _FOR_PAYER if place_of(item, "payer") == account else _FOR_PAYEE
    if item.get("stands_as") is not None:
        also = f"it counts as entry {item['coop']}/{item['stands_as']} too"
        return also if table is _FOR_PAYER else f"{table[str(item['outcome'])]}; {also}"
    return table[str(item["outcome"])]


def place_of(item: Json, side: str) -> tuple[int, int]:
    """Coop and account of the `payer` or `payee`."""
    party: dict[str, Any] = item[side]
    return int(party["coop_number"]), int(party["account"])


def party_words(item: Json, side: str) -> str:
    """The `payer` or `payee`, as people know them."""
    party: dict[str, Any] = item[side]
    if party["account"] == 0:
        return f"the common fund of {party['coop']}"
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
        f"{fork['coop']} has signed several histories after entry {fork['parted']} of its log. "
        + (
            "Nothing is decided yet: the one counts that most others took in. "
            if fork["version"] is None
            else f"Change {fork['version']} of the charter says which one stands. "
        )
        + f"Payments that are only in another: {fork['payments']}, together "
        f"{format_amount(int(fork['amount']))}; of that, payees elsewhere keep "
        f"{format_amount(int(fork['kept']))}."
        for fork in forks
    ]
