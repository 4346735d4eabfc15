"""What a node says is wrong with it, read from its `/v1/status`; the words are the node's own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

STOPS: Final = "stops_recording"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong: its kind's stable name, the coop that it is about, and the words for it."""

    kind: str
    coop: str | None
    stops_recording: bool
    detail: str
    remedy: str


def read_troubles(status: Mapping[str, Any]) -> list[Trouble]:
    """The troubles in a node's status, what stops recording first; none of a node that lists none.

    A node may lie or be of another version: what has not the right shape is passed over.
    """
    listed = status.get("troubles")
    found = []
    for each in listed if isinstance(listed, list) else []:
        match each:
            case {
                "kind": str(kind),
                "severity": str(severity),
                "coop": str() | None as coop,
                "detail": str(detail),
                "remedy": str(remedy),
            }:
                found.append(
                    Trouble(
                        kind=kind,
                        coop=coop,
                        stops_recording=severity == STOPS,
                        detail=detail,
                        remedy=remedy,
                    )
                )
            case _:
                continue
    return found


def read_deciding(status: Mapping[str, Any]) -> list[str]:
    """What cooperatives decide about now, a line each; nothing of a node that does not tell it."""
    listed = status.get("deciding")
    found = []
    for each in listed if isinstance(listed, list) else []:
        match each:
            case {"detail": str(detail)}:
                found.append(detail)
            case _:
                continue
    return found
