"""What is being decided about a federation's unit, in a sentence each: who stands for what, who is silent."""

from decimal import Decimal
from typing import Any

from ledger.errors import ProofError
from ledger.index.exact import MILLIONTHS
from ledger.index.prints import Print
from ledger.publications import Publication, read_publication
from node.member.answers import decode_bytes
from node.member.client import Json, NodeClient, NodeMisbehaved

HASH_DIGITS = 16


def percent(tenths: int) -> str:
    """A change in percent, such as `+2.5 %`."""
    return f"{Decimal(tenths) / 10:+.1f} %"


def level_words(millionths: int) -> str:
    """A level, with six decimals."""
    return f"{Decimal(millionths) / MILLIONTHS:.6f}"


def deciding_lines(client: NodeClient, decisions: Json, *, is_survey: bool) -> list[str]:
    """All that is under way, from the answer of `/v1/index/decisions`."""
    lines = []
    contents = objects_of(decisions, "contents")
    for content in contents:
        what = _content_words(content, is_survey=is_survey)
        lines.append(f"{what}: {_who_stands_for(content)} ({content.get('needed')} needed).")
    silent = [str(name) for name in decisions.get("silent", [])]
    if silent and contents:
        lines.append(f"Nothing yet from {', '.join(silent)}.")
    for seen in objects_of(decisions, "observations"):
        lines.append(f"Surveyed by {seen.get('coop')}: {level_words(seen.get('level', 0))}.")
    for each in objects_of(decisions, "publications"):
        lines.append(_publication_words(client, each, is_survey=is_survey))
    return lines


def objects_of(document: Json, name: str) -> list[dict[str, Any]]:
    """The list of that name in an answer; an empty one when there is none."""
    value = document.get(name)
    return value if isinstance(value, list) else []


def _content_words(content: Json, *, is_survey: bool) -> str:
    taken, source = content.get("print"), content.get("source")
    if isinstance(taken, dict):
        value = int(taken.get("value", 0))
        shown = level_words(value) if is_survey else percent(value)
        late = [int(each.get("change", 0)) for each in taken.get("late", [])]
        is_stand_in = taken.get("stand_in") is True
        return f"{taken.get('period_name')}: {_print_words(shown, late, is_stand_in=is_stand_in)}"
    change = source if isinstance(source, dict) else {}
    digits = str(change.get("description_hash"))[:HASH_DIGITS]
    return (
        f"Source {change.get('number')} from {change.get('first_period_name')} on (text {digits}…)"
    )


def _print_words(shown: str, late: list[int], *, is_stand_in: bool) -> str:
    words = f"{shown}, repeated because the print is late" if is_stand_in else shown
    return words + "".join(f", late {percent(change)}" for change in late)


def _who_stands_for(content: Json) -> str:
    """Who supports a content, and who has signed it for good."""
    signed = [str(name) for name in content.get("signed_by", [])]
    supported = [str(name) for name in content.get("supported_by", []) if name not in signed]
    said = [
        f"{verb} by {', '.join(names)}"
        for verb, names in (("signed", signed), ("supported", supported))
        if names
    ]
    return ", ".join(said)


def _publication_words(client: NodeClient, told: Json, *, is_survey: bool) -> str:
    """What stewards of the node's own cooperative have published."""
    try:
        publication = read_publication(decode_bytes(client, told, "publication"))
    except ProofError as error:
        raise NodeMisbehaved(client.url, "it tells of a publication that is none") from error
    stewards = [str(name) for name in told.get("signed_by", [])]
    missing = int(told.get("needed", 0)) - len(stewards)
    published = (
        f"Published here by {', '.join(stewards)}: {_said(publication, is_survey=is_survey)}"
    )
    if missing < 1:
        return f"{published}. That is enough of them for this node to stand for it."
    return f"{published}; {missing} more of the stewards {'has' if missing == 1 else 'have'} to."


def _said(publication: Publication, *, is_survey: bool) -> str:
    """A publication in a few words."""
    observed, entry = publication.observed(), publication.decided()
    if observed is not None:
        return level_words(observed[0])
    taken = None if entry is None else entry.decided
    if isinstance(taken, Print):
        shown = level_words(taken.value) if is_survey else percent(taken.value)
        late = [late.change for late in taken.late]
        return _print_words(shown, late, is_stand_in=taken.is_stand_in)
    return f"source {publication.number}"
