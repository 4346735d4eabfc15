"""What nodes and the packages below say in English is told in the person's language, values and all."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from cli.shell.language import speaking
from cli.shell.retelling import LONGEST, form_of, retold
from ledger.errors import CharterError
from ledger.founding import parse_founding
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.health.words import under_way, word
from node.folder.files import FolderError
from node.folder.settings import parse_settings
from node.mark import Doubt
from node.shapes import ValueMalformed
from node.wage import WageFile, WageSettings
from node.words.codes import NAMES, SOURCE_LANGUAGE
from tests.builders import build_federation
from tests.cli.english import english_in
from tests.cli.fake_node import Answer, Request, serve

TRANSLATED = [code for code in NAMES if code != SOURCE_LANGUAGE]
COOPS = {1: "norte", 2: "sur", 3: "este"}
CHARTER = build_federation(coops=3).founding.source.decode()
DECIDING = {
    "subject": "charter",
    "decision": "change 3 of the charter",
    "stands": "norte stands for leave sur (2 needed)",
    "astray": "sur",
    "silent": "este",
    "unlinked": "este",
    "outdated": "este",
}


def troubles() -> list[Trouble]:
    """One of each kind at least, with values as nodes have them."""
    values: Mapping[str, int | str]
    plain: dict[str, int | str] = {
        "first": 3,
        "last": 9,
        "evidence": "fork",
        "able": 1,
        "needed": 2,
        "names": "ana",
        "length": 9,
        "held": 3,
    }
    plain |= {"proposal": 4, "link": "http://10.0.0.2:8440", "behind": "este", **DECIDING}
    found = [
        Trouble(kind=kind, coop=2, other=3, seconds=90, values=plain | {"reason": "behind_peers"})
        for kind in set(TroubleKind) - {TroubleKind.DOUBT, TroubleKind.PEER_BROKE_PROTOCOL}
    ]
    for why in ("flooded", "too_large"):
        values = {"why": why, "times": 2, "refused_seconds": 20}
        found.append(
            Trouble(kind=TroubleKind.PEER_BROKE_PROTOCOL, coop=2, seconds=7, values=values)
        )
    clocks = ("before_program", "behind_own_log", "ahead_of_peers", "behind_other_logs")
    for reason in (*clocks, "ahead_of_all_logs"):
        values = {"reason": reason, "apart_seconds": 200_000}
        found.append(Trouble(kind=TroubleKind.CLOCK_DOUBTFUL, values=values))
    for doubt in Doubt:
        values = {"why": str(doubt), "answers": 0, "needed": 1}
        found.append(Trouble(kind=TroubleKind.DOUBT, values=values))
    for why in ("key_wrong", "busy", "TimeoutError", "malformed", "federation_unknown"):
        found.append(Trouble(kind=TroubleKind.LINK_DOWN, coop=2, seconds=7, values={"why": why}))
    found.append(Trouble(kind=TroubleKind.CLOCK_DIFFERS, coop=2, values={"apart_seconds": -61}))
    found.append(Trouble(kind=TroubleKind.DAY_FULL, values={"of": "payments"}))
    found.append(Trouble(kind=TroubleKind.LEFT, seconds=4))
    wages = WageFile(WageSettings(name="CVS", file="nowhere.csv"), Path("/nowhere"))
    found.append(Trouble(kind=TroubleKind.WAGES_UNREADABLE, values={"why": wages.look()}))
    return found


@pytest.mark.parametrize("code", TRANSLATED)
def test_whatever_is_wrong_with_a_node_is_told_without_english(code: str) -> None:
    with speaking(code):
        for trouble in troubles():
            words = word(trouble, COOPS)
            for said in (words.detail, words.remedy):
                assert english_in(retold(said)) == [], said
        assert english_in(retold(under_way(troubles()[0]))) == []


def test_values_stay_as_they_are() -> None:
    trouble = Trouble(kind=TroubleKind.CLOCK_DIFFERS, coop=2, values={"apart_seconds": 7_300})
    said = word(trouble, COOPS).detail
    with speaking("es"):
        assert retold(said) == "El reloj del nodo de sur adelanta 2 horas respecto del de este."
    with speaking("pt"):
        assert "nó de sur" in retold(said) and "2 horas" in retold(said)
    assert retold(said) == said


FAULTY_SETTINGS = (
    b"[listen]\nport = 'x'\n",
    b"[listen\n",
    b"[engine]\nfaster = 1\n",
    b"[engine]\ngossip_interval_ms = -1\n",
    b"[store]\nurl = 'mysql://x/y'\n",
    b"[listen]\nhost = 'http://x'\n",
    b"[merchant]\nzone = 'Mars/Base'\n",
    b"[peers]\nsur = 7\n",
    b"coop = 'norte'\n\xff",
)


@pytest.mark.parametrize("content", FAULTY_SETTINGS)
@pytest.mark.parametrize("code", TRANSLATED)
def test_faults_of_settings(code: str, content: bytes) -> None:
    source = content if content.endswith(b"\xff") else b"coop = 'norte'\n" + content
    with pytest.raises(FolderError) as caught:
        parse_settings(source)
    with speaking(code):
        assert english_in(retold(str(caught.value))) == []
        assert retold(str(caught.value)) != str(caught.value)


def _without(line: str) -> Callable[[str], str]:
    return lambda text: "\n".join(each for each in text.splitlines() if not each.startswith(line))


FAULTY_CHARTERS: tuple[Callable[[str], str], ...] = (
    lambda text: text.replace("fiado = 1", "fiado = 9"),
    lambda text: text + "\nmore = 1\n",
    lambda text: text + "[",
    lambda text: text.replace('clearing_limit = "', 'clearing_limit = "x'),
    _without("unit"),
    _without("witness_quorum"),
    lambda text: text.replace("witness_quorum = ", "witness_quorum = 9999"),
)


@pytest.mark.parametrize("spoil", FAULTY_CHARTERS)
@pytest.mark.parametrize("code", TRANSLATED)
def test_faults_of_charters(code: str, spoil: Callable[[str], str]) -> None:
    with pytest.raises(CharterError) as caught:
        parse_founding(spoil(CHARTER).encode())
    with speaking(code):
        assert english_in(retold(str(caught.value))) == []
        assert retold(str(caught.value)) != str(caught.value)


def test_a_field_that_is_wrong_is_told_with_what_it_must_be() -> None:
    said = ValueMalformed(["amount", "value"], "a text of 1 to 40 characters").detail
    with speaking("es"):
        assert retold(said) == "amount.value: tiene que ser un texto de 1 a 40 caracteres."


def test_what_no_form_fits_is_said_as_it_came() -> None:
    with speaking("es"):
        for said in ("Whirr click.", "Beep: boop", "", "{coop} {coop}", "x" * (LONGEST + 1)):
            assert retold(said) == said


def test_values_of_one_name_have_to_agree() -> None:
    form = form_of("from {a} to {b}, or {a}")
    assert form is not None
    assert form.values_in("from 1 to 2, or 1") == {"a": "1", "b": "2"}
    assert form.values_in("from 1 to 2, or 3") is None
    assert form.values_in("from 1 to 2") is None
    assert form.values_in("from  to 2, or ") is None
    assert form_of("{a}: {b}") is None and form_of("no places") is None


def test_a_value_ends_with_its_sentence() -> None:
    form = form_of("The file {file} of {coop} is gone")
    assert form is not None
    assert form.values_in("The file a.b of norte is gone") == {"file": "a.b", "coop": "norte"}
    assert form.values_in("The file a is here. Another one of norte is gone") is None


def test_a_hostile_text_is_read_quickly() -> None:
    """From left to right once for each form: never all ways to cut it."""
    with speaking("es"):
        for said in ("to a " * 700, "the log of , " * 300, ": " * 1_900, ". " * 1_900):
            assert len(retold(said)) >= len(said)


def test_words_that_stand_for_a_place_are_no_place() -> None:
    with speaking("es"):
        told = retold("The clock of {apart}'s node is 1 day ahead of this one's.")
        assert "{apart}" in told and "1 día" in told


def test_the_command_retells_what_the_node_says() -> None:
    trouble = word(Trouble(kind=TroubleKind.LOG_AHEAD, coop=2, values={"apart_seconds": 61}), COOPS)
    said = {"kind": "log_ahead", "severity": "warns", "coop": "sur"}
    said |= {"detail": trouble.detail, "remedy": trouble.remedy}
    documents: dict[str, object] = {
        "/v1/status": {"readiness": "ready", "troubles": [said]},
        "/v1/logs": {"logs": []},
        "/v1/federation": {"version": 0, "matter": {"contents": []}, "publications": []},
        "/v1/federation/requests": {"requests": []},
    }

    def respond(request: Request) -> Answer:
        return Answer(document=documents.get(request.path.partition("?")[0], {}))

    with serve(respond) as url:
        printed = CliRunner().invoke(main, ["--lang", "es", "node", "status", url]).output
    assert "El registro de sur adelanta 1 minuto" in printed
    assert english_in(printed.partition("\n\n")[2]) == []
