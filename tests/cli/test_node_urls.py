"""Every command that takes the address of a node takes it in the same spelling."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from cli.shell.exit_codes import ExitCode


@pytest.mark.parametrize(
    "words",
    [
        ["join", "--node", "localhost:7701", "--handle", "alice"],
        ["steward", "key", "use", "localhost:7701"],
        ["receipt", "show", "norte/1", "--node", "localhost:7701"],
        ["doctor", "--node", "localhost:7701"],
        ["node", "status", "localhost:7701"],
        ["node", "init", "norte", "--coop", "norte", "--peer", "sur=localhost:7701"],
        ["audit", "localhost:7701"],
        ["index", "show", "--node", "localhost:7701"],
        ["index", "convert", "1.00", "--node", "localhost:7701"],
        ["index", "history", "--node", "localhost:7701"],
        ["index", "verify", "--node", "localhost:7701"],
        ["index", "plot", "--node", "localhost:7701"],
        ["merchant", "listen", "--forward-to", "localhost:7701"],
        ["pay", "localhost:7701/p/0123456789abcdef0123456789abcdef"],
    ],
    ids=" ".join,
)
def test_an_address_without_its_scheme_is_refused_before_anything_else(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, words)
    assert result.exit_code == ExitCode.USAGE
    said = result.stderr
    assert "localhost:7701" in said
    assert "http:// or https://." in said
    assert "Write http://localhost:7701" in said
    assert ", or https://localhost:7701" in said
    assert list(tmp_path.iterdir()) == []


def test_the_address_of_a_page_of_a_node_names_the_nodes() -> None:
    result = CliRunner().invoke(main, ["node", "status", "http://localhost:7701/wallet"])
    assert result.exit_code == ExitCode.USAGE
    assert "Write http://localhost:7701 alone." in result.stderr


def test_what_is_neither_a_folder_nor_an_address_says_both(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["audit", str(tmp_path / "norte")])
    assert result.exit_code == ExitCode.USAGE
    assert "is neither a folder here nor an address with http:// or https://" in result.stderr


@pytest.mark.parametrize(
    ("language", "said"),
    [("es", "Escribí http://localhost:7701, o https"), ("pt", "Escreva http://localhost:7701, ou")],
)
@pytest.mark.parametrize("command", [["node", "status"], ["audit"], ["join", "--node"]])
def test_what_to_write_instead_is_said_in_the_language(
    command: list[str], language: str, said: str
) -> None:
    environment = {"FIADO_LANG": language}
    result = CliRunner().invoke(main, [*command, "localhost:7701"], env=environment)
    assert said in " ".join(result.stderr.split())
    page = CliRunner().invoke(main, ["node", "status", "http://a.example/x"], env=environment)
    assert "http://a.example" in page.stderr and "alone" not in page.stderr
