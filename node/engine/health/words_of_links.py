"""How troubles with links are worded: why a node is not reached or let in, and what helps.

A part of the table in `words`.
"""

from collections.abc import Mapping
from typing import Final

_WHY: Final[Mapping[str, str]] = {
    "federation_unknown": "it runs another charter",
    "coop_unknown": "it does not know this cooperative",
    "not_me": "another cooperative's node answers at its address",
    "key_wrong": "what answers there has not its key",
    "already_linked": "it says that it is linked with this one already",
    "penalty": "it keeps away after a message that broke the protocol",
    "busy": "it is busy",
    "TimeoutError": "it does not answer",
    "malformed": "what answers there speaks another language",
}
"""Reasons of a refused handshake; others are told as they come."""


def unreached(coop: str, lasted: str, values: Mapping[str, int | str]) -> str:
    """That a coop's node can't be reached, and why if that is known."""
    why = str(values.get("why", ""))
    if not why:
        return f"The node of {coop} could not be reached for {lasted}."
    return f"The node of {coop} could not be reached for {lasted} ({_WHY.get(why, why)})."


def reach(coop: str, values: Mapping[str, int | str]) -> str:
    """What helps when a coop's node can't be reached, or is not known here."""
    if values.get("why") in ("key_wrong", "coop_unknown"):
        return (
            "One of the two may not have heard of a change of the charter, such as another key of a node; it "
            "does as soon as it reaches any other node that has. If this is the one and reaches no other, "
            f"fetch the changes from {coop}'s node into this node's folder, where they are checked: "
            "`fiado federation history --node URL --out charter.changes`. Then start this node again."
        )
    return (
        "See whether it runs, and whether its address in node.toml is right. The node keeps trying; what is "
        f"paid to {coop} meanwhile arrives afterwards."
    )


_BREACHES: Final[Mapping[str, str]] = {
    "stalled": "it took too long to read what it was sent",
    "flooded": "it went on sending more than a node may",
    "not_binary": "it sent something that is no message",
    "too_large": "it sent a message that is too large",
}
"""Breaches that are noticed before a message is read; others are told as they come."""


def broke(coop: str, lasted: str, values: Mapping[str, int | str], *, left: str) -> str:
    """That a coop's node broke the protocol, how often, and for how long it is refused still."""
    why, times = str(values.get("why", "")), int(values.get("times", 1))
    reason = _BREACHES.get(why, why)
    said = [f"The node of {coop} broke the protocol {lasted} ago ({reason})."]
    if times > 1:
        said.append(f"It did so {times} times in a row.")
    if values.get("refused_seconds"):
        said.append(f"This node neither calls it nor lets it in for another {left}.")
    else:
        said.append("It was kept away for a while, and may come back now.")
    return " ".join(said)
