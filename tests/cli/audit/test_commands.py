"""`fiado audit` on a node's folder: one flipped byte in a copy of the database is found and named."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.entries import decode_entry, transaction_start
from ledger.refusals import Refusal
from ledger.transactions import Pay
from node.folder.making import create_node_key, init_folder, install_charter
from node.store import HistoryRow, Role, Snapshot, Write
from node.store.histories import payment_digest
from node.store.sql import SqlStore
from tests.builders import Books, books_with_members
from tests.node.audit.stores import SEGMENT_ENTRIES, fill_store

DATABASE = "node.db"
PAGE_BYTES = 4_096


@pytest.fixture(scope="module")
def books() -> Books:
    books = books_with_members()
    books.now += 60
    for amount in (500, 700, 1_100):
        books.pay(1, 1, 1, 2, amount)
        books.pay(1, 2, 2, 1, amount, fee=5)
        books.pay(2, 3, 3, 2, amount)
    books.anchor_all()
    return books


@pytest.fixture(scope="module")
def sound(books: Books, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a node that was shut down."""
    return node_folder(tmp_path_factory.mktemp("node"), books)


def node_folder(folder: Path, books: Books) -> Path:
    """Everything in a node's folder that an audit looks at."""
    federation = books.federation
    create_node_key(folder, federation.node_keys[1].seed)
    init_folder(folder, coop="norte")
    install_charter(
        folder, charter=federation.founding.source, signatures=federation.charter_signatures()
    )
    with SqlStore(f"sqlite:///{folder / DATABASE}") as store:
        fill_store(store, books)
        lengths = {coop: len(log) for coop, log in books.logs.items()}
        store.save_snapshot(Snapshot(lengths=lengths, state=books.validator.snapshot()))
    return folder


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy that may be damaged."""
    return Path(shutil.copytree(sound, tmp_path / "copy"))


def audit(folder: Path) -> tuple[Result, dict[str, object]]:
    result = CliRunner().invoke(main, ["audit", str(folder), "--json"])
    return result, json.loads(result.stdout.splitlines()[-1])


def flip(file: Path, place: int) -> None:
    data = bytearray(file.read_bytes())
    data[place] ^= 0x10
    file.write_bytes(data)


def findings(document: dict[str, object]) -> list[dict[str, object]]:
    found = document["findings"]
    assert isinstance(found, list)
    return found


def test_a_sound_folder_holds(folder: Path, books: Books) -> None:
    result, document = audit(folder)
    assert result.exit_code == ExitCode.OK, result.output
    assert document["holds"] is True
    assert document["digest"] == books.validator.digest().hex()
    assert document["sum"] == 0
    assert document["payments"] == 9


def test_people_read_one_page(folder: Path) -> None:
    page = CliRunner().invoke(main, ["audit", str(folder)]).stdout
    assert "Everything holds." in page
    assert "sum of everything  0.00" in page
    for coop in ("norte", "sur", "este"):
        assert coop in page


def test_a_folder_and_its_copy_have_one_digest(folder: Path, sound: Path) -> None:
    result = CliRunner().invoke(main, ["audit", str(folder), str(sound), "--json"])
    document = json.loads(result.stdout.splitlines()[-1])
    assert result.exit_code == ExitCode.OK
    assert document["digests_equal"] is True


def test_every_entry_with_a_flipped_byte_is_found_in_its_segment(
    sound: Path, folder: Path, books: Books
) -> None:
    """The bytes of each entry are looked up in the file, and one of them is flipped."""
    whole = (sound / DATABASE).read_bytes()
    for coop, entries in books.logs.items():
        for number, entry in enumerate(entries, start=1):
            begin = (number - 1) // SEGMENT_ENTRIES * SEGMENT_ENTRIES + 1
            segment = entries[begin - 1 : begin - 1 + SEGMENT_ENTRIES]
            place = whole.index(b"".join(segment)) + len(b"".join(segment[: number - begin]))
            # The middle of the entry is in a signature or key, the third byte in its time.
            for offset in (3, len(entry) // 2):
                (folder / DATABASE).write_bytes(whole)
                flip(folder / DATABASE, place + offset)
                result, document = audit(folder)
                assert result.exit_code == ExitCode.AUDIT_FAILED
                finding = findings(document)[0]
                assert finding["coop"] == books.federation.charter.coops[coop].name
                first, last = finding["first"], finding["last"]
                assert isinstance(first, int)
                assert isinstance(last, int)
                assert begin <= first <= last < begin + SEGMENT_ENTRIES


def test_a_flipped_payment_is_named_with_its_entry_and_rule(folder: Path, books: Books) -> None:
    whole = (folder / DATABASE).read_bytes()
    entry = books.logs[1][5]
    flip(folder / DATABASE, whole.find(entry) + len(entry) - 1)
    _, document = audit(folder)
    finding = findings(document)[0]
    assert (finding["fault"], finding["coop"]) == ("chain_broken", "norte")
    assert (finding["first"], finding["last"], finding["clause"]) == (6, 6, "5")
    assert finding["refusal"] == "signature_invalid"
    page = CliRunner().invoke(main, ["audit", str(folder)]).stdout
    assert "the log of norte, entry 6" in page
    assert "PROTOCOL, section 5" in page


def test_no_flipped_byte_goes_unseen_and_changes_what_is_read(
    sound: Path, folder: Path, books: Books
) -> None:
    """Anywhere in the file: either it is found, or it is in a place that nobody reads."""
    whole = (sound / DATABASE).read_bytes()
    unseen = 0
    for place in range(0, len(whole), 911):
        (folder / DATABASE).write_bytes(whole)
        flip(folder / DATABASE, place)
        result, document = audit(folder)
        assert result.exit_code in (ExitCode.OK, ExitCode.AUDIT_FAILED, ExitCode.INPUT_OUTPUT)
        if result.exit_code == ExitCode.OK:
            unseen += 1
            assert document["digest"] == books.validator.digest().hex()
    assert unseen < len(range(0, len(whole), 911)), "at least one flip has to be found"


@pytest.mark.parametrize("name", ["charter.toml", "charter.signatures.toml"])
def test_a_flipped_byte_in_the_charter_is_refused(folder: Path, name: str) -> None:
    flip(folder / name, (folder / name).stat().st_size - 10)
    result, document = audit(folder)
    assert result.exit_code == ExitCode.REFUSED
    assert document["error"]


def test_a_copy_with_the_last_segment_cut_off_is_not_the_same_state(
    folder: Path, sound: Path
) -> None:
    newest = "(SELECT max(first) FROM segments WHERE coop = 1)"
    change(folder, f"DELETE FROM segments WHERE coop = 1 AND first = {newest}")
    result, document = audit(folder)
    assert result.exit_code == ExitCode.AUDIT_FAILED
    assert findings(document)


def test_the_wrong_federation_fails(folder: Path) -> None:
    runner = CliRunner()
    result = runner.invoke(main, ["audit", str(folder), "--federation", "0" * 64, "--json"])
    assert result.exit_code == ExitCode.AUDIT_FAILED
    assert json.loads(result.stdout.splitlines()[-1])["holds"] is False


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["audit", str(tmp_path)])
    assert result.exit_code == ExitCode.INPUT_OUTPUT
    assert "is not a node's folder" in result.stderr


def change(folder: Path, statement: str) -> None:
    """Change the database as somebody with the file could."""
    connection = sqlite3.connect(folder / DATABASE)
    connection.execute(statement)
    connection.commit()
    connection.close()


def with_history(folder: Path, books: Books) -> None:
    """Let the folder's node build its history index, as it does when idle."""
    validator_rows = [
        HistoryRow(
            coop=1,
            account=account,
            time=books.now,
            log=log,
            number=number,
            role=role,
            amount=amount,
            sequence=sequence,
            digest=digest,
        )
        for account, log, number, role, amount, sequence, digest in _history_of_norte(books)
    ]
    with SqlStore(f"sqlite:///{folder / DATABASE}") as store:
        store.add_history(validator_rows, {coop: len(log) for coop, log in books.logs.items()})


