"""Publishing, verifying, looking up and paying at a price, with the commands and a real node."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cli.index.survey_closed import FORMAT
from cli.index.unit_files import bundled_units
from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.founding import parse_founding
from ledger.index.conversion import units_from_price
from ledger.signatures import SigningKey
from node.member.pending_journal import PaymentIntent
from node.member.wallet_file import create_wallet, replace_public
from node.member.wallet_format import KeyStretching
from node.member.wallet_lock import lock_wallet
from node.world import World
from tests.builders import START, Federation, build_federation
from tests.index_builders import index_lines
from tests.ledger.index.examples import UI
from tests.node.http.towns import one_node
from tests.node.running import QUICK

PASSPHRASE = "cuatro palabras en un papel"
STRETCHING = KeyStretching(passes=1, memory_bytes=8_192)
FEDERATION = build_federation(seed="cli-index", coops=2, index=index_lines(publishers=[1]))
UNIT = build_federation(
    seed="cli-unit",
    coops=2,
    index=index_lines(
        "unit", unit=UI, publishers=[1], base_day="2025-12-05", base_value="2.963400"
    ),
)


UDI = build_federation(
    seed="cli-udi",
    coops=2,
    index=index_lines(
        "unit",
        unit=bundled_units()["udi"].definition,
        publishers=[1],
        base_day="2025-12-10",
        base_value="8.300000",
        stand_in_limit=1,
    ),
)
"""Levels, of halves of months."""
EVERY_THIRD_DAY = build_federation(
    seed="cli-survey",
    coops=2,
    index=index_lines("survey", publishers=[1], base_day="2025-12-15", period_days=3),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A running node on 2026-01-01, wallets and stewards' keys for it."""

    root: Path
    url: str

    def run(self, *words: str | Path, code: ExitCode = ExitCode.OK) -> dict[str, Any]:
        """Run a command with `--json`; its result, or the error it reports."""
        result = CliRunner().invoke(main, [*map(str, words), "--json"])
        assert result.exit_code == code, result.output
        document: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
        return document if code is ExitCode.OK else document.get("error", document)

    def publish(self, steward: int, *words: str | Path, code: ExitCode = ExitCode.OK) -> Any:
        key = ("--key", self.root / f"steward{steward}.json", *self.secret)
        return self.run("index", "publish", *words, "--yes", *key, code=code)

    @property
    def secret(self) -> tuple[str | Path, ...]:
        return "--passphrase-file", self.root / "passphrase"

    @property
    def wallet(self) -> tuple[str | Path, ...]:
        return "--wallet", self.root / "wallet.json", *self.secret


def make_file(path: Path, key: SigningKey, federation: Federation, url: str, **more: Any) -> None:
    with lock_wallet(path) as lock:
        made = create_wallet(lock, seed=key.seed, passphrase=PASSPHRASE, stretching=STRETCHING)
        public = replace(made.public, federation=federation.id, coop="norte", node_url=url, **more)
        replace_public(lock, made, public=public)


