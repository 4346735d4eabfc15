"""Bylaws as people write them: what is written is read again, and what is wrong is named."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.bylaws.bylaws_file import (
    ArticleImpossible,
    ArticlesContradict,
    FileUnreadable,
    read_bylaws_file,
    render_bylaws,
)
from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.government.articles import ARTICLES, Article, ceiling_of, first_limit_of
from node.bylaws.explain import LANGUAGES
from node.bylaws.values import ValueUnreadable, read_value, written_value

LANGUAGES_OF_FILES = pytest.mark.parametrize("language", sorted(LANGUAGES))


def written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "bylaws.toml"
    path.write_text("\n".join(["version = 1", "[articles]", *lines]), encoding="utf-8")
    return path


@LANGUAGES_OF_FILES
def test_what_is_written_is_read_again(tmp_path: Path, language: str) -> None:
    articles = {
        number: row.lowest if row.lowest != row.default else row.highest
        for number, row in ARTICLES.items()
        if number not in (Article.MAJORITY_NUMERATOR, Article.MAJORITY_DENOMINATOR)
        and number != Article.LIMIT_SMALL
    }
    path = tmp_path / "bylaws.toml"
    path.write_text(render_bylaws(articles, language), encoding="utf-8")
    assert dict(read_bylaws_file(path)) == articles
    path.write_text(render_bylaws({}, language), encoding="utf-8")
    assert read_bylaws_file(path) == ()
    uncommented = [
        line.removeprefix("# ") if line.startswith("# ") and " = " in line else line
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join(uncommented), encoding="utf-8")
    assert dict(read_bylaws_file(path)) == {
        number: row.default
        for number, row in ARTICLES.items()
        if number in (*Article, first_limit_of(0), first_limit_of(1), ceiling_of(0), ceiling_of(1))
    }


@pytest.mark.parametrize("number", ARTICLES)
def test_every_value_is_written_so_that_it_is_read_as_itself(number: int) -> None:
    row = ARTICLES[number]
    for value in {row.default, row.lowest, row.highest, (row.lowest + row.highest) // 3}:
        text = written_value(number, value)
        assert read_value(number, text.strip('"') if text.startswith('"') else int(text)) == value


@pytest.mark.parametrize(
    ("article", "text", "value"),
    [
        (Article.NOTICE, "15 días", 15 * 86_400),
        (Article.NOTICE, "1 Hora", 3_600),
        (Article.NOTICE, "90 segundos", 90),
        (Article.NOTICE, 90, 90),
        (Article.CONTRIBUTION, "2 %", 20_000),
        (Article.CONTRIBUTION, "0,5%", 5_000),
        (Article.FIRST_QUORUM, "50 %", 500),
        (Article.SPEND_AMOUNT, "100", 10_000),
        (Article.SPEND_AMOUNT, "100,50", 10_050),
        (Article.ADMIT, 2, 2),
    ],
)
def test_values_as_people_write_them(article: Article, text: object, value: int) -> None:
    assert read_value(article, text) == value


@pytest.mark.parametrize(
    ("article", "text"),
    [
        (Article.NOTICE, "15 moons"),
        (Article.NOTICE, "days"),
        (Article.NOTICE, -1),
        (Article.NOTICE, True),
        (Article.NOTICE, 1.5),
        (Article.CONTRIBUTION, 2),
        (Article.CONTRIBUTION, "2"),
        (Article.CONTRIBUTION, "0.00001 %"),
        (Article.FIRST_QUORUM, "50.05 %"),
        (Article.SPEND_AMOUNT, "100 %"),
        (Article.SPEND_AMOUNT, "1.000,00"),
        (Article.ADMIT, "two"),
        (Article.ADMIT, None),
    ],
)
def test_what_is_no_value_is_named_with_an_example(article: Article, text: object) -> None:
    with pytest.raises(ValueUnreadable) as raised:
        read_value(article, text)
    assert raised.value.article == article.name.lower()


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (['contribution = "11 %"'], ArticleImpossible),
        (["wait_guardians = 0"], ArticleImpossible),
        (["majority_numerator = 1"], ArticlesContradict),
        (["limit_small = 3", "limit_large = 2"], ArticlesContradict),
        (["dividends = 3"], FileUnreadable),
        (["[more]"], FileUnreadable),
        (["contribution"], FileUnreadable),
    ],
)
def test_bylaws_that_no_node_takes_are_refused_with_a_reason(
    tmp_path: Path, lines: list[str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        read_bylaws_file(written(tmp_path, *lines))


def run(*words: str) -> Any:
    return CliRunner().invoke(main, words)


def test_a_draft_is_explained_in_each_language_with_its_warnings(tmp_path: Path) -> None:
    path = tmp_path / "estatuto.toml"
    assert run("bylaws", "draft", str(path), "--language", "es").exit_code == ExitCode.OK
    assert "Cada pago da al fondo" not in path.read_text()  # the default: it owes nothing
    assert "Los pagos no deben nada al fondo común." in path.read_text()
    path = written(tmp_path, 'contribution = "6 %"', 'notice = "1 day"', "spend = 1")
    told = run("bylaws", "explain", str(path), "--language", "pt")
    assert told.exit_code == ExitCode.OK, told.output
    assert "Cada pagamento dá ao fundo comum 6 %" in told.output
    assert told.output.count("! ") == 4
    shown = run("bylaws", "explain", str(path))
    assert "A single steward could do this alone: spending." in shown.output


def test_a_second_call_without_a_quorum_is_warned_of(tmp_path: Path) -> None:
    drafted = run("bylaws", "draft", str(tmp_path / "first.toml"))
    assert "ask for a quorum (second_quorum)" in drafted.output
    path = written(tmp_path, 'first_quorum = "0 %"')
    assert "neither call asks for a quorum" in run("bylaws", "explain", str(path)).output
    path = written(tmp_path, "second_quorum = 3")
    assert "! " not in run("bylaws", "explain", str(path)).output


def test_the_same_warning_is_given_once(tmp_path: Path) -> None:
    path = written(tmp_path, 'wait_stewards = "1 day"', 'wait_guardians = "1 day"')
    assert run("bylaws", "explain", str(path)).output.count("Less than two days") == 1


def test_what_is_wrong_in_a_file_reaches_people_in_words(tmp_path: Path) -> None:
    path = written(tmp_path, 'contribution = "11 %"')
    told = run("bylaws", "explain", str(path))
    assert told.exit_code == ExitCode.REFUSED
    assert 'contribution is from "0 %" to "10 %".' in told.output
