"""What is listed by a node's names is found and told in another language too."""

import io

from cli.shell.guarantee_words import show_guarantees
from cli.shell.language import speaking
from cli.shell.states import state_words
from cli.shell.terminal import Output


def test_guarantees_are_listed() -> None:
    given = {"member": {"handle": "beto"}, "cap": 123_456, "share": 0, "needed": 5, "until": None}
    found = {
        "handle": "alice",
        "coop": "norte",
        "given": [{**given, "wanted": 123_456}],
        "received": [],
        "ended": [],
    }
    printed = io.StringIO()
    with speaking("es"):
        show_guarantees(found, Output(is_json=False, stdout=printed))
    title, headings, row = printed.getvalue().splitlines()
    assert title == "alice@norte responde por:"
    assert headings.split("  ")[0] == "miembro" and "hasta" in headings
    assert row.startswith("beto") and "1.234,56" in row and "retirada" in row


def test_a_state_that_is_not_known_is_told_as_the_node_calls_it() -> None:
    with speaking("pt"):
        assert [state_words(name) for name in ("delivered", "upside_down")] == [
            "chegou",
            "upside down",
        ]
