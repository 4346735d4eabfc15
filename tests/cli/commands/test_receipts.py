"""`fiado receipt`: what it says when a node can't prove an entry, and of what is no receipt."""

from pathlib import Path

from click.testing import CliRunner

from cli.exit_codes import ExitCode
from cli.main import main
from tests.builders import build_federation
from tests.cli.fake_node import Answer, Request, serve

CHARTER = build_federation().charter


def show(folder: Path, code: str) -> tuple[int, str]:
    """Ask a node that answers with this problem; the exit code and what is said."""
    wallet = folder / "wallet.json"
    wallet.with_name("wallet.json.charter.toml").write_bytes(CHARTER.source)
    problem = {"code": code, "title": "Title.", "remedy": "Remedy.", "status": 404}

    def respond(request: Request) -> Answer:
        assert request.path == "/v1/receipts/norte/12"
        return Answer(404, problem, content_type="application/problem+json")

    with serve(respond) as url:
        words = ["receipt", "show", "norte/12", "--node", url, "--wallet", str(wallet)]
        result = CliRunner().invoke(main, words)
    return result.exit_code, result.stderr


def test_a_node_that_can_not_prove_an_entry_says_whom_to_ask(tmp_path: Path) -> None:
    code, said = show(tmp_path, "receipt_not_found")
    assert code == ExitCode.REFUSED
    assert "no signature of norte at exactly that entry" in said
    assert "fiado receipt show norte/12 --node URL" in said


def test_other_problems_keep_their_own_words(tmp_path: Path) -> None:
    code, said = show(tmp_path, "entry_not_found")
    assert code == ExitCode.REFUSED
    assert "Title." in said
    assert "signature" not in said


def test_what_is_no_receipt_proves_nothing(tmp_path: Path) -> None:
    charter, file = tmp_path / "charter.toml", tmp_path / "a.receipt"
    charter.write_bytes(CHARTER.source)
    file.write_text("hello", encoding="utf-8")
    words = ["receipt", "verify", str(file), "--charter", str(charter)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == ExitCode.REFUSED
    assert "This proves nothing: not a receipt" in result.stderr
    assert ".." not in result.stderr
