"""Receipts out of what is stored: each is checked here as whoever gets it will check it.

An entry that does not lead to a signed head is damaged, whatever became of the disk; it is never signed and
never given out.
"""

from ledger.codec import split
from ledger.errors import EncodingError, NotStanding, ProofError
from ledger.receipts import MAX_FOLLOWING, MAX_RECEIPT_BYTES, Receipt
from node.engine.core import Core
from node.errors import LogDamaged
from node.store import Segment, Store


def receipt_of(core: Core, coop: int, number: int, *, reach: int = 0) -> bytes | None:
    """The receipt of an entry: of the own log the short one, of others' with the path to a signed head.

    With a `reach` beyond the entry it is one with a path in any case, to a head not before that length.
    None when the entry is not held, no signature over it is, or the path to that is too long. Raises
    `LogDamaged` when what is stored does not lead to the signed head, or that is not signed.
    """
    proven = path_to_signed(
        core.store, federation=core.charter.federation, coop=coop, number=number, reach=reach
    )
    if proven is None:
        return None
    try:
        if coop == core.coop and reach <= number:
            data = core.signer.receipt_again(proven, core.newest)
        else:
            proven.check(core.newest)
            data = proven.encode()
    except NotStanding:
        return None  # Decided a moment ago: the history that stands takes its place.
    except ProofError as error:
        raise LogDamaged(coop=coop, first=number, last=number + len(proven.following)) from error
    return data if len(data) <= MAX_RECEIPT_BYTES else None


def path_to_signed(
    store: Store, *, federation: bytes, coop: int, number: int, reach: int = 0
) -> Receipt | None:
    """A receipt with the first stored signature at or after the entry, and the path to it; not checked.

    The signature is not before length `reach` either.

    A node signs one head for each commit, so there is seldom a signature right after the entry. A signed
    head ends a segment, so what is left of that segment is the path. Raises `LogDamaged`.
    """
    signed = store.signed_head(coop, max(number, reach)) if number >= 1 else None
    if signed is None or signed.length - number > MAX_FOLLOWING:
        return None
    segments: list[Segment] = []
    room = MAX_RECEIPT_BYTES
    for segment in store.segments(coop, number):
        segments.append(segment)
        room -= len(segment.entries)
        if room < 0:
            return None
        if segment.last >= signed.length:
            break
    damage = LogDamaged(coop=coop, first=number, last=signed.length)
    try:
        entry, *following = split(b"".join(segment.entries for segment in segments))
    except (EncodingError, ValueError) as error:
        raise damage from error
    if not segments or len(following) != signed.length - number:
        raise damage
    return Receipt(
        federation=federation,
        coop=coop,
        length=number,
        previous=segments[0].previous,
        entry=entry,
        signature=signed.signature,
        following=tuple(following),
    )
