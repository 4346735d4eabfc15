"""The vectors of evidence, PROTOCOL section 7.9, for `make_vectors`.

Besides proofs that hold there is what an implementation could take for one: attempts at an honest coop, and
what is truly signed but lies beyond the numbers, lengths and arrays that the page allows. Those matter as
much: who takes them passes on what others answer by closing the link.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from ledger.chain import extend, extend_all, genesis
from ledger.codec import MAX, Value, encode
from ledger.decisions import OBSERVATION, content_message
from ledger.entries import LAST_TIME, encode_entry
from ledger.evidence import InvalidEntryEvidence
from ledger.refusals import Refusal
from tests.builders import Books
from tests.vectors.make_rounds import nested, no_rounds, no_supports, rounds, supports

Case = dict[str, Any]
HASH = sha256(b"a survey").digest()
PRINT: Value = [25, 0, 0, [], None]
OTHER_PRINT: Value = [26, 0, 0, [], None]


def evidence_vectors(books: Books) -> Case:
    """Proofs against a coop, and what proves nothing."""
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "logs": {str(coop): [entry.hex() for entry in log] for coop, log in books.logs.items()},
        "valid": [
            *cases("fork", forks(books).items()),
            *cases("invalid", accusations(books).items()),
            *cases("decision", decisions(books).items()),
            *cases("decision", rounds(books.federation).items()),
            *cases("support", supports(books.federation).items()),
        ],
        "invalid": [
            *cases("fork", no_forks(books).items()),
            *cases("invalid", false_accusations(books).items()),
            *cases("decision", no_decisions(books).items()),
            *cases("decision", no_rounds(books.federation).items()),
            *cases("support", no_supports(books.federation).items()),
        ],
    }


def cases(kind: str, found: Iterable[tuple[str, bytes]]) -> list[Case]:
    """One case for each, all about coop 1."""
    return [{"note": note, "kind": kind, "coop": 1, "evidence": data.hex()} for note, data in found]


def forks(books: Books) -> dict[str, bytes]:
    """Two heads that coop 1 can't have signed of one log."""
    end = len(books.logs[1])
    start = extend(books.head(1, end - 1), b"another entry")
    return {
        "fork": fork(books, end, start, [b"one more"]),
        "two heads of one length": fork(books, end, start, []),
        "a head of the empty log that is not its first hash": fork(
            books,
            0,
            genesis(federation=books.federation.id, coop=1),
            books.logs[1],
            shorter=bytes(32),
        ),
        "two heads at the largest length": fork(books, MAX, start, [], shorter=bytes(32)),
    }


def no_forks(books: Books) -> dict[str, bytes]:
    """What proves no fork."""
    end, log = len(books.logs[1]), books.logs[1]
    joined = books.head(1, end - 1) + log[-1]
    other = extend(books.head(1, end - 1), b"another entry")
    good = list(fork_elements(books, end, other, [b"one more"]))

    def changed(place: int, value: Value) -> bytes:
        return encode([*good[:place], value, *good[place + 1 :]])

    return {
        "an honest extension, its start head moved into the entry": fork(
            books, end - 1, joined[:40], [joined[40:]], length=end
        ),
        "an honest extension": fork(books, end - 1, books.head(1, end - 1), [log[-1]]),
        "an honest extension with an entry more than the lengths say": fork(
            books, end - 1, books.head(1, end - 2), log[-2:], length=end
        ),
        "an honest extension with an entry fewer than the lengths say": fork(
            books, end - 2, books.head(1, end - 1), log[-1:], length=end
        ),
        "the shorter head second": encode(
            [*good[:2], *good[5:8], *good[2:5], good[8], [b"one more"]]
        ),
        "a length above 2^53 - 1": fork(books, MAX + 1, other, [], shorter=bytes(32)),
        "a later length above 2^53 - 1": fork(books, MAX, other, [b"more"], shorter=bytes(32)),
        "a length below 0": changed(2, -1),
        "a coop above 2^32 - 1": changed(1, 2**32 + 1),
        "a signature of 65 bytes": changed(7, bytes(good[7]) + b"\0"),  # type: ignore[arg-type]
        "a head of 31 bytes": changed(3, bytes(31)),
        "a path that is no array": changed(9, b"one more"),
        "something in the path that is no binary": changed(9, [None]),
        "an element more": encode([*good, None]),
    }


def fork(
    books: Books,
    at: int,
    start: bytes,
    entries: list[bytes],
    *,
    shorter: bytes | None = None,
    length: int | None = None,
) -> bytes:
    """That coop 1 signed its head at `at`, or `shorter`, and what follows from `start` with `entries`."""
    return encode(fork_elements(books, at, start, entries, shorter=shorter, length=length))


def fork_elements(
    books: Books,
    at: int,
    start: bytes,
    entries: list[bytes],
    *,
    shorter: bytes | None = None,
    length: int | None = None,
) -> list[Value]:
    head = books.head(1, at) if shorter is None else shorter
    sign = books.federation.signed_head
    a = sign(1, length=at, head=head)
    b = sign(
        1, length=at + len(entries) if length is None else length, head=extend_all(start, entries)
    )
    return ["fork", 1, a.length, a.head, a.signature, b.length, b.head, b.signature, start,
            entries]  # fmt: skip


def overspend(books: Books) -> bytes:
    return encode_entry(books.now, books.next_pay(1, 1, 2, 2, 10**6))


