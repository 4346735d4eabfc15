"""The journal of pending payments: nothing is sent before it is written, nothing is paid twice."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from node.member.pending_format import _sealed
from node.member.pending_journal import (
    LARGEST_FILE,
    LARGEST_PAYLOAD,
    LARGEST_SEQUENCE,
    LONGEST_MEMO,
    JournalAccount,
    JournalDamaged,
    JournalUnusable,
    NothingPending,
    Outcome,
    PaymentIntent,
    PaymentPending,
    PendingJournal,
    SequenceUsed,
    journal_file,
    look_at_pending,
    open_journal,
)
from node.member.private_files import UnsafeFile
from node.member.wallet_lock import WalletLock, lock_wallet
from tests.cli.faulty_files import Fault, FaultyFiles
from tests.places import PROJECT

KEY = bytes(range(32))
ACCOUNT = JournalAccount(federation=bytes(32), coop=1, account=7)
INTENT = PaymentIntent(payee="alice@norte", amount=1250, memo="pan y miel \u00f1")
NOW = 1_700_000_000


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[WalletLock]:
    with lock_wallet(tmp_path / "wallet.json") as held:
        yield held


def begin(journal: PendingJournal, payload: bytes = b"signed", sequence: int = 1) -> None:
    journal.begin(payload, sequence=sequence, intent=INTENT, begun_at=NOW)


def test_a_payment_stays_pending_until_it_is_finished(lock: WalletLock) -> None:
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    assert journal.pending() is None
    begun = journal.begin(b"\x00signed\xff", sequence=1, intent=INTENT, begun_at=NOW)
    again = open_journal(lock, public_key=KEY, account=ACCOUNT)
    assert again.pending() == begun == journal.pending()
    assert begun.payload == b"\x00signed\xff"
    path = lock.path
    assert look_at_pending(path, public_key=KEY, account=ACCOUNT) == begun
    again.finish(1, outcome=Outcome.RECORDED)
    assert look_at_pending(path, public_key=KEY, account=ACCOUNT) is None
    for reader in (again, open_journal(lock, public_key=KEY, account=ACCOUNT)):
        assert reader.pending() is None
        assert reader.last_recorded == 1


def test_a_recorded_sequence_number_is_never_used_again(lock: WalletLock) -> None:
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    begin(journal, sequence=7)
    journal.finish(7, outcome=Outcome.RECORDED)
    for sequence in (1, 7):
        with pytest.raises(SequenceUsed):
            begin(journal, b"other", sequence=sequence)
    begin(journal, sequence=8)


def test_a_refused_payment_frees_its_sequence_number(lock: WalletLock) -> None:
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    begin(journal, b"first")
    journal.finish(1, outcome=Outcome.REFUSED)
    assert journal.last_recorded == 0
    begin(journal, b"second")
    pending = journal.pending()
    assert pending is not None
    assert pending.payload == b"second"


@pytest.mark.parametrize(("payload", "sequence"), [(b"other", 1), (b"signed", 2), (b"other", 2)])
def test_nothing_else_begins_while_a_payment_is_pending(
    lock: WalletLock, payload: bytes, sequence: int
) -> None:
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    begin(journal)
    before = journal_file(lock.path).read_bytes()
    with pytest.raises(PaymentPending) as refused:
        begin(journal, payload, sequence)
    assert refused.value.sequence == 1
    assert journal_file(lock.path).read_bytes() == before


def test_the_same_bytes_begin_again_without_effect(lock: WalletLock) -> None:
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    first = journal.begin(b"signed", sequence=1, intent=INTENT, begun_at=NOW)
    assert journal.begin(b"signed", sequence=1, intent=INTENT, begun_at=NOW + 60) == first


def test_what_is_not_pending_is_not_finished(lock: WalletLock) -> None:
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    with pytest.raises(NothingPending):
        journal.finish(1, outcome=Outcome.RECORDED)
    begin(journal)
    with pytest.raises(NothingPending):
        journal.finish(2, outcome=Outcome.RECORDED)
    assert journal.pending() is not None


def test_a_finished_payment_leaves_no_memo_behind(lock: WalletLock) -> None:
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    begin(journal)
    assert b"pan y miel" in journal_file(lock.path).read_bytes()
    journal.finish(1, outcome=Outcome.RECORDED)
    content = journal_file(lock.path).read_bytes()
    assert b"pan y miel" not in content
    assert b"alice" not in content


@pytest.mark.parametrize(
    ("payload", "sequence", "memo"),
    [
        (b"", 1, ""),
        (b"x" * (LARGEST_PAYLOAD + 1), 1, ""),
        (b"x", 0, ""),
        (b"x", LARGEST_SEQUENCE + 1, ""),
        (b"x", 1, "m" * (LONGEST_MEMO + 1)),
    ],
)
def test_what_is_out_of_bounds_does_not_begin(
    lock: WalletLock, payload: bytes, sequence: int, memo: str
) -> None:
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    intent = PaymentIntent(payee="alice@norte", amount=1, memo=memo)
    with pytest.raises((ValueError, SequenceUsed)):
        journal.begin(payload, sequence=sequence, intent=intent, begun_at=NOW)
    assert not journal_file(lock.path).exists()


def test_the_largest_payment_fits_the_file(lock: WalletLock) -> None:
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    intent = PaymentIntent(payee="a" * 65, amount=2**53 - 1, memo="\U0001f41d" * LONGEST_MEMO)
    begun = journal.begin(
        b"\xff" * LARGEST_PAYLOAD, sequence=LARGEST_SEQUENCE, intent=intent, begun_at=NOW
    )
    assert journal_file(lock.path).stat().st_size <= LARGEST_FILE
    assert open_journal(lock, public_key=KEY, account=ACCOUNT).pending() == begun


@pytest.mark.parametrize("fault", Fault)
def test_after_a_failed_begin_the_journal_stops_until_it_is_opened_again(fault: Fault) -> None:
    lock, files = WalletLock(Path("wallet.json")), FaultyFiles(failing=1, fault=fault)
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT, files=files)
    with pytest.raises(OSError, match="Input/output"):
        begin(journal)
    with pytest.raises(JournalUnusable):
        begin(journal)
    with pytest.raises(JournalUnusable):
        journal.pending()
    pending = open_journal(lock, public_key=KEY, account=ACCOUNT, files=files).pending()
    # Nothing was sent in either case; bytes that were kept are sent as they are.
    assert (pending is not None) == (fault is Fault.KEPT)
    assert pending is None or pending.payload == b"signed"


@pytest.mark.parametrize("fault", Fault)
def test_after_a_failed_finish_the_same_bytes_are_there_or_known_to_be_recorded(
    fault: Fault,
) -> None:
    lock, files = WalletLock(Path("wallet.json")), FaultyFiles(failing=2, fault=fault)
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT, files=files)
    begin(journal)
    with pytest.raises(OSError, match="Input/output"):
        journal.finish(1, outcome=Outcome.RECORDED)
    with pytest.raises(JournalUnusable):
        begin(journal, b"other", sequence=2)
    again = open_journal(lock, public_key=KEY, account=ACCOUNT, files=files)
    with pytest.raises((PaymentPending, SequenceUsed)):
        begin(again, b"other")
    assert (again.pending() is None) == (again.last_recorded == 1) == (fault is Fault.KEPT)


def test_a_torn_or_changed_file_stops_the_wallet(lock: WalletLock) -> None:
    begin(open_journal(lock, public_key=KEY, account=ACCOUNT))
    path = journal_file(lock.path)
    whole = path.read_bytes()
    files = FaultyFiles()
    damaged = [whole[:length] for length in range(len(whole))]
    for position in range(len(whole)):
        changed = bytearray(whole)
        changed[position] ^= 0x01
        damaged.append(bytes(changed))
    damaged += [whole + b"\n", bytes(len(whole)), b"null", b"[]", b'{"pending": 5}', b"[" * 9_999]
    for content in damaged:
        files.contents[path] = content
        with pytest.raises(JournalDamaged):
            open_journal(lock, public_key=KEY, account=ACCOUNT, files=files)
    files.contents[path] = whole
    assert open_journal(lock, public_key=KEY, account=ACCOUNT, files=files).pending() is not None


def test_numbers_that_are_no_integers_are_damage(lock: WalletLock) -> None:
    begin(open_journal(lock, public_key=KEY, account=ACCOUNT))
    path = journal_file(lock.path)
    document = json.loads(path.read_bytes())
    for name in ("sequence", "amount", "begun_at"):
        document["accounts"][ACCOUNT.name]["pending"][name] = True
        path.write_text(json.dumps(document), encoding="utf-8")
        with pytest.raises(JournalDamaged):
            open_journal(lock, public_key=KEY, account=ACCOUNT)


def test_the_journal_of_another_key_is_refused(lock: WalletLock) -> None:
    begin(open_journal(lock, public_key=KEY, account=ACCOUNT))
    with pytest.raises(JournalDamaged, match="another key"):
        open_journal(lock, public_key=bytes(32), account=ACCOUNT)


def test_a_journal_that_others_can_read_is_refused(lock: WalletLock) -> None:
    begin(open_journal(lock, public_key=KEY, account=ACCOUNT))
    journal_file(lock.path).chmod(0o644)
    with pytest.raises(UnsafeFile):
        open_journal(lock, public_key=KEY, account=ACCOUNT)


STREAM = """
import sys
from pathlib import Path
from node.member.pending_journal import JournalAccount, Outcome, PaymentIntent, open_journal
from node.member.wallet_lock import lock_wallet

