"""Sixty prices in minutes: a form for the market, a spreadsheet taken in, and a look before closing."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.index.survey_basket import read_basket, week_of
from cli.index.survey_files import read_prices
from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.index.days import day_from_text

BASE = "2026-07-01"
NEXT = "2026-07-08"
WEEK = week_of(day_from_text(NEXT))
BASKET = """\
currency = "ARS"
base_week = "2026-07-05"
base_level = "1000.00"
[weights]
"Pan, 1 kg" = 12
"leche, 1 l" = 9
"yerba, 1 kg" = 5
"""


def fiado(*words: str | Path, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, ["index", "survey", *map(str, words)], input=typed)


def result_of(result: Result) -> Any:
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "survey"
    assert fiado("init", folder, "--base-level", "1000", "--day", BASE).exit_code == 0
    (folder / "basket.toml").write_text(BASKET, encoding="utf-8")
    for shop, bread, milk in (
        ("Uno", "1000", "800"),
        ("Dos", "1100", "820"),
        ("Tres", "900", "790"),
    ):
        for item, price in (("Pan, 1 kg", bread), ("leche, 1 l", milk)):
            words = ("price", folder, item, price, "--shop", shop, "--day", BASE)
            assert fiado(*words).exit_code == 0
    return folder


def prices(folder: Path) -> dict[tuple[str, str], int]:
    return read_prices(folder, basket=read_basket(folder), week=WEEK)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("item;shop;price;by\nPan, 1 kg;Uno;1050,50;ana\n", "utf-8"),
        ("﻿item;shop;price;by\r\nPan, 1 kg;Uno;1050,50;\r\n;;;\r\n\r\n", "utf-8"),
        ("Artículo;Comercio;Precio\npan,  1 KG;Uno;$ 1050,50\n;;\n", "cp1252"),
        ("item;shop;price\nPan, 1 kg;Uno;1.050,50\n", "utf-8"),
        ('item,shop,price\n"Pan, 1 kg",Uno,"1,050.50"\n', "utf-8"),
        ("precio\tquién\tproducto\ttienda\nARS 1050.50\tana\tPan, 1 kg\tUno\n", "utf-16"),
        ('price,item,shop\n1050.50,"Pan, 1 kg",Uno\n', "utf-8"),
        ('\n\nitem,shop,price\n"Pan, 1 kg",Uno,1050.50\n"Pan, 1 kg",Uno,1050.5\n', "utf-8"),
    ],
)
def test_a_spreadsheet_as_it_is_saved(text: str, encoding: str, folder: Path) -> None:
    file = folder / "market.csv"
    file.write_bytes(text.encode(encoding))
    result = fiado("import", folder, file, "--day", NEXT, "--json")
    assert result.exit_code == 0, result.output
    assert result_of(result)["prices"] == 1
    assert prices(folder) == {("Pan, 1 kg", "Uno"): 105_050}


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ("Pan, 1 kg;Uno;USD 12", "line 3: 'USD 12' is not a price in ARS"),
        ("Pan, 1 kg;Uno;0", "line 3"),
        ("Pan, 1 kg;Uno;1.050", "line 3: '1.050' is not a price"),
        ("Pan, 1 kg;Uno;10.50,50", "line 3"),
        ("Pan, 1 kg;Uno;-5", "line 3"),
        ("Pan, 1 kg;;1000", "line 3: there is no shop"),
        ("torta;Uno;1000", "line 3: 'torta' is not in the basket"),
        ("Pan, 1 kg;Dos;1000\nPan, 1 kg;Dos;1001", "line 4: Pan, 1 kg at Dos has two prices"),
        ("Pan, 1 kg;" + "x" * 65 + ";1000", "at most 64 letters"),
    ],
)
def test_one_row_that_is_wrong_and_nothing_is_taken_in(
    rows: str, problem: str, folder: Path
) -> None:
    file = folder / "market.csv"
    file.write_text(f"item;shop;price\nleche, 1 l;Uno;810\n{rows}\n", encoding="utf-8")
    before = sorted(folder.rglob("*"))
    result = fiado("import", folder, file, "--day", NEXT)
    assert result.exit_code == ExitCode.REFUSED
    assert problem in " ".join(result.output.split())
    assert sorted(folder.rglob("*")) == before


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"one;two\n1;2\n",
        b"\xff\xfe\x00",
        b"item;shop;price\x00\n",
        b"item;shop;price\nleche, 1 l;" + b"a" * 140_000 + b";1\n",
    ],
    ids=["nothing", "other columns", "half of UTF-16", "a zero byte", "an endless cell"],
)
def test_what_is_no_spreadsheet_is_refused(data: bytes, folder: Path) -> None:
    file = folder / "market.csv"
    file.write_bytes(data)
    result = fiado("import", folder, file, "--day", NEXT)
    assert result.exit_code == ExitCode.REFUSED
    assert "Traceback" not in result.output
    assert prices(folder) == {}


def test_a_sheet_comes_back_filled_in(folder: Path) -> None:
    file = folder / "form.csv"
    assert fiado("sheet", folder, file, "--day", NEXT).exit_code == 0
    text = file.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0] == '"item";"shop";"price";"by"'
    assert '"yerba, 1 kg";"";"";""' in text.splitlines()
    filled = text.replace('"Pan, 1 kg";"Uno";"";""', '"Pan, 1 kg";"Uno";1020;ana')
    file.write_text(filled, encoding="utf-8-sig")
    result = fiado("import", folder, file, "--day", NEXT, "--json")
    assert result_of(result)["without_price"] == 6
    assert prices(folder) == {("Pan, 1 kg", "Uno"): 102_000}
    again = fiado("sheet", folder, file, "--day", NEXT)
    assert again.exit_code == ExitCode.REFUSED
    assert file.read_text(encoding="utf-8-sig") == filled


def test_a_shop_that_looks_like_a_formula_is_none_in_the_sheet(folder: Path) -> None:
    words = ("price", folder, "leche, 1 l", "810", "--shop", "=1+1", "--day", BASE)
    assert fiado(*words).exit_code == 0
    file = folder / "form.csv"
    assert fiado("sheet", folder, file, "--day", NEXT).exit_code == 0
    row = """"leche, 1 l";"'=1+1";"";"\""""
    assert row in file.read_text(encoding="utf-8-sig").splitlines()


