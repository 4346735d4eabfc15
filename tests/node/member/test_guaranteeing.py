"""What a guarantor is shown before signing is what the rules do: the vectors say both."""

import json

from node.member.guaranteeing import look_ahead
from tests.places import VECTOR_FILES


def test_what_is_shown_before_signing_is_what_the_vectors_say() -> None:
    vectors = json.loads((VECTOR_FILES / "guarantees.json").read_text("utf-8"))
    for case in vectors["changes"]:
        outlook = look_ahead(
            cap=case["before"],
            needed=min(case["before"], case["needed"]),
            wanted=case["wanted"],
            room=case["room"],
        )
        assert (outlook.worst, outlook.room_after) == (case["worst"], case["room_after"])
        assert outlook.held == case["worst"] - case["wanted"]
