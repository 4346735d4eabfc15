"""The directory through starts, and what is asked of other homes: bounded, checked, forgotten in time."""

import pytest

from ledger.names import Opening
from ledger.state import Account
from node.engine.events import Change
from node.engine.known_names import HandleTaken, KnownNames
from node.engine.view import View
from node.engine.wire_names import NamesAnswer, NamesQuestion, read_names_message
from node.store import Write
from tests.node.engine.inside import core_of, view_of
from tests.node.engine.rig import Rig, joined
from tests.vectors.make_names import opening_of


def names_at(rig: Rig, coop: int) -> KnownNames:
    return view_of(rig.engines[coop], rig.now_ms).engine.names()


def account_at(rig: Rig, at: int, coop: int, number: int) -> Account:
    found = core_of(rig.engines[at]).validator.account(coop, number)
    assert found is not None
    return found


def committed(rig: Rig, coop: int, opening: Opening) -> bytes:
    return opening.commitment(federation=rig.federation.id, coop=coop)


def keep(rig: Rig, coop: int, opening: Opening) -> object:
    """Let the node keep a name, in a change of its own."""

    def run(view: View) -> tuple[Write, None]:
        return view.engine.names().directory.keep(opening, now=1), None

    return rig.ask(coop, Change(rig.request(), run))[0]


def named(rig: Rig, coop: int, number: int, handle: str) -> Opening:
    """An account with a name, known to all."""
    opening = opening_of(handle)
    keep(rig, coop, opening)
    rig.submit(coop, rig.federation.admit(coop, number, handle=committed(rig, coop, opening)))
    rig.deliver()
    return opening


def ask(rig: Rig, at: int, coop: int, *which: int | str) -> None:
    rig.ask(
        at, Change(rig.request(), lambda view: (Write(), view.engine.names().ask({coop: which})))
    )


def test_names_and_that_they_were_erased_outlive_the_process() -> None:
    rig = joined(1)
    named(rig, 1, 3, "beatriz")
    named(rig, 1, 4, "carla")
    account = account_at(rig, 1, 1, 4)
    rig.ask(
        1,
        Change(
            rig.request(),
            lambda view: (view.engine.names().directory.erase(account, now=2), None),
        ),
    )
    rig.start(1)
    names = names_at(rig, 1)
    assert names.name(1, account_at(rig, 1, 1, 3)) == "beatriz"
    assert names.account_named(1, "beatriz") == 3
    assert names.name(1, account_at(rig, 1, 1, 4)) is None
    assert names.directory.is_erased(4) and names.directory.was_erased("carla")
    assert names.directory.is_taken("carla") and not names.directory.is_taken("dora")
    assert not any(b"carla" in each.data for each in rig.disks[1].documents.values())
    with pytest.raises(HandleTaken):
        names.directory.keep(Opening(salt=bytes(16), handle="beatriz"), now=3)


def test_a_name_of_an_admission_that_never_came_can_be_taken() -> None:
    rig = joined(1)
    keep(rig, 1, Opening(salt=bytes(16), handle="beatriz"))
    opening = named(rig, 1, 3, "beatriz")
    assert names_at(rig, 1).opening(1, account_at(rig, 1, 1, 3)) == opening


def test_a_home_is_asked_and_what_it_says_is_forgotten_in_time() -> None:
    rig = joined(1, 2)
    opening = named(rig, 2, 3, "beatriz")
    rig.advance(rig.settings.anchor_interval_ms)
    rig.deliver()
    names = names_at(rig, 1)
    assert names.unknown({2: (3, "beatriz", "nadie", 1)}) == {2: [3, "beatriz", "nadie"]}
    ask(rig, 1, 2, "beatriz", "nadie")
    rig.deliver()
    account = account_at(rig, 1, 2, 3)
    assert names.name(2, account) == "beatriz" and names.opening(2, account) == opening
    assert names.account_named(2, "beatriz") == 3
    assert names.unknown({2: (3, "beatriz", "nadie")}) == {}
    rig.advance(rig.settings.other_names_ms)
    assert names.name(2, account) is None
    assert names.unknown({2: (3,)}) == {2: [3]}
    # Meanwhile it was erased.
    at_home = account_at(rig, 2, 2, 3)
    rig.ask(
        2,
        Change(
            rig.request(),
            lambda view: (view.engine.names().directory.erase(at_home, now=2), None),
        ),
    )
    ask(rig, 1, 2, 3)
    rig.deliver()
    assert names.is_erased(2, 3) and names.name(2, account) is None


def test_a_name_that_opens_nothing_and_one_of_two_accounts_end_the_link() -> None:
    nobodys = Opening(salt=bytes(16), handle="carla")
    for wrongly in ("the other's", "nobody's", "its own, of the same name"):
        rig = joined(1, 2)
        opening = named(rig, 2, 3, "beatriz")
        other = Opening(salt=bytes(16), handle="beatriz")
        handle = committed(rig, 2, other)
        rig.submit(2, rig.federation.admit(2, 4, handle=handle))
        rig.deliver()
        rig.advance(rig.settings.anchor_interval_ms)
        rig.deliver()
        first = NamesAnswer(found=((3, opening),), missing=())
        assert rig.hear(1, 2, first).disconnects == []
        told = {"the other's": opening, "nobody's": nobodys}.get(wrongly, other)
        wrong = NamesAnswer(found=((4, told),), missing=())
        assert [gone.coop for gone in rig.hear(1, 2, wrong).disconnects] == [2]
        assert names_at(rig, 1).name(2, account_at(rig, 1, 2, 4)) is None


def test_few_names_are_held_of_a_coop() -> None:
    rig = joined(1, 2, other_names=1)
    named(rig, 2, 3, "beatriz")
    named(rig, 2, 4, "carla")
    ask(rig, 1, 2, 3)
    rig.deliver()
    ask(rig, 1, 2, 4)
    rig.deliver()
    names = names_at(rig, 1)
    assert names.name(2, account_at(rig, 1, 2, 3)) is None
    assert names.name(2, account_at(rig, 1, 2, 4)) == "carla"


@pytest.mark.parametrize(
    "value",
    [
        ["names?", [1], ["Ana"]],
        ["names?", [-1], []],
        ["names?", [2**32], []],
        ["names?", list(range(65)), []],
        ["names?", [1]],
        ["names", [[1, bytes(16), None]], []],
        ["names", [[1, bytes(15), "ana"]], []],
        ["names", [[1, bytes(16), "Ana"]], []],
        ["names", [], [7]],
        ["names", [[1, None, None]] * 65, []],
    ],
)
def test_messages_of_another_shape_are_none(value: object) -> None:
    assert read_names_message(value) is None


def test_messages_are_read_as_they_are_written() -> None:
    question = NamesQuestion(accounts=(1, 2), handles=("ana",))
    assert read_names_message(["names?", [1, 2], ["ana"]]) == question
    answer = NamesAnswer(found=((1, opening_of("ana")), (2, None)), missing=("bea",))
    salt = opening_of("ana").salt
    assert read_names_message(["names", [[1, salt, "ana"], [2, None, None]], ["bea"]]) == answer