def _history_of_norte(
    books: Books,
) -> Iterator[tuple[int, int, int, Role, int, int | None, bytes | None]]:
    for log, entries in books.logs.items():
        for number, data in enumerate(entries, start=1):
            entry = decode_entry(data)
            assert not isinstance(entry, Refusal)
            pay = entry.transaction
            if not isinstance(pay, Pay):
                continue
            if log == 1:
                digest = payment_digest(data[transaction_start(data) :])
                paid = -pay.amount - pay.fee
                yield pay.payer, log, number, Role.PAYER, paid, pay.sequence, digest
            if pay.payee_coop == 1:
                yield pay.payee, log, number, Role.PAYEE, pay.amount, None, None


@pytest.mark.parametrize("what", ["role = 2", "digest = zeroblob(16)", "amount = amount - 1"])
def test_a_changed_history_is_found(folder: Path, books: Books, what: str) -> None:
    with_history(folder, books)
    assert audit(folder)[0].exit_code == ExitCode.OK
    change(folder, f"UPDATE history SET {what} WHERE account = 1 AND entry = 6")
    result, document = audit(folder)
    assert result.exit_code == ExitCode.AUDIT_FAILED
    assert [finding["fault"] for finding in findings(document)] == ["record_damaged"]
    assert "history index" in str(findings(document)[0]["detail"])


