"""What the native validator does with misuse, and with a bug of its own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ledger.codec import encode
from ledger.effects import Effects
from ledger.errors import EncodingError, SnapshotError, ValidatorFault
from ledger.state import Account
from ledger.validators.listing import save_snapshot
from ledger.validators.log_state import empty_state
from tests.builders import START, books_with_members, build_federation
from tests.parity.both import Both

native = pytest.importorskip("ledger._native")
shared_rules = pytest.importorskip("ledger.validators.shared_rules")
pytestmark = pytest.mark.needs_native

PROJECT = Path(__file__).parents[2] / "pyproject.toml"
FEDERATION = build_federation(seed="faults", coops=1, stewards=1, threshold=1)


def core() -> Any:
    """The compiled validator itself."""
    return native.Validator(FEDERATION.id, charter(1), 2)


def charter(*numbers: int) -> Any:
    """A charter of coops with these numbers, as native code takes it."""
    coop = FEDERATION.charter.coops[1]
    coops: list[Any] = [(n, coop.node_key, coop.clearing_limit, 0, [], None, None) for n in numbers]
    return native.Charter(0, None, coops)


def opening(*accounts: Account) -> bytes:
    """The effects of an entry that leaves accounts so, as native code takes them."""
    return shared_rules.encode_effects(Effects(accounts=accounts))  # type: ignore[no-any-return]


def moving(commons: int, *accounts: Account) -> bytes:
    """The same, with a change of the commons."""
    effects = Effects(accounts=accounts, commons=commons)
    return shared_rules.encode_effects(effects)  # type: ignore[no-any-return]


def account(number: int, balance: int) -> Account:
    key = FEDERATION.member_key(1, number).public_key
    return Account(
        number=number,
        key=key,
        handle=f"m{number}",
        class_=0,
        balance=balance,
        opened=number,
        limit=1_000,
    )


def test_a_panic_is_an_exception_and_the_state_is_not_used_again() -> None:
    """A balance that no rule allows makes the next sum overflow, which native code never wraps."""
    state = empty_state(FEDERATION.founding)
    state[1].accounts = {1: account(1, 0), 2: account(2, 2**63 - 1)}
    validator = native.Validator.load(FEDERATION.id, charter(1), 2, save_snapshot(state))
    payment = FEDERATION.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=1)
    with pytest.raises(ValidatorFault, match="panicked"):
        validator.sequence(1, START, [payment])
    questions: tuple[Callable[[], object], ...] = (
        lambda: validator.digest(),
        lambda: validator.snapshot(),
        lambda: validator.log(1, 0),
        lambda: validator.account(1, 0, 1),
        lambda: validator.sequence(1, START, []),
    )
    for question in questions:
        with pytest.raises(ValidatorFault):
            question()


def test_misuse_is_a_value_error_and_changes_nothing() -> None:
    validator = core()
    validator.append(1, 0, START, b"\xc0", opening(account(1, 0)))
    before = validator.snapshot()
    twin = replace(account(3, 0), handle="m2")
    misuses: tuple[Callable[[], object], ...] = (
        lambda: validator.log(2, 0),
        lambda: validator.sequence(2, START, []),
        lambda: validator.sequence(1, 2**53, []),
        lambda: validator.append(1, 0, START - 1, b"\xc0", opening(account(2, 0))),
        lambda: validator.append(
            1, 0, START, b"\xc0", opening(replace(account(1, 0), handle="other"))
        ),
        lambda: validator.append(
            1, 0, START, b"\xc0", opening(replace(account(2, 0), handle="m1"))
        ),
        lambda: validator.append(
            1, 0, START, b"\xc0", opening(replace(account(2, 0), key=b"short"))
        ),
        lambda: validator.append(1, 0, START, b"\xc0", opening(replace(account(1, 0), class_=1))),
        lambda: validator.append(1, 0, START, b"\xc0", opening(account(2, 5))),
        lambda: validator.append(1, 0, START, b"\xc0", moving(-(2**53), account(2, 2**53))),
        lambda: validator.append(1, 0, START, b"\xc0", moving(1)),
        lambda: validator.append(1, 0, START, b"\xc0", opening(account(2, 0), account(2, 0))),
        lambda: validator.append(1, 0, START, b"\xc0", opening(account(2, 0), twin)),
        lambda: validator.append(1, 0, START, b"\xc0", opening(account(2, 0), account(0, 0))),
        lambda: validator.append(1, 0, START, b"\xc0", b""),
        lambda: validator.append(1, 0, START, b"\xc0", opening(account(2, 0)) + b"\xc0"),
        lambda: validator.go_by(1, 0, charter(2)),
        lambda: charter(),
        lambda: charter(1, 1),
        lambda: charter(*range(1, 1026)),
        lambda: validator.set_days(1, 0, encode([20_000, 7, [1_000_000, 0], []])),
        lambda: validator.set_days(1, 0, encode([20_000, 7])),
        lambda: native.Signatures([(b"", b"", b"")]),
        lambda: native.Entries(b"\xc0").entry(1),
    )
    for misuse in misuses:
        with pytest.raises(ValueError):
            misuse()
    assert validator.snapshot() == before


def test_entries_without_boundaries() -> None:
    for blob in (b"\xc1", b"\x92\x01", b"\xc4\x05abc", b"\x91" * 2_000):
        with pytest.raises(EncodingError):
            native.Entries(blob)
    entries = native.Entries(b"\xc0\x92\x01\x02\xa1a")
    assert [entries.entry(at) for at in range(len(entries))] == [b"\xc0", b"\x92\x01\x02", b"\xa1a"]
    assert [entries.start(at) for at in range(4)] == [0, 1, 4, 6]


def test_a_damaged_snapshot_is_refused_at_every_byte() -> None:
    wrapper = pytest.importorskip("ledger.validators.native").NativeValidator
    books = books_with_members(FEDERATION, make_validator=wrapper)
    snapshot = books.validator.snapshot()
    assert wrapper.load(FEDERATION.founding, snapshot).snapshot() == snapshot
    for at in range(len(snapshot)):
        damaged = snapshot[:at] + bytes([snapshot[at] ^ 4]) + snapshot[at + 1 :]
        with pytest.raises(SnapshotError):
            wrapper.load(FEDERATION.founding, damaged)
    for length in range(0, len(snapshot), 7):
        with pytest.raises(SnapshotError):
            wrapper.load(FEDERATION.founding, snapshot[:length])


def test_the_stub_says_what_the_module_has(tmp_path: Path) -> None:
    stubtest = pytest.importorskip("mypy.stubtest")
    # Names for types that only the stub needs.
    aliases = tmp_path / "aliases"
    aliases.write_text("ledger._native.CoopFields\n", encoding="utf-8")
    options = stubtest.parse_options(
        [
            "ledger._native",
            "--ignore-disjoint-bases",
            "--allowlist",
            str(aliases),
            "--mypy-config-file",
            str(PROJECT),
        ]
    )
    assert stubtest.test_stubs(options) == 0


@pytest.mark.parametrize("number", [-1, 2**32 - 1, 2**32, 2**63, 2**64])
def test_questions_about_numbers_that_no_log_has_get_the_same_answers(number: int) -> None:
    both = Both(FEDERATION.founding)
    assert both.ask(lambda validator: validator.account(1, number)) is None
    assert both.ask(lambda validator: validator.head_at(1, number)) is None


@pytest.mark.parametrize("handle", ["", "nobody", "\ud800", "x" * 1_000])
def test_questions_about_handles_that_no_log_has_get_the_same_answers(handle: str) -> None:
    both = Both(FEDERATION.founding)
    assert both.ask(lambda validator: validator.account_named(1, handle)) is None
