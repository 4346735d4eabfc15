"""Overlap linking: a shop that closes, one that takes its place, and a basket that changes make no step."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli.index.survey_basket import read_basket
from cli.index.survey_closed import level_of_file
from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.index.days import Method, text_from_day
from ledger.index.periods import Periods

WEEKS = ("2026-07-05", "2026-07-12", "2026-07-19", "2026-07-26")
BASKET = """\
currency = "ARS"
base_week = "2026-07-05"
base_level = "1000.00"
[weights]
"bread, 1 kg" = 3
milk = 1
"""


def fiado(*words: str | Path) -> Result:
    return CliRunner().invoke(main, ["index", "survey", *map(str, words)])


def result_of(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


def enter(folder: Path, day: str, **shops: dict[str, float]) -> None:
    for shop, prices in shops.items():
        for item, price in prices.items():
            entered = fiado("price", folder, item, str(price), "--shop", shop, "--day", day)
            assert entered.exit_code == 0, entered.output


def close(folder: Path, day: str) -> Any:
    return result_of(fiado("close", folder, "--day", day, "--yes", "--json"))


def level(folder: Path, day: str) -> int:
    closed = close(folder, day)
    data = Path(closed["file"]).read_bytes()
    assert level_of_file(data) == closed["level_millionths"]
    assert sha256(data).hexdigest() == closed["sha256"]
    return int(closed["level_millionths"])


def files(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A survey whose two shops have moved apart by the second week: +20 % and nothing."""
    folder = tmp_path / "survey"
    assert fiado("init", folder, "--base-level", "1000", "--day", WEEKS[0]).exit_code == 0
    (folder / "basket.toml").write_text(BASKET, encoding="utf-8")
    bread = "bread, 1 kg"
    enter(folder, WEEKS[0], Dear={bread: 100, "milk": 50}, Cheap={bread: 100})
    enter(folder, WEEKS[1], Dear={bread: 144, "milk": 50}, Cheap={bread: 100}, New={bread: 70})
    return folder


def test_a_shop_that_closes_makes_a_step_unless_it_is_linked(folder: Path) -> None:
    before = level(folder, WEEKS[1])
    assert before == (3 * 1200 + 1000) * 250_000  # bread 1.44 ** (1/2)
    enter(folder, WEEKS[2], Dear={"milk": 50}, Cheap={"bread, 1 kg": 100})
    checked = result_of(fiado("check", folder, "--day", WEEKS[2], "--json"))
    gone = [one for one in checked["ignored"] if one["shop"] == "Dear"]
    assert len(gone) == 1 and "fiado index survey link" in gone[0]["problem"]
    linked = result_of(fiado("link", folder, "--json"))
    assert linked["items"] == ["bread, 1 kg", "milk"]
    assert level(folder, WEEKS[2]) == before
    assert json.loads((folder / "closed" / f"{WEEKS[2]}.json").read_text())["items"][
        "bread, 1 kg"
    ] == {
        "weight": 3,
        "links": [WEEKS[1]],
        "earlier": [{"Cheap": [10000, 10000], "Dear": [10000, 14400]}],
        "prices": {"Cheap": [10000, 10000]},
    }


def test_without_a_link_it_does(folder: Path) -> None:
    before = level(folder, WEEKS[1])
    enter(folder, WEEKS[2], Dear={"milk": 50}, Cheap={"bread, 1 kg": 100})
    assert level(folder, WEEKS[2]) == 1_000_000_000 < before


def test_a_shop_that_takes_its_place_counts_from_the_linked_week_on(folder: Path) -> None:
    before = level(folder, WEEKS[1])
    result_of(fiado("link", folder, "--item", "bread, 1 kg", "--json"))
    enter(folder, WEEKS[2], Dear={"milk": 50}, Cheap={"bread, 1 kg": 100}, New={"bread, 1 kg": 70})
    assert level(folder, WEEKS[2]) == before
    # The old shops' prices moved by nothing, the new one's by 21 %: together 10 %.
    enter(
        folder, WEEKS[3], Dear={"milk": 50}, Cheap={"bread, 1 kg": 100}, New={"bread, 1 kg": 84.7}
    )
    assert level(folder, WEEKS[3]) == (3 * 1320 + 1000) * 250_000
    sheet = folder / "sheet.csv"
    assert fiado("sheet", folder, sheet, "--day", WEEKS[3]).exit_code == 0
    assert "New" in sheet.read_text() and "Dear" in sheet.read_text()


def test_several_links_follow_each_other(folder: Path) -> None:
    level(folder, WEEKS[1])
    result_of(fiado("link", folder, "--json"))
    assert result_of(fiado("link", folder, "--json"))["items"] == []
    enter(folder, WEEKS[2], Dear={"milk": 55}, New={"bread, 1 kg": 77}, Last={"bread, 1 kg": 10})
    assert level(folder, WEEKS[2]) == (3 * 1320 + 1100) * 250_000
    result_of(fiado("link", folder, "--json"))
    enter(folder, WEEKS[3], Dear={"milk": 55}, Last={"bread, 1 kg": 11})
    assert level(folder, WEEKS[3]) == (3 * 1452 + 1100) * 250_000