def test_a_price_ten_times_too_high_is_named_before_closing(folder: Path) -> None:
    file = folder / "market.csv"
    rows = (
        "Pan, 1 kg;Uno;1030",
        "Pan, 1 kg;Dos;11300",
        "Pan, 1 kg;Tres;930",
        "Pan, 1 kg;Cuatro;99",
    )
    file.write_text("item;shop;price\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert fiado("import", folder, file, "--day", NEXT).exit_code == 0
    shown = fiado("check", folder, "--day", NEXT)
    assert shown.exit_code == 0
    assert "Pan, 1 kg at Dos: 11300.00, after 1100.00 in the week to 2026-07-05" in shown.stdout
    checked = result_of(fiado("check", folder, "--day", NEXT, "--json"))
    assert checked["prices"] == 4
    assert {one["shop"] for one in checked["strange"]} == {"Dos"}
    assert len(checked["strange"]) == 2  # against last week, and against the other shops
    ignored = {(one["item"], one["shop"]) for one in checked["ignored"]}
    assert ignored == {("Pan, 1 kg", "Cuatro"), ("leche, 1 l", ""), ("yerba, 1 kg", "")}


def test_prices_that_moved_as_the_others_did_are_not_strange(folder: Path) -> None:
    file = folder / "market.csv"
    rows = [
        f"Pan, 1 kg;{shop};{price}"
        for shop, price in (("Uno", 1400), ("Dos", 1600), ("Tres", 1300))
    ]
    file.write_text("item;shop;price\n" + "\n".join(rows) + "\n", encoding="utf-8")
    assert fiado("import", folder, file, "--day", NEXT).exit_code == 0
    assert result_of(fiado("check", folder, "--day", NEXT, "--json"))["strange"] == []


@pytest.mark.parametrize("change", ['"Pan, 1 kg" = 13', '"Pan, 1 kg" = 12\n"sal, 1 kg" = 1'])
def test_weights_are_fixed_once_a_week_is_closed(change: str, folder: Path) -> None:
    assert fiado("close", folder, "--day", BASE, "--yes").exit_code == 0
    for item in ("Pan, 1 kg", "leche, 1 l"):
        words = ("price", folder, item, "1030", "--shop", "Uno", "--day", NEXT)
        assert fiado(*words).exit_code == 0
    basket = folder / "basket.toml"
    text = basket.read_text(encoding="utf-8")
    basket.write_text(text.replace('"Pan, 1 kg" = 12', change), encoding="utf-8")
    refused = fiado("close", folder, "--day", NEXT, "--yes")
    assert refused.exit_code == ExitCode.REFUSED
    assert "items and weights differ" in refused.output
    assert not (folder / "closed" / "2026-07-12.json").exists()
    basket.write_text(text, encoding="utf-8")
    assert fiado("close", folder, "--day", NEXT, "--yes").exit_code == 0


def test_a_damaged_closed_week_is_named(folder: Path) -> None:
    (folder / "closed" / "2026-06-28.json").write_text("[]", encoding="utf-8")
    refused = fiado("close", folder, "--day", BASE, "--yes")
    assert refused.exit_code == ExitCode.REFUSED
    assert "2026-06-28.json" in refused.output


def test_closing_says_what_the_check_says_and_asks(folder: Path) -> None:
    closed = folder / "closed" / "2026-07-12.json"
    for item, price in (("Pan, 1 kg", "10500"), ("leche, 1 l", "810")):
        entered = ("price", folder, item, price, "--shop", "Uno", "--day", NEXT)
        assert fiado(*entered).exit_code == 0
    words = ("close", folder, "--day", NEXT)
    for typed, code in (("n\n", ExitCode.REFUSED), ("", ExitCode.INTERRUPTED)):
        asked = fiado(*words, typed=typed)
        assert asked.exit_code == code
        assert "Pan, 1 kg at Uno: 10500.00, after 1000.00" in asked.stderr
        assert "yerba, 1 kg: no price counts" in asked.stderr
        assert "Close the week that ends on 2026-07-12?" in asked.stderr
    assert fiado(*words, "--json").exit_code == ExitCode.USAGE
    assert not closed.exists()
    assert fiado(*words, typed="y\n").exit_code == 0
    assert closed.exists()
    again = result_of(fiado(*words, "--json"))  # It is closed already: nothing to ask.
    assert [one["shop"] for one in again["strange"]] == ["Uno"]


def test_a_week_is_closed_on_its_sunday_and_not_before(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    survey = import_module("cli.index.survey")
    monkeypatch.setattr(survey, "today", lambda: day_from_text("2026-07-04"))
    words = ("close", folder, "--day", BASE, "--yes")
    refused = fiado(*words, "--json")
    assert refused.exit_code == ExitCode.REFUSED
    assert result_of(refused)["error"]["name"] == "survey_week_not_over"
    assert "The week that ends on 2026-07-05 is not over" in " ".join(fiado(*words).stderr.split())
    assert list((folder / "closed").iterdir()) == []
    monkeypatch.setattr(survey, "today", lambda: day_from_text("2026-07-05"))
    assert fiado(*words).exit_code == 0


def test_a_column_that_nobody_understands_is_named(folder: Path) -> None:
    file = folder / "market.csv"
    file.write_text("item;shop;price;barrio\nPan, 1 kg;Uno;1030;Centro\n", encoding="utf-8")
    result = fiado("import", folder, file, "--day", NEXT, "--json")
    assert result_of(result)["unknown_columns"] == ["barrio"]
    assert "The column “barrio” is not known" in result.stderr
    assert "artículo" in result.stderr
    assert prices(folder) == {("Pan, 1 kg", "Uno"): 103_000}


@pytest.mark.parametrize(
    ("heading", "problem"),
    [
        ("item;shop;valor", "lacks the column price, which may be called precio, preco"),
        ("item;lugar;valor", "lacks the columns shop, price, which may be called comercio"),
    ],
)
def test_a_missing_column_is_said_with_what_is_understood(
    heading: str, problem: str, folder: Path
) -> None:
    file = folder / "market.csv"
    file.write_text(f"{heading}\nPan, 1 kg;Uno;1030\n", encoding="utf-8")
    result = fiado("import", folder, file, "--day", NEXT)
    assert result.exit_code == ExitCode.REFUSED
    assert problem in " ".join(result.stderr.split())
    assert prices(folder) == {}