intent = PaymentIntent(payee="alice@norte", amount=1)
with lock_wallet(Path(sys.argv[1])) as lock:
    account = JournalAccount(federation=bytes(32), coop=1, account=7)
    journal = open_journal(lock, public_key=bytes(range(32)), account=account)
    for sequence in range(1, 100_000):
        journal.begin(b"payment %d" % sequence, sequence=sequence, intent=intent, begun_at=0)
        print("sent", sequence, flush=True)
        journal.finish(sequence, outcome=Outcome.RECORDED)
        print("finished", sequence, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 2, 7, 40])
def test_a_killed_process_loses_nothing_that_it_sent(tmp_path: Path, lines: int) -> None:
    """Kill a wallet while it pays; whatever it had sent is pending or recorded, never forgotten."""
    wallet = tmp_path / "wallet.json"
    with subprocess.Popen(
        [sys.executable, "-c", STREAM, str(wallet)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    ) as process:
        assert process.stdout is not None
        printed = [process.stdout.readline() for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        printed += process.stdout.readlines()
    sent = [
        int(line.split()[1]) for line in printed if line.startswith("sent") and line[-1] == "\n"
    ]
    finished = [int(line.split()[1]) for line in printed if line.startswith("finished")]
    with lock_wallet(wallet) as lock:
        journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    pending = journal.pending()
    assert sent
    assert journal.last_recorded >= max(finished, default=0)
    if journal.last_recorded < max(sent):
        assert pending is not None
        assert pending.payload == b"payment %d" % max(sent)


class TwoTries(RuleBasedStateMachine):
    """A wallet whose process, disk and network fail, beside a node that records what it gets.

    The node keeps the first bytes that it sees for a sequence number. Whatever happens, it must never
    see two different payloads under one number, nor a number that leaves a gap.
    """

    def __init__(self) -> None:
        super().__init__()
        self.lock = WalletLock(Path("wallet.json"))
        self.files = FaultyFiles()
        self.recorded: dict[int, bytes] = {}
        self.signed = 0
        self.open()

    def open(self) -> None:
        self.journal = open_journal(self.lock, public_key=KEY, account=ACCOUNT, files=self.files)

    @rule(fault=st.none() | st.sampled_from(Fault), is_answer_lost=st.booleans())
    def pay(self, fault: Fault | None, is_answer_lost: bool) -> None:
        pending = self.journal.pending()
        if pending is None:
            self.signed += 1
            self._fail_next(fault)
            try:
                pending = self.journal.begin(
                    b"payment %d" % self.signed,
                    sequence=self.journal.last_recorded + 1,
                    intent=INTENT,
                    begun_at=NOW,
                )
            except OSError:
                return self.open()
        known = self.recorded.setdefault(pending.sequence, pending.payload)
        assert known == pending.payload
        if is_answer_lost:
            return self.open()
        self._fail_next(fault)
        try:
            self.journal.finish(pending.sequence, outcome=Outcome.RECORDED)
        except OSError:
            self.open()
        return None

    @precondition(lambda self: self.journal.pending() is not None)
    @rule()
    def crash(self) -> None:
        self.open()

    @invariant()
    def nothing_is_skipped(self) -> None:
        assert sorted(self.recorded) == list(range(1, len(self.recorded) + 1))
        assert self.journal.last_recorded <= len(self.recorded)

    def _fail_next(self, fault: Fault | None) -> None:
        if fault is not None:
            self.files.fail_next(fault)


TestTwoTries = TwoTries.TestCase
TestTwoTries.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


def test_from_where_on_the_wallet_has_signed_is_kept(lock: WalletLock) -> None:
    """An account whose key was replaced has payments that this wallet never signed."""
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    assert journal.first_signed == 1
    for sequence in (5, 6):
        begin(journal, sequence=sequence)
        journal.finish(sequence, outcome=Outcome.RECORDED)
        assert open_journal(lock, public_key=KEY, account=ACCOUNT).first_signed == 5
    journal.let_go(3, entries=())
    begin(journal, sequence=3)
    assert open_journal(lock, public_key=KEY, account=ACCOUNT).first_signed == 3


def test_a_journal_from_before_does_not_say_where_it_began(lock: WalletLock) -> None:
    journal = open_journal(lock, public_key=KEY, account=ACCOUNT)
    begin(journal, sequence=5)
    journal.finish(5, outcome=Outcome.RECORDED)
    file = journal_file(lock.path)
    document = json.loads(file.read_text())
    (part,) = document["accounts"].values()
    del part["first"], document["checksum"]
    file.write_bytes(_sealed(document))
    older = open_journal(lock, public_key=KEY, account=ACCOUNT)
    begin(older, sequence=6)
    assert open_journal(lock, public_key=KEY, account=ACCOUNT).first_signed == 1
