"""`fiado receipt`: receipts with and without a path, what can't be proved, and what is no receipt."""

import json
from pathlib import Path

from click.testing import CliRunner, Result

from cli.main import main
from cli.paying.receipt_command import LONGEST_SHOWN
from cli.shell.exit_codes import ExitCode
from ledger.receipts import Receipt
from node.member.answers import encode_bytes
from tests.builders import books_with_members, build_federation
from tests.cli.bank import Bank, person
from tests.cli.fake_node import Answer, Request, serve

BOOKS = books_with_members(build_federation())
for amount in range(1, 120):
    BOOKS.pay(1, 1, 2, 2, amount)
CHARTER = BOOKS.federation.charter
LENGTH = len(BOOKS.logs[1])


def ask(folder: Path, place: str, answer: Answer, *options: str) -> Result:
    """`fiado receipt show` with a node that gives this answer."""
    wallet = folder / "wallet.json"
    wallet.with_name("wallet.json.charter.toml").write_bytes(BOOKS.federation.founding.source)

    def respond(request: Request) -> Answer:
        assert request.path == f"/v1/receipts/{place}"
        return answer

    with serve(respond) as url:
        words = ["receipt", "show", place, "--node", url, "--wallet", str(wallet), *options]
        return CliRunner().invoke(main, words)


def given(receipt: Receipt) -> Answer:
    """How a node gives a receipt."""
    return Answer(document={"receipt": encode_bytes(receipt.encode())})


def show(folder: Path, code: str) -> tuple[int, str]:
    """Ask a node that answers with this problem; the exit code and what is said."""
    problem = {"code": code, "title": "Title.", "remedy": "Remedy.", "status": 404}
    answer = Answer(404, problem, content_type="application/problem+json")
    result = ask(folder, "norte/12", answer)
    return result.exit_code, result.stderr


def test_a_node_that_can_not_prove_an_entry_says_whom_to_ask(tmp_path: Path) -> None:
    code, said = show(tmp_path, "receipt_not_found")
    assert code == ExitCode.REFUSED
    assert "no signature of norte over it or close enough after it" in said
    assert "fiado receipt show norte/12 --node URL" in said


def test_other_problems_keep_their_own_words(tmp_path: Path) -> None:
    code, said = show(tmp_path, "entry_not_found")
    assert code == ExitCode.REFUSED
    assert "Title." in said
    assert "signature" not in said


def test_what_is_no_receipt_proves_nothing(tmp_path: Path) -> None:
    charter, file = tmp_path / "charter.toml", tmp_path / "a.receipt"
    charter.write_bytes(BOOKS.federation.founding.source)
    file.write_text("hello", encoding="utf-8")
    words = ["receipt", "verify", str(file), "--charter", str(charter)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == ExitCode.REFUSED
    assert "This proves nothing: not a receipt" in result.stderr
    assert ".." not in result.stderr


def test_a_receipt_with_a_path_says_what_else_is_in_it(tmp_path: Path) -> None:
    data = BOOKS.receipt(1, LENGTH - 2, signed_at=LENGTH)
    place = f"norte/{LENGTH - 2}"
    said = ask(tmp_path, place, given(data))
    assert said.exit_code == 0, said.output
    assert "pays 1.17 to account 2 of sur" in said.output
    assert "It holds the 2 entries that follow in the log too, up to where norte signed" in (
        said.output
    )
    assert encode_bytes(data.encode()) in said.output
    result = json.loads(ask(tmp_path, place, given(data), "--json").stdout)
    assert (result["number"], result["following"]) == (LENGTH - 2, 2)
    assert bytes.fromhex(result["receipt"]) == data.encode()
    one = ask(tmp_path, place, given(BOOKS.receipt(1, LENGTH - 2, signed_at=LENGTH - 1)))
    assert "It holds the entry that follows in the log too" in one.output


def test_a_receipt_without_a_path_says_nothing_of_others(tmp_path: Path) -> None:
    said = ask(tmp_path, f"norte/{LENGTH}", given(BOOKS.receipt(1, LENGTH)), "--qr")
    assert said.exit_code == 0, said.output
    assert "It holds" not in said.output
    assert "too long" not in said.output


def test_a_long_receipt_is_written_to_a_file_and_verifies_there(tmp_path: Path) -> None:
    number = LENGTH - 110
    data = BOOKS.receipt(1, number, signed_at=LENGTH)
    written = encode_bytes(data.encode())
    assert len(written) > LONGEST_SHOWN
    said = ask(tmp_path, f"norte/{number}", given(data), "--qr")
    assert said.exit_code == 0, said.output
    assert written not in said.output
    assert "write it to a file with --out" in said.output
    assert "too long for a QR code" in said.output
    file, charter = tmp_path / "a.receipt", tmp_path / "charter.toml"
    assert ask(tmp_path, f"norte/{number}", given(data), "--out", str(file)).exit_code == 0
    assert file.read_bytes() == data.encode()
    charter.write_bytes(BOOKS.federation.founding.source)
    words = ["receipt", "verify", str(file), "--charter", str(charter)]
    as_bytes = CliRunner().invoke(main, words)
    file.write_text(written + "\n", encoding="ascii")
    as_text = CliRunner().invoke(main, words)
    assert as_bytes.output == as_text.output
    assert "This is proven: the signature is that of norte." in as_bytes.output


def test_a_receipt_of_another_entry_is_not_taken_for_the_one_asked_for(tmp_path: Path) -> None:
    said = ask(tmp_path, f"norte/{LENGTH - 1}", given(BOOKS.receipt(1, LENGTH)))
    assert said.exit_code == ExitCode.REFUSED
    assert f"the receipt is of another entry than norte/{LENGTH - 1}" in said.stderr


def test_a_receipt_names_whom_the_wallet_paid_and_says_what_is_proven(tmp_path: Path) -> None:
    bank = Bank()
    with serve(bank) as url:
        payer = person(tmp_path, bank, url)
        paid = payer.ok("pay", "member2@sur", "1.25")
        place = f"norte/{paid['number']}"
        said = payer.run("receipt", "show", place, json_too=False, is_secret=False).output
    assert "member1@norte pays 1.25 to member2@sur." in said
    assert "what is proven is that account 2 of sur is paid" in said
    handles = next((payer.wallet.parent / "receipts").glob("*-handles.json"))
    handles.write_text('{"2/2": 7, "nonsense": "x"}', encoding="ascii")
    said = payer.run("receipt", "show", place, json_too=False, is_secret=False).output
    assert "member1@norte pays 1.25 to account 2 of sur." in said
    assert "what is proven" not in said


def test_what_is_no_receipt_is_told_without_a_librarys_words(tmp_path: Path) -> None:
    charter, file = tmp_path / "charter.toml", tmp_path / "a.receipt"
    charter.write_bytes(BOOKS.federation.founding.source)
    file.write_text("hello hello", encoding="utf-8")
    result = CliRunner().invoke(main, ["receipt", "verify", str(file), "--charter", str(charter)])
    said = "Error: This proves nothing: not a receipt: not a MessagePack value."
    assert result.stderr.splitlines()[0] == said
