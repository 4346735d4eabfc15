"""Charters that differ in something, for tests in which two logs go by different ones."""

from collections.abc import Callable
from dataclasses import replace

from ledger.charter import Charter, Coop
from ledger.signatures import SigningKey
from tests.builders import Federation


def with_coop(charter: Charter, number: int, change: Callable[[Coop], Coop]) -> Charter:
    """The charter with something else about one coop."""
    return replace(charter, coops={**charter.coops, number: change(charter.coops[number])})


def with_node_key(charter: Charter, number: int, key: SigningKey) -> Charter:
    """The charter with another node key for one coop."""
    return with_coop(charter, number, lambda coop: replace(coop, node_key=key.public_key))


def keyed(federation: Federation, number: int, key: SigningKey) -> Federation:
    """The federation as it signs when that coop's node has another key."""
    return replace(federation, node_keys={**federation.node_keys, number: key})
