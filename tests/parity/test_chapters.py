"""A chapter that neither validator knows: both do the same with it, whatever becomes of the entries."""

from collections.abc import Callable

import pytest

from ledger.codec import encode
from ledger.effects import Effects, Row
from ledger.founding import Founding
from ledger.refusals import Refusal
from ledger.transactions import Status
from ledger.validators.interface import Validator
from ledger.validators.reference import ReferenceValidator
from tests.builders import START, build_federation, open_books
from tests.index_builders import index_lines, official
from tests.made_up_rule import GUEST_BOOK, keep_guest_book
from tests.parity.both import Both

native_validator = pytest.importorskip("ledger.validators.native")
shared_rules = pytest.importorskip("ledger.validators.shared_rules")
pytestmark = pytest.mark.needs_native

FEDERATION = build_federation(seed="guests", coops=2, index=index_lines(coops=2))
LOADERS: tuple[Callable[[Founding, bytes], Validator], ...] = (
    ReferenceValidator.load,
    native_validator.NativeValidator.load,
)


@pytest.fixture(autouse=True)
def _guest_book(monkeypatch: pytest.MonkeyPatch) -> None:
    keep_guest_book(monkeypatch)


def beginning() -> list[bytes]:
    """Members enough for signatures to be verified together, a print, and a change of each sort."""
    return [
        *(FEDERATION.admit(1, number) for number in range(1, 21)),
        official(FEDERATION, 2025 * 12 + 10, 25),
        FEDERATION.limit(1, 3, revision=1, limit=5),
        FEDERATION.status(1, 4, revision=1, status=Status.CLOSED),
        FEDERATION.status(1, 4, revision=2, status=Status.OPEN),  # refused: it is closed
    ]


def with_guests() -> Both:
    both = Both(FEDERATION.founding)
    both.sequence(1, START, beginning())
    return both


def test_sequencing_and_replay_lead_to_the_same_rows() -> None:
    both = Both(FEDERATION.founding)
    done = both.sequence(1, START, beginning())
    assert done.count == len(beginning()) - 1
    both.check_state()
    rows = both.ask(lambda validator: validator.rows(1, GUEST_BOOK))
    assert len(rows) == 19
    assert dict(rows)[encode(3)] == encode(["member3", 2])
    again = Both(FEDERATION.founding)
    again.replay(1, done.entries)
    again.check_state()
    assert again.reference.digest() == both.reference.digest()


def test_either_goes_on_from_the_others_snapshot() -> None:
    both = with_guests()
    more = [FEDERATION.limit(1, 3, revision=2, limit=9), FEDERATION.admit(1, 30)]
    snapshots = both.ask(lambda validator: validator.snapshot())
    both.sequence(1, START, more)
    for load in LOADERS:
        loaded = load(FEDERATION.founding, snapshots)
        assert loaded.snapshot() == snapshots
        loaded.sequence(1, START, more)
        assert loaded.snapshot() == both.reference.snapshot()
        assert loaded.row(1, GUEST_BOOK, encode(3)) == encode(["member3", 3])


def test_nothing_stays_of_rows_behind_a_bad_signature() -> None:
    """In one replay: rows, then a payment whose signature is bad, then rows again."""
    books = open_books(FEDERATION)
    books.admit(1, 1, 2, 3)
    before = len(books.logs[1])
    books.admit(1, 11)
    books.pay(1, 1, 1, 2, 5)
    books.pay(1, 1, 1, 2, 5)
    books.admit(1, 12)
    books.pay(1, 2, 1, 1, 5)
    entries = list(books.logs[1])
    entries[before + 1] = entries[before + 1][:-1] + bytes([entries[before + 1][-1] ^ 1])
    both = Both(FEDERATION.founding)
    done = both.replay(1, b"".join(entries))
    assert done is not None
    assert (done.count, done.refusal) == (before + 1, Refusal.SIGNATURE_INVALID)
    both.check_state()
    numbers = both.ask(lambda validator: [key for key, _ in validator.rows(1, GUEST_BOOK)])
    assert numbers == [encode(number) for number in (1, 2, 3, 11)]
    done = both.replay(1, b"".join(books.logs[1][before + 1 :]))
    assert done is not None and done.refusal is None
    both.check_state()
    assert both.reference.digest() == books.validator.digest()


def test_judging_writes_no_row() -> None:
    both = with_guests()
    before = both.ask(lambda validator: validator.snapshot())
    entry = both.sequence(2, START, [FEDERATION.admit(2, 1)]).entries
    fresh = with_guests()
    assert fresh.ask(lambda validator: validator.judge(2, entry)) is None
    assert fresh.ask(lambda validator: validator.snapshot()) == before


@pytest.mark.parametrize(
    "wrong",
    [
        Row(chapter="", key=encode(1), value=encode(1)),
        Row(chapter="x" * 33, key=encode(1), value=encode(1)),
        Row(chapter="x", key=b"", value=encode(1)),
        Row(chapter="x", key=b"\xcc\x01", value=encode(1)),
        Row(chapter="x", key=encode(1), value=encode(1) + encode(2)),
        Row(chapter="x", key=encode(1), value=b"\xc3"),
        Row(chapter="index", key=encode([1, 9]), value=encode([1, 8, 0])),
        Row(chapter="index", key=encode(1), value=encode(1)),
    ],
    ids=repr,
)
def test_native_code_takes_all_effects_of_an_entry_or_none(wrong: Row) -> None:
    """A row that could not be listed and read again is a bug of a rule; nothing of its entry is kept."""
    validator = native_validator.NativeValidator(FEDERATION.founding)
    validator.sequence(1, START, beginning())
    before = validator.snapshot()
    account = validator.account(1, 1)
    assert account is not None
    account.limit += 1
    good = Row(chapter="x", key=encode(1), value=encode([1]))
    effects = Effects(accounts=(account,), chapters=(good, wrong))
    with pytest.raises(ValueError, match=r"row|chapter"):
        validator._core.append(1, 0, START, b"\xc0", shared_rules.encode_effects(effects))
    assert validator.snapshot() == before
