"""The vectors of evidence about rounds of agreement, PROTOCOL section 7.9, for `make_evidence`.

All signatures are coop 1's own: what is false accuses it of what a coop may do, or lies beyond the bounds of
the page.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import Final

from ledger.agreement import Turn, decision_message, support_message
from ledger.codec import MAX, Value, encode
from tests.builders import Federation

INDEX, CHARTER = 1, 2
HASH: Final = sha256(b"a source").digest()
PRINT: Final[Value] = [1, 24_310, [25, 0, 0, [], None]]
OTHER_PRINT: Final[Value] = [1, 24_310, [26, 0, 0, [], None]]
SOURCE: Final[Value] = [2, 1, [24_310, HASH]]
CHANGE: Final[Value] = [3, 4, [HASH, [3, 2, 5_000_000]]]
OTHER_CHANGE: Final[Value] = [3, 4, [HASH, [3, 2, 6_000_000]]]
TURN: Final = Turn(place=3, round=2)


def rounds(federation: Federation) -> dict[str, bytes]:
    """Two decisions of one subject in one place and round."""

    def two(first: Value, second: Value, subject: int = INDEX, turn: Turn = TURN) -> bytes:
        return encode(round_elements(federation, first, second, subject=subject, turn=turn))

    return {
        "two prints of one round": two(PRINT, OTHER_PRINT),
        "a print and a change of source of one round": two(PRINT, SOURCE),
        "two months in one place": two(PRINT, [1, 24_311, [25, 0, 0, [], None]]),
        "two changes of the charter of one round": two(CHANGE, OTHER_CHANGE, CHARTER),
        "the first round of the first place": two(PRINT, OTHER_PRINT, turn=Turn(place=0, round=0)),
        "the largest place, round and numbers": two(
            [1, MAX, []], [1, MAX, [1]], turn=Turn(place=MAX, round=MAX)
        ),
        "contents in a round as deep as the evidence allows": two(
            [1, 7, nested(6)], [1, 7, [nested(5), 1]]
        ),
    }


def no_rounds(federation: Federation) -> dict[str, bytes]:
    """What does not show that coop 1 signed two decisions in one round."""

    def two(first: Value, second: Value, subject: int = INDEX, turn: Turn = TURN) -> bytes:
        return encode(round_elements(federation, first, second, subject=subject, turn=turn))

    good = round_elements(federation, PRINT, OTHER_PRINT)
    later = round_elements(federation, PRINT, OTHER_PRINT, turn=Turn(place=3, round=3))
    elsewhere = round_elements(federation, PRINT, OTHER_PRINT, turn=Turn(place=4, round=2))
    without = unturned_signature(federation, OTHER_PRINT)
    return {
        "one decision twice in one round": two(PRINT, PRINT),
        "decisions of two rounds": encode([*good[:7], *later[7:]]),
        "decisions of two places": encode([*good[:7], *elsewhere[7:]]),
        "one of them without a round": encode([*good[:8], without]),
        "signatures for another round": encode([*good[:4], 3, *good[5:]]),
        "signatures of a round swapped": encode([*good[:6], good[8], good[7], good[6]]),
        "decisions of two subjects": two(PRINT, CHANGE),
        "decisions of another subject": two(PRINT, OTHER_PRINT, CHARTER),
        "a subject that there is not": two(PRINT, OTHER_PRINT, 3),
        "a decision that there is not": two([4, 1, []], [4, 1, [1]]),
        "an observation in a round": two([0, 2_920, [10, HASH]], [0, 2_920, [11, HASH]]),
        "a place above 2^53 - 1": two(PRINT, OTHER_PRINT, turn=Turn(place=MAX + 1, round=0)),
        "a round above 2^53 - 1": two(PRINT, OTHER_PRINT, turn=Turn(place=0, round=MAX + 1)),
        "a round below 0": two(PRINT, OTHER_PRINT, turn=Turn(place=0, round=-1)),
        "a number in a round above 2^53 - 1": two([1, MAX + 1, []], [1, MAX + 1, [1]]),
        "a decision of four elements": two([1, 7, [], 0], [1, 7, [1], 0]),
        "a content in a round that is no array": two([1, 7, b""], [1, 7, []]),
        "contents in a round deeper than the evidence allows": two([1, 7, nested(7)], PRINT),
        "a content in a round with an array of 257": two([1, 7, [0] * 257], PRINT),
        "an element more after the round's": encode([*good, None]),
    }


def supports(federation: Federation) -> dict[str, bytes]:
    """Support for two contents of one subject in one place and round."""
    return {
        "two supports of one round": encode(support_elements(federation, PRINT, OTHER_PRINT)),
        "support for a print and for a change of source": encode(
            support_elements(federation, PRINT, SOURCE)
        ),
        "two supports about the charter": encode(
            support_elements(federation, CHANGE, OTHER_CHANGE, subject=CHARTER)
        ),
    }


def no_supports(federation: Federation) -> dict[str, bytes]:
    """What does not show that coop 1 supported two contents in one round."""
    good = support_elements(federation, PRINT, OTHER_PRINT)
    later = support_elements(federation, PRINT, OTHER_PRINT, turn=Turn(place=3, round=3))
    other = support_elements(federation, PRINT, OTHER_PRINT, subject=CHARTER)
    signed = round_elements(federation, PRINT, OTHER_PRINT)
    return {
        "one support twice": encode(support_elements(federation, PRINT, PRINT)),
        "supports of two rounds": encode([*good[:7], *later[7:]]),
        "supports of two subjects": encode([*good[:7], *other[7:]]),
        "supports under another subject": encode([*good[:2], CHARTER, *good[3:]]),
        "supports under another place": encode([*good[:3], 4, *good[4:]]),
        "signatures for good in place of support": encode(
            [*good[:6], signed[6], good[7], signed[8]]
        ),
        "a hash of support of 31 bytes": encode([*good[:5], HASH[:31], *good[6:]]),
        "a support's signature of 63 bytes": encode([*good[:8], bytes(63)]),
        "a subject of support that there is not": encode(
            support_elements(federation, PRINT, OTHER_PRINT, subject=0)
        ),
        "a round of support above 2^53 - 1": encode(
            support_elements(federation, PRINT, OTHER_PRINT, turn=Turn(place=0, round=MAX + 1))
        ),
    }


def nested(depth: int) -> list[Value]:
    """An array that has so many arrays below each other, itself included."""
    return [] if depth == 1 else [nested(depth - 1)]


def round_elements(
    federation: Federation,
    first: Value,
    second: Value,
    *,
    subject: int = INDEX,
    turn: Turn = TURN,
) -> list[Value]:
    """Both decisions signed by coop 1 in that round, whatever they are."""
    elements: list[Value] = ["decision", 1, subject, turn.place, turn.round]
    for decided in (first, second):
        elements += [decided, turned_signature(federation, decided, turn)]
    return elements


def turned_signature(federation: Federation, decided: Value, turn: Turn) -> bytes:
    """Coop 1's over `[decision, number, content, place, round]`."""
    assert isinstance(decided, Sequence)
    body = encode([*decided, turn.place, turn.round])
    message = decision_message(federation=federation.id, coop=1, body=body)
    return federation.node_keys[1].sign(message)


def unturned_signature(federation: Federation, decided: Value) -> bytes:
    """Coop 1's over `[decision, number, content]`, as it was signed before there were rounds."""
    message = decision_message(federation=federation.id, coop=1, body=encode(decided))
    return federation.node_keys[1].sign(message)


def support_elements(
    federation: Federation,
    first: Value,
    second: Value,
    *,
    subject: int = INDEX,
    turn: Turn = TURN,
) -> list[Value]:
    """Both contents supported by coop 1 in that round."""
    elements: list[Value] = ["support", 1, subject, turn.place, turn.round]
    for decided in (first, second):
        content_hash = sha256(encode(decided)).digest()
        message = support_message(
            federation=federation.id,
            coop=1,
            subject=subject,
            turn=turn,
            content_hash=content_hash,
        )
        elements += [content_hash, federation.node_keys[1].sign(message)]
    return elements
