"""Chapters: validators list, hash and keep in snapshots what rules remember, and know nothing of it."""

import msgpack
import pytest

from ledger.codec import encode
from ledger.transactions import Status
from ledger.validators.interface import Validator
from tests.builders import START, Books, MakeValidator, build_federation, open_books
from tests.index_builders import index_lines, official, source_change
from tests.made_up_rule import GUEST_BOOK, keep_guest_book

FEDERATION = build_federation(seed="chapters", coops=2, index=index_lines(coops=2))
PERIOD = 2025 * 12 + 10
FAR = [3, 128, 127, 70_000, 256]
"""Account numbers in the order of admission; their encodings have one, two, three and five bytes."""


def lines_of(validator: Validator) -> list[list[object]]:
    snapshot = validator.snapshot()
    length = int.from_bytes(snapshot[48:56], "big")
    unpacker = msgpack.Unpacker(None)
    unpacker.feed(snapshot[56 : 56 + length])
    return list(unpacker)


def books_with_guests(make_validator: MakeValidator) -> Books:
    """Coop 1 has guests and an index, coop 2 none of either."""
    books = open_books(FEDERATION, make_validator=make_validator)
    books.admit(1, *FAR)
    books.append(1, official(FEDERATION, PERIOD, 25))
    books.append(1, source_change(FEDERATION, 1, PERIOD + 2), official(FEDERATION, PERIOD + 1, 30))
    books.set_status(1, 128, Status.FROZEN)
    books.set_status(1, 256, Status.CLOSED)
    return books


def test_a_chapter_is_listed_behind_its_log_in_the_order_of_its_keys(
    make_validator: MakeValidator, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_guest_book(monkeypatch)
    books = books_with_guests(make_validator)
    lines = lines_of(books.validator)
    (begin,) = (at for at, line in enumerate(lines) if line[:2] == ["coop", 2])
    assert [line[:2] for line in lines[begin - 12 : begin - 9]] == [
        [1, PERIOD],
        [1, PERIOD + 1],
        [2, 1],
    ]
    assert lines[begin - 9 :] == [
        ["chapter", "admitted", 1],
        [START // 86_400, len(FAR)],
        ["chapter", "guest book", 4],
        [3, ["member3", 1]],
        [127, ["member127", 1]],
        [128, ["member128", 2]],
        [70_000, ["member70000", 1]],
        ["chapter", "stewarded", 1],
        [128, [books.validator.log(1).length - 1, books.now]],
        lines[begin],
    ]


def test_rows_are_read_by_chapter_and_key(
    make_validator: MakeValidator, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_guest_book(monkeypatch)
    validator = books_with_guests(make_validator).validator
    value = encode(["member128", 2])
    assert validator.row(1, GUEST_BOOK, encode(128)) == value
    assert validator.row(1, GUEST_BOOK, encode(256)) is None
    assert validator.row(1, "guests", encode(128)) is None
    assert validator.row(2, GUEST_BOOK, encode(128)) is None
    keys = [encode(number) for number in (3, 127, 128, 70_000)]
    assert [key for key, _ in validator.rows(1, GUEST_BOOK)] == keys
    assert validator.rows(2, GUEST_BOOK) == validator.rows(1, "guests") == []
    index_keys = [encode([1, PERIOD]), encode([1, PERIOD + 1]), encode([2, 1])]
    assert [key for key, _ in validator.rows(1, "index")] == index_keys


def test_a_chapter_that_was_emptied_leaves_nothing_behind(
    make_validator: MakeValidator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def history() -> Books:
        books = open_books(FEDERATION, make_validator=make_validator)
        books.admit(2, 1, 2)
        books.set_status(2, 1, Status.CLOSED)
        books.set_status(2, 2, Status.CLOSED)
        return books

    without = history().validator
    keep_guest_book(monkeypatch)
    assert history().validator.snapshot() == without.snapshot()


def test_the_digest_is_another_with_a_chapter(
    make_validator: MakeValidator, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = books_with_guests(make_validator).validator.digest()
    keep_guest_book(monkeypatch)
    assert books_with_guests(make_validator).validator.digest() != without
