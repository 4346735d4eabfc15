"""Whose turn it is before the door."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack

import pytest

from node.link.doorstep import Doorstep, Place


class Street:
    """A doorstep with four places, two for each address, and those who stand on it."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self.doorstep = Doorstep(total=4, each=2)
        self.sent_away: list[str] = []

    def stand(self, name: str) -> AbstractContextManager[Place | None]:
        """`name` is an address and a letter, such as "a1"."""
        return self.doorstep.stand(name[0], lambda: self.sent_away.append(name))

    def come(self, *names: str) -> list[bool]:
        """Come and stay; who has got a place."""
        return [self._stack.enter_context(self.stand(name)) is not None for name in names]


@pytest.fixture
def street() -> Iterator[Street]:
    with ExitStack() as stack:
        yield Street(stack)


def test_an_address_has_its_share(street: Street) -> None:
    assert street.come("a1", "a2", "a3", "b1") == [True, True, False, True]
    assert len(street.doorstep) == 3


def test_a_place_is_given_back(street: Street) -> None:
    with street.stand("a1") as has_place:
        assert has_place
        assert len(street.doorstep) == 1
    assert len(street.doorstep) == 0
    assert street.come("a1", "a2") == [True, True]
    with street.stand("a3") as has_place:  # whoever had none gives none back
        assert not has_place
    assert len(street.doorstep) == 2


def test_the_oldest_of_who_has_most_makes_room(street: Street) -> None:
    assert street.come("b1", "a1", "a2", "c1", "d1") == [True] * 5
    assert street.sent_away == ["a1"]
    assert len(street.doorstep) == 4


def test_of_who_have_the_same_the_oldest_makes_room(street: Street) -> None:
    street.come("b1", "a1", "a2", "b2")
    assert street.come("c1", "d1") == [True, True]
    assert street.sent_away == ["b1", "a1"]


def test_who_has_as_many_as_anybody_waits(street: Street) -> None:
    street.come("a1", "b1", "c1", "d1")
    assert street.come("a2") == [False]
    assert street.come("e1") == [True]
    assert street.sent_away == ["a1"]


def test_who_was_sent_away_gives_back_nothing_more(street: Street) -> None:
    with street.stand("a1"):
        street.come("a2", "b1", "b2", "c1")
        assert street.sent_away == ["a1"]
    assert len(street.doorstep) == 4
