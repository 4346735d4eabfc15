"""Four cooperatives decide together as people do, on real nodes: they err, differ, are away, and agree.

Everything is typed as people type it, and read as they read it. In each case a node is killed with SIGKILL
in the middle and started again. Rounds are one second long here, so that nobody waits; with

    FIADO_ROUND_MS=10000 python -m pytest -s tests/processes/test_deciding.py

they are as long as in a node that people run, and the seconds from the last endorsement that was needed
until the decision stands in every log are printed.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from cli.demo.founding import Founded, coop_name, found
from cli.demo.inflation import today
from cli.demo.processes import RunningNode, free_ports, start_node, wait_until_ready
from cli.federation.index_draft import IndexDraft
from cli.shell.exit_codes import ExitCode
from ledger.index.days import text_from_day
from node.member.client import NodeClient
from tests.processes.test_commands import SEED, Desk

ROUND_MS = int(os.environ.get("FIADO_ROUND_MS", "1000"))
ALARM_MS = 1_000
COOPS = tuple(coop_name(number) for number in range(1, 5))
STEWARDS = (0, 1)
"""As many as their coops' nodes need."""
PATIENCE_SECONDS = 120
DAYS_BACK = 100
"""Enough that the prints of two months are due."""
PATIENT = "este"
"""Its node waits for an hour, as nodes do, before it calls it a trouble that something is not decided."""