def test_a_damaged_write_ahead_log_does_not_hide_what_was_committed(
    sound: Path, tmp_path: Path
) -> None:
    """Of a node that was killed, the newest commits are in the write-ahead log only."""
    running, copied = tmp_path / "running", tmp_path / "copied"
    shutil.copytree(sound, running)
    with SqlStore(f"sqlite:///{running / DATABASE}") as store:
        for number in range(5):
            store.commit(Write(meta={"number": str(number).encode()}))
        shutil.copytree(running, copied)
    wal = copied / f"{DATABASE}-wal"
    assert audit(copied)[0].exit_code == ExitCode.OK
    whole = wal.read_bytes()
    for place in (40, 1_000, len(whole) // 2):
        for leftover in copied.glob(f"{DATABASE}-shm"):
            leftover.unlink()
        wal.write_bytes(whole)
        flip(wal, place)
        result, document = audit(copied)
        assert result.exit_code == ExitCode.AUDIT_FAILED
        assert "write-ahead log" in str(findings(document)[-1]["detail"])


def test_a_segment_that_the_database_can_not_give_back_is_named(tmp_path: Path) -> None:
    """Damage of the database's own structure, rather than of the bytes in it."""
    books = books_with_members(members=6)
    for number in range(150):
        books.pay(1, 1 + number % 6, 1, 1 + (number + 1) % 6, 1)
    folder = node_folder(tmp_path, books)
    whole = (folder / DATABASE).read_bytes()
    named = set()
    for page in range(1, len(whole) // PAGE_BYTES):
        (folder / DATABASE).write_bytes(whole)
        flip(folder / DATABASE, page * PAGE_BYTES)  # The kind of the page.
        result, document = audit(folder)
        if result.exit_code != ExitCode.AUDIT_FAILED:
            continue  # Nobody reads this page, or the store can't even be opened, and that is said.
        for finding in findings(document):
            if finding["fault"] == "unreadable" and finding["coop"] == "norte":
                assert isinstance(finding["first"], int)
                assert isinstance(finding["last"], int)
                named.add((finding["first"], finding["last"]))
    length = len(books.logs[1])
    narrow = [(first, last) for first, last in named if last - first < length // 2]
    assert len(narrow) >= 2, named
    assert all((first - 1) % SEGMENT_ENTRIES == 0 for first, _ in narrow)
