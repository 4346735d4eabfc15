"""The demonstration runs to its end: the tour, and a small trade graph through real nodes."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.extract import read_catalog
from cli.main import main
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say, speaking


def test_the_tour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEEP", raising=False)
    result = CliRunner().invoke(main, ["demo", "--folder", str(tmp_path)])
    assert result.exit_code == ExitCode.OK, result.output
    said = result.stdout
    assert "Everything holds." in said
    assert "The payment would take the account below its credit limit." in said
    assert "This is proven: the signature is that of norte." in said
    assert "First the payment whose outcome is unknown" not in said
    assert "WRONG" not in said
    _check_prices(said)


@pytest.mark.parametrize("code", ["es", "pt"])
def test_the_tour_in_another_language_has_no_english_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    """By the catalogue: nothing that it translates is said in English, from the first to the last line."""
    monkeypatch.delenv("KEEP", raising=False)
    result = CliRunner().invoke(main, ["--lang", code, "demo", "--folder", str(tmp_path)])
    assert result.exit_code == ExitCode.OK, result.output
    said = " ".join(result.stdout.split())
    assert english_in(said, code) == []
    told = {text.string for text in read_catalog(code).values()}
    assert sum(text in said for text in told if len(text) > _SENTENCE) > 40


def test_an_english_sentence_is_found() -> None:
    """Whatever values stand in it; and nothing is found in a sentence of the language."""
    with speaking("es"):
        spanish = say("The node of {title} answers at {url}.", title="Norte", url="http://norte")
        assert english_in(spanish, "es") == []
    english = "Hola. The node of Norte answers at http://norte. Chau."
    assert english_in(english, "es") == ["The node of {title} answers at {url}."]


_SENTENCE = 12
"""Letters of the shortest text that is looked for; a shorter one may be a word of both languages."""


def english_in(said: str, code: str) -> list[str]:
    """The texts of the catalogue that stand untranslated in what was said."""
    return [
        message
        for message, text in read_catalog(code).items()
        if len(message) > _SENTENCE and message != text.string and _stands_in(message, said)
    ]


def _stands_in(message: str, said: str) -> bool:
    """Whether all that is between the values of a text stands in what was said, in its order."""
    fixed = [" ".join(part.split()) for part in re.split(r"\{\w+\}", message)]
    if sum(map(len, fixed)) <= _SENTENCE:
        return False
    place = 0
    for part in fixed:
        place = said.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return True


def _check_prices(said: str) -> None:
    """After the print the same price takes fewer units, and the same units are worth more pesos."""
    before, after = map(Decimal, re.findall(r"ARS 5000\.00 is (\S+) fiado", said))
    assert before == 5 > after
    worth = re.findall(r"balance +(\S+)  \(ARS (\S+),", said.partition("Balances are in units")[2])
    (units, pesos), (units_later, pesos_later) = worth
    assert units == units_later
    assert Decimal(pesos) == 1000 * Decimal(units) < Decimal(pesos_later)
    assert "Every value follows from the charter" in said


def test_the_play_of_a_federation(tmp_path: Path) -> None:
    """All that can happen to a federation, one that cheats included, and in the end the books are right."""
    result = CliRunner().invoke(main, ["demo", "--federation", "--json", "--folder", str(tmp_path)])
    document = json.loads(result.stdout.splitlines()[-1])
    assert document.get("steps") == 9, result.output
    assert (document["failed"], document["not_played"]) == (0, []), result.output
    assert (document["sum"], document["digests_equal"]) == (0, True), result.output
    assert result.exit_code == ExitCode.OK
    assert 0 < document["seconds_to_join"] < 600
    assert 0 < document["seconds_cut_off_after_fork"] < 60


def test_the_play_of_an_assembly(tmp_path: Path) -> None:
    """All that members decide together, by the commands that they type, and right books."""
    result = CliRunner().invoke(main, ["demo", "--assembly", "--json", "--folder", str(tmp_path)])
    document = json.loads(result.stdout.splitlines()[-1])
    assert document.get("steps") == 9, result.output
    assert (document["failed"], document["not_played"]) == (0, []), result.output
    assert (document["sum"], document["digests_equal"]) == (0, True), result.output
    assert result.exit_code == ExitCode.OK


def test_the_play_of_moving_in(tmp_path: Path) -> None:
    """A community of 300 comes with its balances, by the commands that people type, and right books."""
    result = CliRunner().invoke(main, ["demo", "--moving-in", "--json", "--folder", str(tmp_path)])
    document = json.loads(result.stdout.splitlines()[-1])
    assert document["steps"] == 8
    assert (document["failed"], document["not_played"]) == (0, []), result.output
    assert (document["sum"], document["digests_equal"]) == (0, True), result.output
    assert result.exit_code == ExitCode.OK


@pytest.mark.parametrize("coops", [2, 3])
def test_a_trade_graph(tmp_path: Path, coops: int) -> None:
    graph = tmp_path / "graph.txt"
    lines = [
        f"{payer} {payee} {payer + payee}.25" for payer in range(20) for payee in range(20, 30)
    ]
    graph.write_text("\n".join(lines), encoding="utf-8")
    words = ["demo", "--trade-graph", str(graph), "--coops", str(coops), "--json"]
    result = CliRunner().invoke(main, [*words, "--folder", str(tmp_path / "nodes")])
    assert result.exit_code == ExitCode.OK, result.output
    document = json.loads(result.stdout.splitlines()[-1])
    assert document["payments_offered"] == document["accepted"] == 200
    assert (document["refused"], document["in_transit"], document["sum"]) == (0, 0, 0)
    assert document["digests_equal"] is True
    assert document["holds"] is True
    assert document["members"] == 30
    assert document["seconds"] > 0
    assert document["validator"] in ("native", "reference")
    # What the nodes leave on disk is the same state.
    folders = [str(folder) for folder in sorted((tmp_path / "nodes").iterdir())]
    audited = CliRunner().invoke(main, ["audit", *folders, "--json"])
    assert audited.exit_code == ExitCode.OK, audited.output
    after = json.loads(audited.stdout.splitlines()[-1])
    assert after["digests_equal"] is True
    assert after["audits"][0]["payments"] == 200


def test_a_trade_graph_whose_nodes_are_kept_up(tmp_path: Path) -> None:
    graph = tmp_path / "graph.txt"
    graph.write_text("1 2 3\n2 1 4\n", encoding="utf-8")
    words = ["demo", "--trade-graph", str(graph), "--coops", "2", "--keep"]
    with subprocess.Popen(
        [sys.executable, "-m", "cli", *words], stdout=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stdout is not None
        said = []
        for line in demo.stdout:
            said.append(line)
            if "/wallet" in line:
                break
        url = next(word for line in said for word in line.split() if word.startswith("http"))
        with urllib.request.urlopen(f"{url}/v1/status", timeout=10) as answer:
            assert json.load(answer)["readiness"] == "ready"
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == ExitCode.OK


def test_a_play_does_not_keep_its_nodes(tmp_path: Path) -> None:
    words = ["demo", "--assembly", "--keep", "--folder", str(tmp_path / "nodes")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == ExitCode.USAGE
    assert "leave out --keep" in result.output


def test_a_graph_that_can_not_be_read_starts_nothing(tmp_path: Path) -> None:
    graph = tmp_path / "graph.txt"
    graph.write_text("1 2 3\n1 1 3\n", encoding="utf-8")
    words = ["demo", "--trade-graph", str(graph), "--folder", str(tmp_path / "nodes"), "--json"]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == ExitCode.USAGE
    assert json.loads(result.stdout.splitlines()[-1])["error"]["line"] == 2
    assert list((tmp_path / "nodes").iterdir()) == []
