"""The vectors of receipts, PROTOCOL section 8, for `make_vectors`."""

from dataclasses import replace
from typing import Any

from ledger.chain import extend, extend_all
from ledger.codec import MAX, decode, encode
from ledger.entries import LAST_TIME, encode_entry, transaction_start
from ledger.receipts import Receipt
from tests.builders import Books, books_with_members, build_federation


def receipt_vectors(books: Books) -> dict[str, Any]:
    """Receipts of entries of coop 1's log that verify, and some that do not."""
    length = len(books.logs[1])
    last = books.receipt(1, length)
    path = books.receipt(1, length - 3, signed_at=length)
    # Without a path, of the first entry and the last; with one, of the first, a middle and the last but one.
    good = [books.receipt(1, 1), last, path]
    good += [books.receipt(1, number, signed_at=length) for number in (1, length - 1)]
    good += edges(books, last)
    return {
        "charter": books.federation.founding.source.decode("utf-8"),
        "valid": [
            {"receipt": each.encode().hex(), "entry": each.entry.hex(), "length": each.length}
            for each in good
        ],
        "invalid": [
            {"note": note, "receipt": data.hex()}
            for note, data in {
                **wrong_receipts(books, last),
                **wrong_forms(last),
                **wrong_paths(path),
                **wrong_numbers(books, last),
            }.items()
        ],
    }


def signed(books: Books, receipt: Receipt) -> Receipt:
    """With the signature of its coop over what it says, whatever that is."""
    head = extend_all(extend(receipt.previous, receipt.entry), receipt.following)
    length = receipt.length + len(receipt.following)
    made = books.federation.signed_head(1, length=length, head=head)
    return replace(receipt, signature=made.signature)


def at(receipt: Receipt, time: int) -> Receipt:
    """With the same transaction at another time."""
    transaction = receipt.entry[transaction_start(receipt.entry) :]
    return replace(receipt, entry=encode_entry(time, transaction))


def edges(books: Books, last: Receipt) -> list[Receipt]:
    """The largest numbers, the last second, and a path of more elements than other arrays may have."""
    return [
        signed(books, replace(last, length=MAX)),
        signed(books, replace(last, length=MAX - 1, following=(b"one",))),
        signed(books, replace(last, following=(b"",) * 257)),
        signed(books, at(last, LAST_TIME)),
        signed(books, at(last, 0)),
    ]


def wrong_numbers(books: Books, last: Receipt) -> dict[str, bytes]:
    """What a coop did sign, but no receipt can say."""
    over = signed(books, replace(last, length=MAX + 1))
    elements = decode(last.encode())
    assert isinstance(elements, list)
    return {
        "a length above 2^53 - 1": over.encode(),
        "a path to a length above 2^53 - 1": signed(
            books, replace(last, length=MAX, following=(b"one",))
        ).encode(),
        "length 0": signed(books, replace(last, length=0)).encode(),
        "a length below 0": encode([*elements[:3], -1, *elements[4:]]),
        "a length as a string": encode([*elements[:3], str(last.length), *elements[4:]]),
        "a coop above 2^32 - 1": encode([*elements[:2], 2**32 + 1, *elements[3:]]),
        "a previous head of 31 bytes": encode([*elements[:4], bytes(31), *elements[5:]]),
        "a signature of 65 bytes": encode([*elements[:6], last.signature + b"\0"]),
        "an entry of the year 10000": signed(books, at(last, LAST_TIME + 1)).encode(),
        "an entry at a time above 2^53 - 1": signed(books, at(last, MAX + 1)).encode(),
        "an entry of an unknown kind": signed(
            books, replace(last, entry=encode_entry(0, encode([99])))
        ).encode(),
        "an element less": encode(elements[:-1]),
        "another name": encode(["fiado2.receipt", *elements[1:]]),
    }


def wrong_receipts(books: Books, last: Receipt) -> dict[str, bytes]:
    """What is wrong with a receipt of any kind, and one that has it."""
    data = last.encode()
    joined = last.previous + last.entry
    shifted = replace(last, previous=joined[:40], entry=joined[40:])
    behind = last.previous + b"12345678"
    other_head = books.federation.signed_head(
        1, length=last.length, head=extend(behind, last.entry)
    )
    other = build_federation(seed="vectors, another")
    return {
        "a byte of the entry changed": flip(data, data.index(last.entry) + 20),
        "another coop": replace(last, coop=2).encode(),
        "previous head of 40 bytes that takes the beginning of the entry": shifted.encode(),
        "previous head of 40 bytes, with a signature over what follows from it": replace(
            last, previous=behind, signature=other_head.signature
        ).encode(),
        "another federation": books_with_members(other).receipt(1, 1).encode(),
        "a byte too many": data + b"\x00",
    }


def wrong_forms(last: Receipt) -> dict[str, bytes]:
    """What would be the proof of `last`, but is not written as one."""
    elements = decode(last.encode())
    assert isinstance(elements, list)
    return {
        "an empty path": encode([*elements, []]),
        "no path said as nil": encode([*elements, None]),
        "no path said as no bytes": encode([*elements, b""]),
        "a path of nil": encode([*elements, [None]]),
    }


def wrong_paths(good: Receipt) -> dict[str, bytes]:
    """What is wrong with a receipt that has a path, of three entries, and one that has it."""
    data, path = good.encode(), good.following
    elements = decode(replace(good, following=()).encode())
    assert isinstance(elements, list) and len(path) == 3
    merged = (path[0] + path[1], path[2])
    moved = (path[0] + path[1][:1], path[1][1:], path[2])
    skipped = replace(good, entry=path[0], following=path[1:])
    renumbered = replace(good, length=good.length + 1, following=path[:2])
    return {
        "a byte of a following entry changed": flip(data, data.index(path[1]) + 20),
        "the path left out": replace(good, following=()).encode(),
        "the path cut at its end": replace(good, following=path[:-1]).encode(),
        "the path cut at its beginning": replace(good, following=path[1:]).encode(),
        "the path lengthened": replace(good, following=(*path, path[0])).encode(),
        "two entries of the path swapped": replace(good, following=path[::-1]).encode(),
        "two entries of the path in one binary": replace(good, following=merged).encode(),
        "a byte moved from one entry of the path to the one before": replace(
            good, following=moved
        ).encode(),
        "the first entry of the path given out as the proven one": skipped.encode(),
        "the next number, and an entry less": renumbered.encode(),
        "the path as one binary": encode([*elements, b"".join(path)]),
        "something that is no binary in the path": encode([*elements, [*path, None]]),
        "the path as more elements of the receipt": encode([*elements, *path]),
        "an element after the path": encode([*elements, list(path), None]),
    }


def flip(data: bytes, position: int) -> bytes:
    """The bytes with one bit of that one changed."""
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
