"""Evidence: what proves a fork or an invalid entry, and that no honest coop can be accused."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain import extend, extend_all
from ledger.codec import encode
from ledger.entries import encode_entry
from ledger.errors import ProofError
from ledger.evidence import (
    MAX_EVIDENCE_BYTES,
    Evidence,
    ForkEvidence,
    InvalidEntryEvidence,
    decode_evidence,
)
from ledger.refusals import Refusal
from tests.builders import Books, MakeValidator, books_with_members, build_federation, replay_logs

FEDERATION = build_federation(seed="evidence")
CHARTER = FEDERATION.charter


def honest_books(make_validator: MakeValidator | None = None) -> Books:
    if make_validator is None:
        books = books_with_members(FEDERATION)
    else:
        books = books_with_members(FEDERATION, make_validator=make_validator)
    for payer, amount in ((1, 100), (2, 250), (3, 70)):
        books.pay(1, payer, 2, 1, amount)
    return books


def fork_of(books: Books, *, at: int, entries: Sequence[bytes]) -> ForkEvidence:
    """The proof that coop 1 signed the head of its log at `at`, and of another history before it."""
    shorter = books.signed_head(1, at)
    start = extend(books.head(1, at - 1), b"something else")
    longer = FEDERATION.signed_head(
        1, length=at + len(entries), head=extend_all(start, list(entries))
    )
    return ForkEvidence(shorter=shorter, longer=longer, start=start, entries=tuple(entries))


def prove_nothing(evidence: ForkEvidence) -> None:
    with pytest.raises(ProofError):
        evidence.check(CHARTER)
    with pytest.raises(ProofError):
        decoded = decode_evidence(evidence.encode())
        assert isinstance(decoded, ForkEvidence)
        decoded.check(CHARTER)


HONEST = honest_books()
FORKS = [
    fork_of(HONEST, at=5, entries=[]),
    fork_of(HONEST, at=5, entries=[b"one"]),
    fork_of(HONEST, at=1, entries=[b"one", b"", b"three"]),
]


@pytest.mark.parametrize("evidence", FORKS)
def test_a_fork_is_proved_with_only_the_charter(evidence: ForkEvidence) -> None:
    evidence.check(CHARTER)
    again = decode_evidence(evidence.encode())
    assert again == evidence
    assert again.coop == 1
    assert again.kind == "fork"
    with pytest.raises(ProofError):
        evidence.check(build_federation(seed="other").charter)


@pytest.mark.parametrize("evidence", FORKS)
def test_a_changed_proof_of_a_fork_proves_nothing(evidence: ForkEvidence) -> None:
    longer, shorter = evidence.longer, evidence.shorter
    wrong = [
        replace(evidence, start=shorter.head),
        replace(evidence, start=bytes(32)),
        replace(evidence, entries=(*evidence.entries, b"more")),
        replace(evidence, longer=replace(longer, signature=shorter.signature)),
        replace(evidence, longer=replace(longer, length=longer.length + 1)),
        replace(evidence, longer=FEDERATION.signed_head(2, length=longer.length, head=longer.head)),
        replace(evidence, longer=shorter, shorter=longer),
    ]
    if evidence.entries:
        wrong.append(replace(evidence, entries=evidence.entries[1:]))
    for changed in wrong[:-1] if not evidence.entries else wrong:
        if changed.longer.length == changed.shorter.length and not evidence.entries:
            continue  # two heads of one length may come in either order
        prove_nothing(changed)


def test_signed_heads_of_an_honest_log_prove_no_fork() -> None:
    log = HONEST.logs[1]
    for shorter in range(len(log) + 1):
        for longer in range(shorter, len(log) + 1):
            prove_nothing(
                ForkEvidence(
                    shorter=HONEST.signed_head(1, shorter),
                    longer=HONEST.signed_head(1, longer),
                    start=HONEST.head(1, shorter),
                    entries=tuple(log[shorter:longer]),
                )
            )


def test_a_path_that_begins_at_another_length_accuses_nobody() -> None:
    """The chain of an honest log leads from any of its heads to a later one, too early or too late."""
    log = HONEST.logs[1]
    end = len(log)
    for shorter in range(end):
        for start in set(range(end + 1)) - {shorter}:
            prove_nothing(
                ForkEvidence(
                    shorter=HONEST.signed_head(1, shorter),
                    longer=HONEST.signed_head(1, end),
                    start=HONEST.head(1, start),
                    entries=tuple(log[start:end]),
                )
            )


@pytest.mark.parametrize("evidence", FORKS)
def test_both_heads_of_a_fork_are_signed_by_the_coop(evidence: ForkEvidence) -> None:
    for signature in (bytes(64), FEDERATION.signed_head(2, length=5, head=bytes(32)).signature):
        prove_nothing(replace(evidence, shorter=replace(evidence.shorter, signature=signature)))
        prove_nothing(replace(evidence, longer=replace(evidence.longer, signature=signature)))


def test_moving_the_boundary_of_the_start_head_accuses_nobody() -> None:
    """Head and entry are hashed one after the other: only a head of 32 bytes is one."""
    end = len(HONEST.logs[1])
    joined = HONEST.head(1, end - 1) + HONEST.logs[1][-1]
    for cut in range(len(joined) + 1):
        prove_nothing(
            ForkEvidence(
                shorter=HONEST.signed_head(1, end - 1),
                longer=HONEST.signed_head(1, end),
                start=joined[:cut],
                entries=(joined[cut:],),
            )
        )


def test_heads_of_two_logs_prove_no_fork() -> None:
    evidence = FORKS[0]
    other = FEDERATION.signed_head(2, length=5, head=evidence.longer.head)
    with pytest.raises(ProofError, match="different logs"):
        replace(evidence, longer=other).check(CHARTER)


# An invalid entry: coop 1 signs a log in which somebody spends more than the limit.


def invalid_entries(books: Books) -> dict[Refusal, bytes]:
    pay = books.next_pay(1, 1, 2, 1, 10**6)
    good = books.next_pay(1, 1, 2, 1, 10)
    now = books.now
    two = encode_entry(now, good) + encode_entry(now, books.next_pay(1, 2, 2, 1, 10))
    return {
        Refusal.LIMIT_EXCEEDED: encode_entry(now, pay),
        Refusal.TIME_FALLS: encode_entry(now - 1, good),
        Refusal.SIGNATURE_INVALID: encode_entry(now, good[:-1] + bytes([good[-1] ^ 1])),
        Refusal.KIND_UNKNOWN: encode_entry(now, b"\x91\x7f"),
        Refusal.ENTRY_TOO_LARGE: bytes(32_769),
        Refusal.ENTRY_MALFORMED: two,
    }


def accusation(
    books: Books, entry: bytes, refusal: Refusal, more: Sequence[bytes] = ()
) -> InvalidEntryEvidence:
    number = len(books.logs[1]) + 1
    previous = books.head(1, number - 1)
    head = extend_all(previous, [entry, *more])
    return InvalidEntryEvidence(
        number=number,
        previous=previous,
        entries=(entry, *more),
        signed=FEDERATION.signed_head(1, length=number + len(more), head=head),
        refusal=refusal,
    )


def test_an_invalid_entry_is_proved_and_nothing_changes(make_validator: MakeValidator) -> None:
    books = honest_books(make_validator)
    before = books.validator.snapshot()
    for refusal, entry in invalid_entries(books).items():
        for more in ((), (b"whatever", b"came after")):
            evidence = accusation(books, entry, refusal, more)
            evidence.check(books.validator)
            again = decode_evidence(evidence.encode())
            assert again == evidence
            assert (again.coop, again.kind) == (1, "invalid")
            assert books.validator.snapshot() == before


@pytest.mark.parametrize(
    "entry", [b"", b"\xc1", b"\xdd\xff\xff\xff\xff", b"\x91" * 20_000, b"\x92\x00"]
)
def test_bytes_that_are_no_value_are_malformed(make_validator: MakeValidator, entry: bytes) -> None:
    books = honest_books(make_validator)
    accusation(books, entry, Refusal.ENTRY_MALFORMED).check(books.validator)


def test_a_valid_entry_accuses_nobody_and_is_not_applied(make_validator: MakeValidator) -> None:
    books = honest_books(make_validator)
    before = books.validator.snapshot()
    entry = encode_entry(books.now, books.next_pay(1, 1, 2, 1, 10))
    for refusal in Refusal:
        with pytest.raises(ProofError, match="valid"):
            accusation(books, entry, refusal).check(books.validator)
    assert books.validator.snapshot() == before


def test_an_entry_refused_for_another_reason_is_no_evidence(make_validator: MakeValidator) -> None:
    books = honest_books(make_validator)
    for true_refusal, entry in invalid_entries(books).items():
        for refusal in Refusal:
            if refusal is not true_refusal:
                with pytest.raises(ProofError, match="reason"):
                    accusation(books, entry, refusal).check(books.validator)


def test_an_anchor_that_waits_is_no_evidence(make_validator: MakeValidator) -> None:
    books = honest_books(make_validator)
    unknown = FEDERATION.anchor(2, length=50, head=bytes(32))
    entry = encode_entry(books.now, unknown)
    for refusal in Refusal:
        with pytest.raises(ProofError):
            accusation(books, entry, refusal).check(books.validator)


def test_the_validator_must_stand_right_before_the_entry(make_validator: MakeValidator) -> None:
    books = honest_books(make_validator)
    refusal = Refusal.LIMIT_EXCEEDED
    evidence = accusation(books, invalid_entries(books)[refusal], refusal)
    shorter = {**books.logs, 1: books.logs[1][:-1]}
    behind = replay_logs(FEDERATION, shorter, make_validator)
    with pytest.raises(ProofError, match="log up to"):
        evidence.check(behind)
    books.pay(1, 1, 2, 1, 10)
    with pytest.raises(ProofError, match="log up to"):
        evidence.check(books.validator)


def test_an_accusation_needs_the_coops_signature_over_these_entries() -> None:
    books = honest_books()
    refusal = Refusal.LIMIT_EXCEEDED
    evidence = accusation(books, invalid_entries(books)[refusal], refusal, (b"later",))
    wrong = [
        replace(evidence, signed=replace(evidence.signed, signature=bytes(64))),
        replace(evidence, signed=replace(evidence.signed, coop=2)),
        replace(evidence, entries=evidence.entries[:1]),
        replace(evidence, entries=()),
        replace(evidence, entries=(evidence.entries[0], b"LATER")),
        replace(evidence, number=evidence.number - 1),
        replace(evidence, previous=bytes(32)),
    ]
    for changed in wrong:
        with pytest.raises(ProofError):
            changed.check_signed(CHARTER)
        with pytest.raises(ProofError):
            changed.check(books.validator)


def test_no_honest_entry_can_be_shown_as_invalid() -> None:
    """Whoever shows an entry to a replica that has not got it yet proves nothing."""
    log = HONEST.logs[1]
    for index in range(len(log) - 2, len(log) + 1):
        logs = {**HONEST.logs, 1: log[: index - 1]}
        behind = replay_logs(FEDERATION, logs)
        for cut in range(0, 64, 7):
            joined = HONEST.head(1, index - 1) + log[index - 1]
            evidence = InvalidEntryEvidence(
                number=index,
                previous=joined[:cut],
                entries=(joined[cut:],),
                signed=HONEST.signed_head(1, index),
                refusal=Refusal.ENTRY_MALFORMED,
            )
            with pytest.raises(ProofError):
                evidence.check(behind)
        whole = InvalidEntryEvidence(
            number=index,
            previous=HONEST.head(1, index - 1),
            entries=(log[index - 1],),
            signed=HONEST.signed_head(1, index),
            refusal=Refusal.ENTRY_MALFORMED,
        )
        with pytest.raises(ProofError, match="valid"):
            whole.check(behind)


def all_evidence() -> list[Evidence]:
    refusal = Refusal.LIMIT_EXCEEDED
    return [*FORKS, accusation(HONEST, invalid_entries(HONEST)[refusal], refusal, (b"later",))]


@pytest.mark.parametrize("evidence", all_evidence())
def test_every_cut_and_addition_is_no_evidence(evidence: Evidence) -> None:
    data = evidence.encode()
    for wrong in [*(data[:length] for length in range(len(data))), data + b"\0"]:
        with pytest.raises(ProofError):
            decode_evidence(wrong)


@given(st.binary(max_size=200))
def test_garbage_is_no_evidence(data: bytes) -> None:
    with pytest.raises(ProofError):
        decode_evidence(data)


HASH, SIGNATURE = bytes(32), bytes(64)


@pytest.mark.parametrize(
    "value",
    [
        ["fork", -1, 1, HASH, SIGNATURE, 2, HASH, SIGNATURE, HASH, []],
        ["fork", 1, -1, HASH, SIGNATURE, 2, HASH, SIGNATURE, HASH, []],
        ["fork", 1, 1, HASH, SIGNATURE, 2, HASH, SIGNATURE, HASH, ["text"]],
        ["fork", 1, 1, HASH, SIGNATURE, 2, HASH, SIGNATURE, HASH, b""],
        ["fork", 1, 1, HASH, SIGNATURE, 2, HASH, SIGNATURE, HASH],
        ["invalid", 1, 1, HASH, [b""], 1, HASH, SIGNATURE, 999],
        ["invalid", 1, 1, HASH, [b""], 1, HASH, SIGNATURE, 0],
        ["invalid", 1, -1, HASH, [b""], 1, HASH, SIGNATURE, 2],
        ["invalid", 1, 1, HASH, [None], 1, HASH, SIGNATURE, 2],
        ["other", 1],
        [],
        None,
    ],
)
def test_other_shapes_are_no_evidence(value: object) -> None:
    with pytest.raises(ProofError):
        decode_evidence(encode(value))  # type: ignore[arg-type]


def test_evidence_is_not_too_large() -> None:
    large = fork_of(HONEST, at=5, entries=[bytes(MAX_EVIDENCE_BYTES)])
    large.check(CHARTER)
    with pytest.raises(ProofError, match="too large"):
        decode_evidence(large.encode())
    with pytest.raises(ProofError):
        decode_evidence(fork_of(HONEST, at=5, entries=[b""] * 65_537).encode())
    decode_evidence(fork_of(HONEST, at=5, entries=[b""] * 65_536).encode())