@pytest.fixture(params=[FEDERATION], ids=["cer"])
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    federation: Federation = request.param
    started, stop = threading.Event(), threading.Event()
    urls: list[str] = []
    begun = time.monotonic_ns()

    def clock_ms() -> int:
        return START * 1000 + (time.monotonic_ns() - begun) // 1_000_000

    wages = tmp_path / "wage.csv"
    wages.write_text("date,value\n2025-12-01,400.00\n2025-12-31,410.00\n", encoding="utf-8")
    wage = f'\n[wage]\nname = "CVS"\nfile = "{wages}"\nhour = "2025-12-01=4000.00"\n'

    async def serve() -> None:
        world = World(clock_ms=clock_ms)
        async with one_node(
            tmp_path / "nodes",
            members=2,
            limit=10**9,
            federation=federation,
            world=world,
            settings=QUICK + wage,
        ) as town:
            urls.append(town.node.url)
            started.set()
            await asyncio.to_thread(stop.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert started.wait(30)
        passphrase = tmp_path / "passphrase"
        passphrase.touch(mode=0o600)
        passphrase.write_text(PASSPHRASE, encoding="utf-8")
        for number in (0, 1):
            key = federation.steward_keys[1][number]
            make_file(tmp_path / f"steward{number}.json", key, federation, urls[0])
        member = federation.member_key(1, 1)
        wallet = tmp_path / "wallet.json"
        make_file(wallet, member, federation, urls[0], account=1, handle="member1")
        yield Stage(tmp_path, urls[0])
    finally:
        stop.set()
        thread.join()


def test_from_publishing_to_a_payment_at_a_price(stage: Stage) -> None:
    early = stage.run("pay", "member2@norte", "--price", "ARS 15000", "--yes", *stage.wallet,
                      code=ExitCode.REFUSED)  # fmt: skip
    assert early["name"] == "price_not_known"
    bare = stage.run("index", "plot", "--node", stage.url, code=ExitCode.REFUSED)
    assert bare["name"] == "nothing_to_draw"
    first = stage.publish(0, "--change", "2.5")
    assert (first["signed_by"], first["signed"]) == (["steward 0"], False)
    assert first["says"] == "Prices changed by +2.5 % in 2025-11 (the statistics office)."
    assert stage.publish(1, "--change", "2,5%", "--period", "2025-11")["signed"] is True
    taken = stage.publish(1, "--change", "2.6", "--period", "2025-11", code=ExitCode.REFUSED)
    assert taken["name"] == "decision_taken"

    shown = stage.run("index", "show", "--node", stage.url)
    assert (shown["day"], shown["rules"]["known_until"]) == ("2026-01-01", "2026-01-15")
    value = shown["value_millionths"]
    assert 1_010_000_000 < value < 1_025_000_000
    amount = units_from_price(1_500_000, value)
    converted = stage.run("index", "convert", "--price", "15000", "--node", stage.url)
    assert (converted["amount"], converted["day"]) == (amount, "2026-01-01")

    paid = stage.run("pay", "member2@norte", "--price", "ARS 15000", "--yes", *stage.wallet)
    assert (paid["amount"], paid["price"]) == (amount, "ARS 15000.00")
    balance = stage.run("balance", *stage.wallet)
    assert balance["balance"] == -amount
    assert balance["worth"]["currency"] == "ARS"
    assert abs(balance["worth"]["minor"] + 1_500_000) <= value // 2_000_000
    # ARS 15000.00 at ARS 4100.00 an hour.
    assert balance["hours"] == {
        "hundredths": -366, "wage": "CVS", "day": "2025-12-31", "hour_millionths": 4_100_000_000,
    }  # fmt: skip
    for command, said in (("balance", "-3.66 hours"), ("statement", "-3.66 hours")):
        told = CliRunner().invoke(main, [command, *map(str, stage.wallet)])
        assert f"{said}  (CVS: an hour is paid ARS 4100.00, 2025-12-31)" in told.output

    history = stage.run("index", "history", "--node", stage.url)
    assert [one["value"] for one in history["prints"]] == [25]
    verified = stage.run("index", "verify", "--node", stage.url)
    assert (verified["prints"], verified["days"]) == (1, 32)
    assert verified["federation"] == FEDERATION.id.hex()
    _check_picture(stage)


def _check_picture(stage: Stage) -> None:
    """`plot --node`: all days from the base day on, or a part of them, as letters and as a file."""
    svg = stage.root / "unit.svg"
    words = ["index", "plot", "--node", stage.url]
    drawn = CliRunner().invoke(main, [*words, "--svg", str(svg)])
    assert drawn.exit_code == 0, drawn.output
    assert "Value of one unit, in ARS" in drawn.stdout
    assert "a unit under cer" in svg.read_text(encoding="utf-8")
    png = stage.root / "weeks.png"
    shown = CliRunner().invoke(main, [*words, "--weeks", "--png", str(png)])
    assert shown.exit_code == 0, shown.output
    assert png.read_bytes().startswith(b"\x89PNG")
    assert "2026-01-01  ####" in shown.stdout and "today" in shown.stdout
    weeks = stage.run(*words, "--weeks")["weeks"]
    assert [one["when"] for one in weeks] == ["before"] * 2 + ["today"] + ["ahead"] * 3
    assert [one["day"] for one in weeks[1:4]] == ["2025-12-28", "2026-01-01", "2026-01-04"]
    stage.run(*words, "--weeks", "--since", "2025-12-20", code=ExitCode.USAGE)
    stage.run("index", "plot", "--weeks", code=ExitCode.USAGE)
    result = stage.run(*words)
    assert (result["first_day"], result["last_day"]) == ("2025-12-15", "2026-01-15")
    assert result["kept"] == {"cer": 1.0, "cash": round(1 / 1.025, 6)}
    assert stage.run(*words, "--since", "2026-01-14")["first_day"] == "2026-01-14"
    stage.run(*words, "--since", "2026-01-15", code=ExitCode.USAGE)


def test_people_see_both_amounts_and_are_asked(stage: Stage) -> None:
    for steward in (0, 1):
        stage.publish(steward, "--change", "0")
    words = ["pay", "member2@norte", "--price", "ars 2500.50", *map(str, stage.wallet)]
    refused = CliRunner().invoke(main, words, input="n\n")
    assert refused.exit_code == ExitCode.REFUSED
    assert "Nothing was paid." in refused.output
    assert "ARS 2500.50 is 2.50 fiado (ARS 1000.00 a unit on 2026-01-01)." in refused.output
    assert stage.run("balance", *stage.wallet)["balance"] == 0
    agreed = CliRunner().invoke(main, words, input="y\n")
    assert agreed.exit_code == 0, agreed.output
    assert "Paid 2.50 (ARS 2500.50) to member2@norte." in agreed.output
    shown = CliRunner().invoke(main, ["balance", *map(str, stage.wallet)])
    assert "ARS" in shown.output
    other = stage.run("pay", "member2@norte", "--price", "CLP 9", "--yes", *stage.wallet,
                      code=ExitCode.USAGE)  # fmt: skip
    assert other["name"] == "other_currency"


@pytest.mark.parametrize("stage", [UNIT], ids=["unit"], indirect=True)
def test_the_changes_of_another_unit_have_its_decimals(stage: Stage) -> None:
    stage.publish(0, "--change", "0.535", code=ExitCode.USAGE)
    first = stage.publish(0, "--change", "-0.53")
    assert first["says"] == "Prices changed by -0.53 % in 2025-11 (the statistics office)."
    assert stage.publish(1, "--change", "-0,53")["signed"] is True
    rules = stage.run("index", "show", "--node", stage.url)["rules"]
    assert (rules["method"], rules["decimals"]) == ("unit", 2)
    assert rules["definition"] == "change, 2, 6, 1, geometric, window, 4 half_up, rounded"
    history = CliRunner().invoke(main, ["index", "history", "--node", stage.url])
    assert "-0.53 %" in history.stdout
    assert stage.run("index", "verify", "--node", stage.url)["prints"] == 1


@pytest.mark.parametrize("stage", [UDI], indirect=True, ids=["udi"])
def test_levels_are_published_as_pairs_for_halves_of_months(stage: Stage) -> None:
    pair = ("--levels", "137.802", "137,949")
    for words in (
        ("--change", "0.1"),
        ("--levels", "137.8021", "137.949"),
        ("--levels", "0", "137.949"),
        ("--levels", "-1", "137.949"),
        ("--levels", "137.949"),
        (*pair, "--change", "1"),
        (*pair, "--period", "2025-11"),
        (*pair, "--period", "2025-11/3"),
        (*pair, "--period", "2025-11-30"),
        (*pair, "--late", "2025-11/1=3.1"),
    ):
        stage.publish(0, *words, code=ExitCode.USAGE)
    first = stage.publish(0, *pair)
    assert "137.802 → 137.949 (+0.11 %) in 2025-11/2" in first["says"]
    shown = stage.run("index", "show", "--node", stage.url)
    assert shown["rules"]["input"] == "level"
    assert stage.publish(1, *pair, "--period", "2025-11/2")["signed"] is True
    (taken,) = stage.run("index", "history", "--node", stage.url)["prints"]
    assert (taken["period_name"], taken["before"], taken["value"]) == (
        "2025-11/2",
        137_802,
        137_949,
    )
    early = stage.publish(0, "--levels", "138.1", "138.2", "--period", "2026-01/1",
                          code=ExitCode.REFUSED)  # fmt: skip
    assert early["name"] == "period_not_over"
    other_base = stage.publish(0, "--levels", "100.1", "100.2")
    assert "said 137.949 where this one says 100.100" in other_base["says"]
    for steward in (0, 1):
        stand_in = stage.publish(steward, "--stand-in")
    assert stand_in["signed"] is True
    late = ("--levels", "138.2", "138.3", "--late", "2025-12/1=137.949:138.2")
    said = [stage.publish(steward, *late)["says"] for steward in (0, 1)]
    assert "Late: 137.949 → 138.200 (+0.18 %) in 2025-12/1." in said[0]
    prints = stage.run("index", "history", "--node", stage.url)["prints"]
    assert prints[0]["late"] == [
        {"period": prints[1]["period"], "change": 138_200, "before": 137_949}
    ]
    assert stage.run("index", "verify", "--node", stage.url)["prints"] == 3


@pytest.mark.parametrize("stage", [EVERY_THIRD_DAY], indirect=True, ids=["survey"])
def test_a_survey_after_a_gap_says_that_it_covers_it(stage: Stage, tmp_path: Path) -> None:
    """Surveys every third day; the one of 28 December is published first."""

    def closed(day: str) -> Path:
        path = tmp_path / f"{day}.json"
        document = {
            "format": FORMAT,
            "currency": "ARS",
            "week": day,
            "level_millionths": 1_010_000_000,
            "base_level_millionths": 1_000_000_000,
            "items": {"pan": {"weight": 1, "prices": {"uno": [10_000, 10_100]}}},
        }
        path.write_text(json.dumps(document), encoding="utf-8")
        return path

    other = stage.publish(0, "--survey", closed("2025-12-27"), code=ExitCode.REFUSED)
    assert other["name"] == "survey_of_other_days"
    early = stage.publish(0, "--survey", closed("2026-01-03"), code=ExitCode.REFUSED)
    assert early["name"] == "period_not_over"
    for steward in (0, 1):
        said = stage.publish(steward, "--survey", closed("2025-12-28"))
    assert "covers a gap" in said["says"]
    (taken,) = stage.run("index", "history", "--node", stage.url)["prints"]
    assert taken["period_name"] == "2025-12-28"
    rules = stage.run("index", "show", "--node", stage.url)["rules"]
    assert (rules["period_days"], rules["next_period_name"]) == (3, "2025-12-31")
    assert rules["known_until"] == "2025-12-31"
    seen = stage.run("index", "verify", "--node", stage.url)
    assert (seen["prints"], seen["known_until"]) == (1, "2025-12-31")


def test_typing_it_once_too_often_signs_nothing_of_a_month_that_lasts(stage: Stage) -> None:
    for steward in (0, 1, 0, 1):
        stage.publish(steward, "--change", "2.5")  # November's, and December's
    for words in (("--change", "2.5"), ("--stand-in",), ("--change", "2.5", "--period", "2026-02")):
        refused = stage.publish(0, *words, code=ExitCode.REFUSED)
        assert refused["name"] == "period_not_over"
    assert "2026-02 is not over" in refused["message"]
    assert "from 2026-03-01 on" in refused["remedy"]
    rules = stage.run("index", "show", "--node", stage.url)["rules"]
    assert rules["next_period"] == 2026 * 12


def test_what_publishing_asks_for(stage: Stage) -> None:
    survey = stage.root / "survey.json"
    survey.write_text("{}", encoding="utf-8")
    names = {
        ("--survey", survey): "other_method",
        ("--stand-in",): "nothing_to_repeat",
        ("--change", "99"): "index_step_above_cap",
        ("--change", "1", "--late", "2025-10=3.1"): "index_late_unknown",
    }
    for words, name in names.items():
        assert stage.publish(0, *words, code=ExitCode.REFUSED)["name"] == name
    beyond = stage.publish(0, "--change", "30.1", code=ExitCode.REFUSED)
    assert "-23.1 % to +30.0 %" in beyond["message"] and beyond["step_cap"] == 300
    assert "raise step_cap first" in beyond["remedy"]
    stage.publish(0, "--change", "-23.0")
    wrong = [("--change", text) for text in ("x", "1.55", "1e1", "1.000")]
    for words in ((), *wrong, ("--change", "1", "--stand-in")):
        stage.publish(0, *words, code=ExitCode.USAGE)


def test_the_same_price_is_the_same_wish_on_another_day() -> None:
    """Run again the day after, the command finishes the payment that was pending."""
    asked = PaymentIntent(payee="a@norte", amount=0, memo="rent", price="ARS 15000.00")
    assert replace(asked, amount=1_400).is_same_wish(replace(asked, amount=1_399))
    assert not replace(asked, price="").is_same_wish(asked)
    assert not replace(asked, memo="").is_same_wish(asked)
    assert not replace(asked, price="", amount=5).is_same_wish(replace(asked, price="", amount=6))


@pytest.mark.parametrize("method", ["cer", "uf", "survey", "uva", "ui", "utm", "uvr"])
def test_a_charter_s_draft_may_have_an_index(method: str, tmp_path: Path) -> None:
    file = tmp_path / "charter.toml"
    words = ["--coop", "norte", "--coop", "sur", "--index", method, "--base", "2026-01-15=1000"]
    for coop, number in (("norte", 1), ("sur", 2)):
        key = FEDERATION.node_keys[number].public_key.hex()
        words += ["--node-key", f"{coop}={key}"]
        for name, steward in zip(("ana", "blas"), FEDERATION.steward_keys[number], strict=False):
            words += ["--steward", f"{coop}={name}:{steward.public_key.hex()}"]
    init = ["federation", "init", str(file), "--name", "Ferias", *words, "--json"]
    result = CliRunner().invoke(main, init)
    assert result.exit_code == 0, result.output
    index = parse_founding(file.read_bytes()).genesis.index
    assert index is not None
    chartered = method if method in ("cer", "uf", "survey") else "unit"
    assert index.parameters.method.name.lower() == chartered
    assert index.parameters.base_value == 1_000_000_000
    assert index.publishers == (1, 2)
    shown = CliRunner().invoke(main, ["federation", "show", str(file)]).stdout
    assert f"by the method {chartered}" in shown
    assert "1000.000000 on 2026-01-15" in shown
    assert "norte, sur; 2 sign a value" in shown
    assert ("surveys needed" in shown) == (method == "survey")


@pytest.mark.parametrize("base", ["2026-01-15", "x=1000", "2026-01-15=0.5", "2026-01-15=x"])
def test_a_base_that_is_none_is_not_taken(base: str, tmp_path: Path) -> None:
    words = ["--name", "F", "--coop", "norte", "--index", "cer", "--base", base]
    result = CliRunner().invoke(main, ["federation", "init", str(tmp_path / "c"), *words])
    assert result.exit_code == ExitCode.USAGE
    assert not (tmp_path / "c").exists()