def test_a_week_that_was_closed_stays_as_it_is(folder: Path) -> None:
    level(folder, WEEKS[1])
    result_of(fiado("link", folder, "--json"))
    assert close(folder, WEEKS[1])["level_millionths"] == 1_150_000_000


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--item", "caviar"), "'caviar' is not in the basket"),
        (("--item", "milk"), "no price of milk counted"),
    ],
)
def test_what_can_not_be_linked_leaves_all_as_it_was(
    words: tuple[str, ...], problem: str, folder: Path
) -> None:
    (folder / "prices" / f"{WEEKS[1]}.csv").write_text(
        'item,shop,price,by\n"bread, 1 kg",Cheap,100,\n'
    )
    close(folder, WEEKS[1])
    before = files(folder)
    refused = fiado("link", folder, *words)
    assert refused.exit_code == ExitCode.REFUSED
    assert problem in " ".join(refused.output.split())
    assert files(folder) == before


def test_nothing_is_linked_before_a_week_is_closed(folder: Path) -> None:
    before = files(folder)
    for command in ("link", "rebase"):
        assert fiado(command, folder).exit_code == ExitCode.REFUSED
    close(folder, WEEKS[0])
    assert "is the base week" in " ".join(fiado("link", folder).output.split())
    (folder / "closed" / f"{WEEKS[0]}.json").unlink()
    assert files(folder) == before


@pytest.mark.parametrize(
    "text",
    ["week,item\n", "item,week\nmilk,2026-07-13\n", "item,week\nmilk,soon\n", "item,week\nmilk\n"],
)
def test_links_that_are_none_are_an_error(text: str, folder: Path) -> None:
    (folder / "links.csv").write_text(text)
    refused = fiado("close", folder, "--day", WEEKS[1], "--yes")
    assert refused.exit_code == ExitCode.REFUSED
    assert "links.csv" in refused.output
    assert not list((folder / "closed").iterdir())


class TestBasket:
    @pytest.fixture
    def changing(self, folder: Path) -> Path:
        """The second week has prices of the next basket too."""
        (folder / "next.toml").write_text('[weights]\nmilk = 2\n"rice, \\"long\\"" = 2\n')
        enter(folder, WEEKS[1], Cheap={'rice, "long"': 200})
        return folder

    def test_a_changed_basket_goes_on_from_the_level_of_the_old_one(self, changing: Path) -> None:
        old = (changing / "basket.toml").read_bytes()
        before = level(changing, WEEKS[1])
        done = result_of(fiado("rebase", changing, "--json"))
        assert done["base_level_millionths"] == before == 1_150_000_000
        assert (changing / "baskets" / f"{WEEKS[0]}.toml").read_bytes() == old
        assert not (changing / "next.toml").exists()
        assert read_basket(changing).weights == {"milk": 2, 'rice, "long"': 2}
        enter(changing, WEEKS[2], Dear={"milk": 50}, Cheap={'rice, "long"': 200})
        assert level(changing, WEEKS[2]) == before
        enter(changing, WEEKS[3], Dear={"milk": 60}, Cheap={'rice, "long"': 200})
        assert level(changing, WEEKS[3]) == before * 110 // 100

    def test_a_level_with_all_its_digits_comes_back(self, changing: Path) -> None:
        enter(changing, WEEKS[1], Dear={"bread, 1 kg": 137})
        before = level(changing, WEEKS[1])
        assert before % 10_000
        result_of(fiado("rebase", changing, "--json"))
        assert read_basket(changing).base_level == before

    def test_the_decided_level_may_be_the_base(self, changing: Path) -> None:
        close(changing, WEEKS[1])
        result_of(fiado("rebase", changing, "--level", "1148.123456", "--json"))
        assert read_basket(changing).base_level == 1_148_123_456

    @pytest.mark.parametrize(
        ("next_basket", "problem"),
        [
            (None, "there is no next.toml"),
            ("[weights]\nmilk = 1\nsalt = 1\n", "these have no price"),
            ("[weights]\nmilk = 0\n", "the weight of 'milk'"),
            ('currency = "ARS"\n[weights]\nmilk = 1\n', "[weights], and nothing else"),
            ("[weights\n", "TOML"),
        ],
    )
    def test_a_basket_that_can_not_go_on_leaves_all_as_it_was(
        self, next_basket: str | None, problem: str, folder: Path
    ) -> None:
        close(folder, WEEKS[1])
        if next_basket is not None:
            (folder / "next.toml").write_text(next_basket)
        before = files(folder)
        refused = fiado("rebase", folder)
        assert refused.exit_code == ExitCode.REFUSED
        assert problem in " ".join(refused.output.split())
        assert files(folder) == before

    def test_a_basket_goes_on_only_from_a_week_of_the_one_of_now(self, changing: Path) -> None:
        close(changing, WEEKS[1])
        result_of(fiado("rebase", changing, "--json"))
        (changing / "next.toml").write_text("[weights]\nmilk = 1\n")
        before = files(changing)
        refused = fiado("rebase", changing)
        assert "no week has been closed" in " ".join(refused.output.split())
        assert files(changing) == before


