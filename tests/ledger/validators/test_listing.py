"""The listing behind the digest, and snapshots."""

from hashlib import sha256

import msgpack
import pytest

from ledger.codec import encode
from ledger.errors import SnapshotError
from ledger.transactions import Status
from ledger.validators.listing import MAGIC
from ledger.validators.reference import ReferenceValidator
from tests.builders import (
    START,
    Books,
    books_with_members,
    build_federation,
    open_books,
    replay_logs,
)

FEDERATION = build_federation(seed="listing")


def rich_books() -> Books:
    """Books in which every kind of line is in the listing."""
    books = books_with_members(FEDERATION)
    books.pay(1, 1, 2, 2, 500, fee=5)
    books.pay(1, 2, 2, 3, 70)
    books.pay(1, 2, 1, 0, 9)
    books.append(1, FEDERATION.limit(1, 3, revision=1, limit=9, until=books.now, after=70))
    books.set_status(1, 2, Status.FROZEN)
    books.set_status(2, 3, Status.CLOSED)
    books.anchor(2, 1)
    books.pay(3, 1, 1, 1, 40)
    books.pay(3, 2, 2, 0, 41)
    return books


def listing_of(snapshot: bytes) -> list[list[object]]:
    length = int.from_bytes(snapshot[48:56], "big")
    unpacker = msgpack.Unpacker(None)
    unpacker.feed(snapshot[56 : 56 + length])
    return list(unpacker)


def test_the_listing_is_the_one_of_the_protocol_page() -> None:
    books = rich_books()
    lines = listing_of(books.validator.snapshot())
    two = books.validator.log(2)
    header = [
        "coop", 2, two.length, two.head, books.now, 570, 70, 70, 0, [[1, 10], [3, 3]], 3, 0, 1,
    ]  # fmt: skip
    assert lines.count(header) == 1
    after = lines[lines.index(header) + 1 :]
    keys = [FEDERATION.member_key(2, number).public_key for number in (1, 2, 3)]
    assert after[:4] == [
        [1, keys[0], "member1", 0, 0, 1, 0, 0, 1, 0, 0, 0, 100_000, None, None],
        [2, keys[1], "member2", 0, 500, 1, 0, 0, 2, 0, 0, 0, 100_000, None, None],
        [3, keys[2], "member3", 0, 0, 1, 1, 2, 3, 6, 0, 0, 100_000, None, None],
        [1, 7, 2, 70],
    ]
    assert lines[-4:] == [
        [1, 6, 1, 40, 1, 0],
        [2, 7, 0, 41, 2, 0],
        ["chapter", "admitted", 1],
        [START // 86_400, 3],
    ]


def test_a_limit_with_dates_is_listed_whole() -> None:
    books = rich_books()
    key = FEDERATION.member_key(1, 3).public_key
    line = [3, key, "member3", 0, 0, 1, 1, 0, 3, 0, 100_000, 0, 9, books.now, 70]
    assert line in listing_of(books.validator.snapshot())


def test_a_snapshot_brings_everything_back() -> None:
    books = rich_books()
    snapshot = books.validator.snapshot()
    loaded = ReferenceValidator.load(FEDERATION.founding, snapshot)
    assert loaded.digest() == books.validator.digest()
    assert loaded.snapshot() == snapshot
    assert loaded.account_named(1, "member2") == 2
    for coop in books.logs:
        assert loaded.log(coop) == books.validator.log(coop)
        assert list(loaded.accounts(coop)) == list(books.validator.accounts(coop))
        assert loaded.in_transit(coop) == books.validator.in_transit(coop)
        assert loaded.returnable(coop) == books.validator.returnable(coop)


def test_a_loaded_validator_goes_on_where_the_other_stands() -> None:
    books = rich_books()
    loaded = ReferenceValidator.load(FEDERATION.founding, books.validator.snapshot())
    logs = {coop: list(log) for coop, log in books.logs.items()}
    other = Books(federation=FEDERATION, validator=loaded, now=books.now, logs=logs)
    for each in (books, other):
        each.append(2, FEDERATION.give_back(1, 7))
        each.anchor_all()
        each.pay(2, 2, 1, 3, 99)
    assert loaded.digest() == books.validator.digest()
    assert replay_logs(FEDERATION, books.logs).digest() == loaded.digest()


def test_an_empty_state_has_a_snapshot() -> None:
    books = open_books(FEDERATION)
    loaded = ReferenceValidator.load(FEDERATION.founding, books.validator.snapshot())
    assert loaded.digest() == books.validator.digest()


def test_a_change_of_any_byte_is_detected() -> None:
    snapshot = rich_books().validator.snapshot()
    for position in range(len(snapshot)):
        damaged = bytearray(snapshot)
        damaged[position] ^= 0x40
        with pytest.raises(SnapshotError):
            ReferenceValidator.load(FEDERATION.founding, bytes(damaged))


def test_every_cut_and_addition_is_detected() -> None:
    snapshot = rich_books().validator.snapshot()
    for damaged in [
        *(snapshot[:length] for length in range(0, len(snapshot), 7)),
        snapshot + b"\0",
    ]:
        with pytest.raises(SnapshotError):
            ReferenceValidator.load(FEDERATION.founding, damaged)


@pytest.mark.parametrize("coops", [1, 2, 4])
def test_a_snapshot_of_more_or_fewer_coops_is_refused(coops: int) -> None:
    other = build_federation(seed="listing", coops=coops)
    snapshot = rich_books().validator.snapshot()
    with pytest.raises(SnapshotError, match="another charter"):
        ReferenceValidator.load(other.founding, snapshot)


def test_a_snapshot_whose_hash_is_right_but_whose_content_is_not_is_refused() -> None:
    def seal(listing: bytes, heads: bytes) -> bytes:
        rest = len(listing).to_bytes(8, "big") + listing + heads
        return MAGIC + sha256(rest).digest() + rest

    one = build_federation(seed="listing", coops=1)
    line: list[object] = ["coop", 1, 0, bytes(32), 0, 0, 0, 0, 0, [], 0, 0, 0]
    heads = bytes(8) + (1).to_bytes(8, "big") + bytes(32)
    good = encode(line)  # type: ignore[arg-type]
    ReferenceValidator.load(one.founding, seal(good, heads))
    wrong = [
        seal(b"", heads),
        seal(b"\xc1", heads),
        seal(b"\x05", heads),
        seal(good[:-1] + b"\x01", heads),
        seal(encode(line[:5]), heads),  # type: ignore[arg-type]
        seal(good, b""),
        seal(good, bytes(16)),
        seal(good, bytes(8) + b"\xff" * 8 + bytes(32)),
    ]
    for snapshot in wrong:
        with pytest.raises(SnapshotError):
            ReferenceValidator.load(one.founding, snapshot)
