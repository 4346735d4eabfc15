"""What is being decided about a federation's unit, in a sentence each: who stands for what, who is silent."""

from typing import Any

from cli.index.print_words import Printed, level_words
from cli.shell.language import later, say
from ledger.errors import ProofError
from ledger.index.prints import Print
from ledger.publications import Publication, read_publication
from node.member.answers import decode_bytes
from node.member.client import Json, NodeClient, NodeMisbehaved

HASH_DIGITS = 16


def deciding_lines(client: NodeClient, decisions: Json, printed: Printed) -> list[str]:
    """All that is under way, from the answer of `/v1/index/decisions`."""
    lines = []
    contents = objects_of(decisions, "contents")
    for content in contents:
        what = _content_words(content, decisions, printed)
        lines.append(
            say(
                "{what}: {who_stands_for} ({needed} needed).",
                what=what,
                who_stands_for=_who_stands_for(content),
                needed=content.get("needed"),
            )
        )
    silent = [str(name) for name in decisions.get("silent", [])]
    if silent and contents:
        lines.append(say("Nothing yet from {names}.", names=", ".join(silent)))
    for seen in objects_of(decisions, "observations"):
        lines.append(
            say(
                "Surveyed by {coop} for {name}: {level}.",
                coop=seen.get("coop"),
                name=seen.get("period_name"),
                level=level_words(seen.get("level", 0)),
            )
        )
    for each in objects_of(decisions, "publications"):
        lines.append(_publication_words(client, each, printed))
    return lines


def objects_of(document: Json, name: str) -> list[dict[str, Any]]:
    """The list of that name in an answer; an empty one when there is none."""
    value = document.get(name)
    return value if isinstance(value, list) else []


def _content_words(content: Json, decisions: Json, printed: Printed) -> str:
    taken, source = content.get("print"), content.get("source")
    if isinstance(taken, dict):
        words = f"{taken.get('period_name')}: {printed.of_told(taken)}"
        if taken.get("period") == decisions.get("next_period"):
            return words
        first = decisions.get("next_period_name")
        return words + say(", and it covers what was missed since {first}", first=first)
    change = source if isinstance(source, dict) else {}
    digits = str(change.get("description_hash"))[:HASH_DIGITS]
    return say(
        "Source {number} from {first_period_name} on (text {digits}…)",
        number=change.get("number"),
        first_period_name=change.get("first_period_name"),
        digits=digits,
    )


def _who_stands_for(content: Json) -> str:
    """Who supports a content, and who has signed it for good."""
    signed = [str(name) for name in content.get("signed_by", [])]
    supported = [str(name) for name in content.get("supported_by", []) if name not in signed]
    said = [
        say(by, names=", ".join(names))
        for by, names in (
            (later("signed by {names}"), signed),
            (later("supported by {names}"), supported),
        )
        if names
    ]
    return ", ".join(said)


def _publication_words(client: NodeClient, told: Json, printed: Printed) -> str:
    """What stewards of the node's own cooperative have published."""
    try:
        publication = read_publication(decode_bytes(client, told, "publication"))
    except ProofError as error:
        raise NodeMisbehaved(client.url, say("it tells of a publication that is none")) from error
    stewards = [str(name) for name in told.get("signed_by", [])]
    missing = int(told.get("needed", 0)) - len(stewards)
    published = say(
        "Published here by {names}: {said}",
        names=", ".join(stewards),
        said=_said(publication, printed),
    )
    if missing < 1:
        return say(
            "{published}. That is enough of them for this node to stand for it.",
            published=published,
        )
    waits = later("{published}; {missing} more of the stewards have to.")
    if missing == 1:
        waits = later("{published}; 1 more of the stewards has to.")
    return say(waits, published=published, missing=missing)


def _said(publication: Publication, printed: Printed) -> str:
    """A publication in a few words."""
    observed, entry = publication.observed(), publication.decided()
    if observed is not None:
        return level_words(observed[0])
    taken = None if entry is None else entry.decided
    if isinstance(taken, Print):
        late = [{"change": one.change, "before": one.before} for one in taken.late]
        told = {"value": taken.value, "before": taken.before, "stand_in": taken.is_stand_in}
        return printed.of_told({**told, "late": late})
    return say("source {number}", number=publication.number)