def test_a_file_of_another_form_has_no_level() -> None:
    linked = {
        "format": "fiado survey 2",
        "base_level_millionths": 10**9,
        "items": {
            "milk": {"weight": 1, "prices": {"Uno": [10, 11]}, "earlier": [{"Uno": [8, 10]}]}
        },
    }
    assert level_of_file(json.dumps(linked).encode()) == 1_375_000_000
    for wrong in (
        linked | {"format": "fiado survey 3"},
        linked | {"items": {"milk": {"weight": 1, "prices": {"Uno": [10, 0]}}}},
        linked | {"items": {"milk": {"weight": 1, "prices": {"Uno": [10, 11]}, "earlier": [{}]}}},
        linked | {"items": {"milk": {"weight": 1, "prices": {}, "earlier": 3}}},
    ):
        assert level_of_file(json.dumps(wrong).encode()) is None


def test_a_survey_may_be_every_few_days(tmp_path: Path) -> None:
    folder = tmp_path / "survey"
    words = ("--base-level", "1000", "--period-days", "3", "--day", "2026-07-04")
    assert fiado("init", folder, *words).exit_code == 0
    basket = read_basket(folder)
    days = Periods(method=Method.SURVEY, period_days=3)
    ends = [days.name(days.from_text("2026-07-04") + count) for count in range(3)]
    assert text_from_day(basket.base_week) == ends[0]
    for day, price in zip(ends, (100, 110, 121), strict=True):
        enter(folder, day, Uno=dict.fromkeys(basket.weights, float(price)))
    assert level(folder, ends[1]) == 1_100_000_000
    assert result_of(fiado("link", folder, "--json"))["week"] == ends[1]
    assert level(folder, ends[2]) == 1_210_000_000
    document = json.loads((folder / "closed" / f"{ends[2]}.json").read_text())
    assert (document["base_week"], document["week"]) == (ends[0], ends[2])


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'base_level = "1000.00"',
            'base_level = "1000.00"\nperiod_days = 0',
            "period_days must be",
        ),
        (
            'base_level = "1000.00"',
            'base_level = "1000.00"\nperiod_days = 29',
            "period_days must be",
        ),
        ('base_level = "1000.00"', 'base_level = "1000.00"\nperiod_days = "3"', "period_days must"),
        ('base_level = "1000.00"', 'base_level = "1000.00"\nperiod_days = 3', "last of 3 days"),
    ],
)
def test_a_basket_with_another_period_is_one_of_its_days(
    old: str, new: str, problem: str, folder: Path
) -> None:
    path = folder / "basket.toml"
    path.write_text(path.read_text().replace(old, new).replace("2026-07-05", "2026-07-06"))
    refused = fiado("check", folder, "--day", WEEKS[1])
    assert refused.exit_code == ExitCode.REFUSED
    assert problem in " ".join(refused.output.split())


@pytest.mark.parametrize(
    ("before", "after", "name"),
    [
        ('"1000.00"', '"1001.00"', "base_level"),
        ('"ARS"', '"CLP"', "currency"),
        ("[weights]", "period_days = 1\n[weights]", "period_days"),
    ],
)
def test_what_a_week_was_closed_with_stays_while_its_base_week_does(
    before: str, after: str, name: str, folder: Path
) -> None:
    level(folder, WEEKS[1])
    enter(folder, WEEKS[2], Dear={"milk": 50, "bread, 1 kg": 150})
    basket = folder / "basket.toml"
    basket.write_text(BASKET.replace(before, after), encoding="utf-8")
    refused = fiado("close", folder, "--day", WEEKS[2], "--yes")
    assert refused.exit_code != 0
    assert f"{name} is " in " ".join(refused.output.split())
    assert not (folder / "closed" / f"{WEEKS[2]}.json").exists()
    basket.write_text(BASKET, encoding="utf-8")
    close(folder, WEEKS[2])


def test_a_period_of_other_days_is_kept_with_its_weeks(folder: Path) -> None:
    basket = folder / "basket.toml"
    days = BASKET.replace("[weights]", "period_days = 1\n[weights]")
    basket.write_text(days, encoding="utf-8")
    close(folder, WEEKS[1])
    basket.write_text(BASKET, encoding="utf-8")
    assert "period_days is 7" in " ".join(
        fiado("close", folder, "--day", WEEKS[2], "--yes").output.split()
    )