@dataclass
class People:
    """The four cooperatives: their nodes, of which `nodes` run, and the files of their stewards."""

    founded: Founded
    desk: Desk
    nodes: dict[str, RunningNode] = field(default_factory=dict)

    def url(self, coop: str) -> str:
        return f"http://127.0.0.1:{self.founded.ports[COOPS.index(coop)]}"

    def start(self, *coops: str) -> None:
        for coop in coops:
            place = COOPS.index(coop)
            port = self.founded.ports[place]
            self.nodes[coop] = start_node(self.founded.folders[place], port=port)
        wait_until_ready([self.nodes[coop] for coop in coops])

    def kill(self, *coops: str) -> None:
        for coop in coops:
            self.nodes.pop(coop).kill()

    def steward(self, coop: str, index: int, words: Sequence[str]) -> str:
        """What a steward of that coop reads after typing this."""
        place = COOPS.index(coop) + 1
        key = self.desk.steward(self.founded, self.url(coop), place, index)
        result = self.desk.run([*words, "--yes"], "--key", key)
        assert result.exit_code == ExitCode.OK, result.output
        return result.output

    def stewards(self, coop: str, *words: str) -> str:
        """Enough stewards of that coop type this; what the last of them reads."""
        return [self.steward(coop, index, words) for index in STEWARDS][-1]

    def publish(self, coop: str, change: str) -> str:
        return self.stewards(coop, "index", "publish", "--change", change)

    def read(self, *words: str) -> str:
        """What anybody reads after typing this."""
        result = self.desk.run(words, secret=False)
        assert result.exit_code == ExitCode.OK, result.output
        return result.output

    def ask(self, coop: str, path: str) -> dict[str, object]:
        with NodeClient(self.url(coop)) as client:
            return client.get(path)

    def periods(self) -> dict[str, int]:
        """The period whose print each log takes in next."""
        return {coop: int(str(self.ask(coop, "/v1/index")["next_period"])) for coop in self.nodes}

    def versions(self) -> dict[str, int]:
        """Which version of the charter each log has."""
        return {coop: int(str(self.ask(coop, "/v1/federation")["version"])) for coop in self.nodes}

    def decided(self, case: str, numbers: Callable[[], dict[str, int]], to: int) -> None:
        """Wait until something is decided everywhere."""
        begun = time.monotonic()
        self.wait(lambda: set(numbers().values()) == {to})
        seconds = time.monotonic() - begun
        sys.stdout.write(f"{case}: decided in {seconds:.1f} s, {ROUND_MS} ms a round\n")

    def wait(self, is_so: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not is_so():
            assert time.monotonic() < deadline, "nothing came of it"
            time.sleep(0.05)

    def wait_to_read(self, part: str, *words: str) -> str:
        """Type this until it says that."""
        read = ""

        def is_read() -> bool:
            nonlocal read
            read = " ".join(self.read(*words).split())
            return part in read

        try:
            self.wait(is_read)
        except AssertionError:
            raise AssertionError(f"not in it: {part}\n{read}") from None
        return read


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    root = tmp_path_factory.mktemp("deciding")
    base_day = text_from_day(today() - DAYS_BACK)
    founded = found(
        root,
        seed=SEED,
        name="Ferias",
        clearing_limits=[100_000] * len(COOPS),
        ports=free_ports(len(COOPS)),
        index=IndexDraft(method="cer", currency="ARS", base_day=base_day, base_value="1000.000000"),
    )
    assert founded.charter.decision_quorum == 3
    for coop, folder in zip(COOPS, founded.folders, strict=True):
        alarm = "" if coop == PATIENT else f"undecided_alarm_ms = {ALARM_MS}\n"
        settings = folder / "node.toml"
        text = settings.read_text(encoding="utf-8")
        changed = text.replace("[engine]\n", f"[engine]\nround_ms = {ROUND_MS}\n{alarm}")
        settings.write_text(changed, encoding="utf-8")
    people = People(founded, Desk(root))
    try:
        people.start(*COOPS)
        yield people
    finally:
        for node in people.nodes.values():
            node.stop()


def due(people: People) -> tuple[str, int]:
    """The month whose print comes next, by name, and the number of the one after it."""
    rules = people.ask("norte", "/v1/index")
    return str(rules["next_period_name"]), int(str(rules["next_period"])) + 1


def test_a_typing_mistake(people: People) -> None:
    """25 for 2.5 at one of three that publish, while the fourth does nothing."""
    month, after = due(people)
    people.publish("norte", "25")
    people.publish("sur", "2.5")
    people.kill("sur")
    people.publish("este", "2.5")
    people.start("sur")
    shown = ("index", "show", "--node", people.url("oeste"))
    people.wait_to_read(f"{month}: +2.5 %: supported by sur, este (3 needed).", *shown)
    said = people.read(*shown)
    assert f"{month}: +25.0 %: supported by norte (3 needed)." in said
    assert "Nothing yet from oeste." in said
    said = people.wait_to_read("have not agreed on", "node", "status", people.url("oeste"))
    assert "sur, este stand for 2.5 % (3 needed); norte stands for 25.0 % (3 needed)." in said
    assert "Stewards who were wrong, or have published nothing yet" in said
    said = people.wait_to_read("Being decided:", "node", "status", people.url(PATIENT))
    assert "sur, este stand for 2.5 % (3 needed); norte stands for 25.0 % (3 needed)." in said
    assert "have not agreed" not in said
    said = people.publish("norte", "2.5")
    assert "that is enough of you" in said or "Enough stewards agree" in said
    people.decided("a typing mistake", people.periods, after)
    assert f"{month}  +2.5 %" in people.read("index", "history", "--node", people.url("oeste"))
    assert "Being decided" not in people.read("node", "status", people.url("oeste"))


def test_readings_split_three_ways(people: People) -> None:
    month, after = due(people)
    for coop, change in (("norte", "2.5"), ("sur", "2.6"), ("este", "2.7")):
        people.publish(coop, change)
    people.kill("este")
    people.start("este")
    shown = ("index", "show", "--node", people.url("sur"))
    people.wait_to_read(f"{month}: +2.7 %: supported by este (3 needed).", *shown)
    said = people.read(*shown)
    assert f"{month}: +2.5 %: supported by norte (3 needed)." in said
    assert f"{month}: +2.6 %: supported by sur (3 needed)." in said
    assert "Published here by ana, blas: +2.6 %. That is enough of them" in said
    said = people.wait_to_read("undecided", "doctor", "--node", people.url("sur"))
    assert "norte stands for 2.5 % (3 needed); sur stands for 2.6 % (3 needed);" in said
    assert "este stands for 2.7 % (3 needed). Nothing has come from oeste." in said
    assert "Nothing is broken" in said
    said = people.read("doctor", "--node", people.url(PATIENT))
    assert "note  being decided" in said
    assert f"{month}, for " in said
    assert set(people.periods().values()) == {after - 1}
    people.publish("este", "2.6")
    people.publish("norte", "2.6")
    people.decided("split three ways", people.periods, after)
    assert f"{month}  +2.6 %" in people.read("index", "history", "--node", people.url("norte"))


def test_two_against_two(people: People) -> None:
    """About a change of the charter: one of them changes its mind."""
    low, high = ("federation", "propose", "limit", "sur", "2000"), "may owe the others up to"
    said = people.steward("norte", 0, low)
    assert "Endorsed by ana; 1 more of you has to: `fiado federation endorse`." in said
    shown = ("federation", "show", people.url("norte"))
    assert "Endorsed at this node by ana; 1 more of its stewards has to." in people.read(*shown)
    said = people.steward("norte", 1, ("federation", "endorse"))
    assert "Enough of you agree: Cooperativa Norte stands for it." in said
    people.wait_to_read("For it: norte.", "federation", "show", people.url("sur"))
    people.stewards("sur", "federation", "endorse")
    for coop in ("este", "oeste"):
        people.stewards(coop, *low[:-1], "3000")
    people.kill("norte")
    people.start("norte")
    said = people.wait_to_read("For it: este, oeste. Needed: 3.", *shown)
    assert "For it: norte, sur. Needed: 3." in said
    assert "Not heard yet" not in said
    said = people.wait_to_read("have not agreed on", "node", "status", people.url("norte"))
    assert f"norte, sur stand for “All members of Cooperativa Sur together {high} 2000.00”" in said
    assert f"este, oeste stand for “All members of Cooperativa Sur together {high} 3000.00”" in said
    assert "endorse one with `fiado federation endorse`" in said
    key = people.desk.steward(people.founded, people.url("oeste"), 4, 0)
    error = people.desk.refused(
        ExitCode.REFUSED, ["federation", "endorse", "--yes"], "--key", str(key)
    )
    assert error["name"] == "several_to_endorse"
    told = json.loads(people.read(*shown, "--json").splitlines()[-1])
    id_ = next(each["id"] for each in told["proposals"] if "2000.00" in each["says"])
    assert id_ in error["message"]
    people.stewards("oeste", "federation", "endorse", id_)
    people.decided("two against two", people.versions, 1)
    said = people.read("federation", "history", "--node", people.url("este"))
    assert f"1. All members of Cooperativa Sur together {high} 2000.00." in said


def test_one_is_on_holiday(people: People) -> None:
    """Its node is off: the others decide, and it takes that in when it is back."""
    people.kill("oeste")
    for coop in ("norte", "sur"):
        people.stewards(coop, "federation", "propose", "limit", "norte", "1500")
    people.kill("sur")
    people.start("sur")
    people.stewards("este", "federation", "propose", "limit", "norte", "1500")
    people.decided("one on holiday", people.versions, 2)
    people.start("oeste")
    people.decided("it is back", people.versions, 2)


def test_two_are_on_holiday(people: People) -> None:
    """Nothing can be decided, and it is said for whom everybody waits, until one of them comes back."""
    people.kill("este", "oeste")
    for coop in ("norte", "sur"):
        people.stewards(coop, "federation", "propose", "limit", "norte", "1600")
    people.kill("norte")
    people.start("norte")
    shown = ("federation", "show", people.url("norte"))
    said = people.wait_to_read("For it: norte, sur. Needed: 3.", *shown)
    assert "Not heard yet: este, oeste." in said
    waits = "Nothing has come from este, oeste. Not linked with this node: este, oeste."
    for words in (("node", "status"), ("doctor", "--node")):
        said = people.wait_to_read(waits, *words, people.url("norte"))
        assert "norte, sur stand for “All members of Cooperativa Norte together" in said
    said = people.wait_to_read("have not agreed on", "node", "status", people.url("norte"))
    assert "See whether the nodes of those who are silent run" in said
    assert people.versions() == {"norte": 2, "sur": 2}
    people.start("este")
    people.wait_to_read("For it: norte, sur.", "federation", "show", people.url("este"))
    people.stewards("este", "federation", "endorse")
    people.decided("one of two is back", people.versions, 3)
    people.start("oeste")
    people.decided("the other is back", people.versions, 3)
    for coop in COOPS:
        assert people.ask(coop, "/v1/evidence")["evidence"] == []
