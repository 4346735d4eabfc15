"""What a guarantor reads of a claim, of a changed limit, and of what stays."""

from typing import Any

import pytest

from cli.shell.guarantee_words import (
    given_lines,
    ring_lines,
    show_guarantees,
    worst_case_lines,
)
from cli.shell.terminal import Output
from node.member.guaranteeing import look_ahead

BETO = {"account": 2, "handle": "beto"}


def stands(**more: Any) -> dict[str, Any]:
    return {"member": BETO, "cap": 4_000, "share": 1_500, "claim": None, "news": [], **more}


def test_a_claim_is_told_with_what_one_answers_for() -> None:
    claim = {"number": 9, "time": 0, "due": 86_400, "ends": 90_000}
    (line,) = given_lines({"coop": "norte", "given": [stands(claim=claim)]})
    assert "claimed what beto@norte owes" in line and "you answer up to 40.00" in line


def test_a_limit_and_a_status_are_told_with_what_one_answers_for() -> None:
    limit = {"number": 8, "time": 0, "kind": "limit", "limit": 70_000, "status": None}
    status = {"number": 9, "time": 0, "kind": "status", "limit": None, "status": "frozen"}
    found = {"coop": "norte", "given": [stands(news=[status, limit])]}
    first, second = given_lines(found)
    assert "beto@norte is frozen; you answer up to 40.00" in first
    assert "credit limit of beto@norte is 700.00" in second


def test_the_worst_case_is_first_and_what_a_debt_holds_is_said() -> None:
    asked = {"coop": "norte", "room": 6_000, "guarantee": stands()}
    raised = look_ahead(cap=4_000, needed=1_500, wanted=5_000, room=6_000)
    lines = worst_case_lines(asked, raised, cap=5_000, until=86_400)
    assert lines[0].startswith("At worst you pay 50.00: if beto@norte leaves")
    assert "from 60.00 to 50.00" in lines[1]
    assert "fiado guarantee withdraw beto" in lines[-1]
    withdrawn = look_ahead(cap=4_000, needed=1_500, wanted=0, room=6_000)
    lines = worst_case_lines(asked, withdrawn, cap=0, until=None)
    assert "no more" in lines[0] and "15.00 stays for now" in lines[-1]


def test_whoever_answers_no_more_is_told_for_whom(capsys: pytest.CaptureFixture[str]) -> None:
    found = {"coop": "norte", "handle": "ana", "given": [], "received": [], "ended": [BETO]}
    show_guarantees(found, Output(is_json=False))
    assert "ana@norte answers no more for beto@norte: it was withdrawn" in capsys.readouterr().out
    show_guarantees(found | {"ended": []}, Output(is_json=False))
    assert capsys.readouterr().out == "ana@norte answers for nobody, and nobody for ana@norte.\n"


def test_a_circle_names_who_is_in_it() -> None:
    assert ring_lines([[{"handle": "ana"}, {"handle": "beto"}]])[0].endswith("ana, beto.")