def accusations(books: Books) -> dict[str, bytes]:
    """Entries that coop 1 signed and the rules refuse."""
    two = encode_entry(books.now, books.next_pay(1, 1, 2, 2, 10))
    two += encode_entry(books.now, books.next_pay(1, 2, 2, 2, 10))
    late = encode_entry(LAST_TIME + 1, books.next_pay(1, 1, 2, 2, 10))
    accused = {
        "a payment over the limit": accuse(
            books, overspend(books), Refusal.LIMIT_EXCEEDED, b"more"
        ),
        "two entries in one": accuse(books, two, Refusal.ENTRY_MALFORMED),
        "an entry of the year 10000": accuse(books, late, Refusal.TIME_OUT_OF_RANGE),
    }
    return {note: evidence.encode() for note, evidence in accused.items()}


def false_accusations(books: Books) -> dict[str, bytes]:
    """What does not show that coop 1 signed an entry that the rules refuse."""
    honest = encode_entry(books.now, books.next_pay(1, 1, 2, 2, 10))
    wrong = overspend(books)
    good = accuse(books, wrong, Refusal.LIMIT_EXCEEDED, b"more")
    kind, coop, index, previous, entries, *rest = elements_of(good)
    length, head, signature, refusal = rest
    return {
        "a valid entry": accuse(books, honest, Refusal.LIMIT_EXCEEDED).encode(),
        "refused, but for another reason": accuse(books, wrong, Refusal.SEQUENCE_GAP).encode(),
        "without entries": encode([kind, coop, index, previous, [], *rest]),
        "an entry fewer than the signed head covers": encode(
            [kind, coop, index, previous, [wrong], *rest]
        ),
        "another index": encode([kind, coop, good.number + 1, previous, entries, *rest]),
        "an index below 1": encode([kind, coop, 0, previous, entries, *rest]),
        "an index above 2^53 - 1": encode([kind, coop, MAX + 1, previous, entries, *rest]),
        "a number that is no refusal": encode(
            [kind, coop, index, previous, entries, length, head, signature, 34]
        ),
        "a refusal written as a string": encode(
            [kind, coop, index, previous, entries, length, head, signature, str(refusal)]
        ),
    }


def elements_of(evidence: InvalidEntryEvidence) -> list[Value]:
    signed = evidence.signed
    return ["invalid", 1, evidence.number, evidence.previous, list(evidence.entries), signed.length,
            signed.head, signed.signature, evidence.refusal.value]  # fmt: skip


def accuse(books: Books, entry: bytes, refusal: Refusal, *more: bytes) -> InvalidEntryEvidence:
    number = len(books.logs[1]) + 1
    previous = books.head(1, number - 1)
    head = extend_all(previous, (entry, *more))
    return InvalidEntryEvidence(
        number=number,
        previous=previous,
        entries=(entry, *more),
        signed=books.federation.signed_head(1, length=number + len(more), head=head),
        refusal=refusal,
    )


def decisions(books: Books) -> dict[str, bytes]:
    """Two contents for one number. Nobody asks whether a content is valid, or known: it is any array."""
    return {
        "two prints": decision(books, 1, 24_310, PRINT, OTHER_PRINT),
        "two changes of source": decision(books, 2, 1, [24_312, HASH], [24_313, HASH]),
        "two observations": decision(books, OBSERVATION, 2_920, [10**9, HASH], [10**9 + 1, HASH]),
        "the largest number": decision(books, 1, MAX, PRINT, OTHER_PRINT),
        "contents of no shape that decisions have": decision(books, 1, 7, [], ["a", [None, -1]]),
        "contents with arrays of 256": decision(books, 2, 7, [0] * 256, [[b""] * 256]),
        "contents as deep as the evidence allows": decision(
            books, 1, 7, nested(7), [*nested(7), 1]
        ),
    }


def no_decisions(books: Books) -> dict[str, bytes]:
    """What does not show that coop 1 signed two contents for one number."""
    good = decision_elements(books, 1, 24_310, PRINT, OTHER_PRINT)
    return {
        "one content twice": decision(books, 1, 24_310, PRINT, PRINT),
        "a signature for another number": encode([*good[:3], 24_311, *good[4:]]),
        "a signature for another kind of decision": encode([*good[:2], 2, *good[3:]]),
        "the signatures swapped": encode([*good[:5], good[7], good[6], good[5]]),
        "a kind of decision that there is not": decision(books, 3, 7, PRINT, OTHER_PRINT),
        "a number above 2^53 - 1": decision(books, 1, MAX + 1, PRINT, OTHER_PRINT),
        "a number below 0": decision(books, 1, -1, PRINT, OTHER_PRINT),
        "a content with an array of 257": decision(books, 2, 7, [0] * 257, PRINT),
        "a content with an inner array of 257": decision(books, 2, 7, PRINT, [1, [0] * 257]),
        "contents deeper than the evidence allows": decision(books, 1, 7, nested(8), PRINT),
        "a content that is no array": decision(books, 1, 7, b"content", PRINT),
        "an observation of another shape": decision(
            books, OBSERVATION, 2_920, [10**9, HASH], [10**9, HASH, 1]
        ),
        "an observation with a level above 2^53 - 1": decision(
            books, OBSERVATION, 2_920, [10**9, HASH], [MAX + 1, HASH]
        ),
        "an observation with a hash of 31 bytes": decision(
            books, OBSERVATION, 2_920, [10**9, HASH], [10**9, HASH[:31]]
        ),
    }


def decision(books: Books, kind: int, number: int, first: Value, second: Value) -> bytes:
    return encode(decision_elements(books, kind, number, first, second))


def decision_elements(
    books: Books, kind: int, number: int, first: Value, second: Value
) -> list[Value]:
    """Both contents signed by coop 1, whatever they are."""
    elements: list[Value] = ["decision", 1, kind, number]
    for content in (first, second):
        message = content_message(
            federation=books.federation.id,
            coop=1,
            decision=kind,
            number=number,
            content=encode(content),
        )
        elements += [content, books.federation.node_keys[1].sign(message)]
    return elements
