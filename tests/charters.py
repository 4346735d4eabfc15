"""Charters that differ in something, and what makes them so."""

from collections.abc import Callable
from dataclasses import replace

from ledger.agreement import CHARTER_DECISION
from ledger.charter import Charter, Coop, Steward
from ledger.charter_changes import Change, Join
from ledger.charter_entries import charter_content
from ledger.publications import Publication
from ledger.signatures import SigningKey
from tests.builders import Federation, coop_name, signing_key


def with_coop(charter: Charter, number: int, change: Callable[[Coop], Coop]) -> Charter:
    """The charter with something else about one coop."""
    return replace(charter, coops={**charter.coops, number: change(charter.coops[number])})


def with_node_key(charter: Charter, number: int, key: SigningKey) -> Charter:
    """The charter with another node key for one coop."""
    return with_coop(charter, number, lambda coop: replace(coop, node_key=key.public_key))


def keyed(federation: Federation, number: int, key: SigningKey) -> Federation:
    """The federation as it signs when that coop's node has another key."""
    return replace(federation, node_keys={**federation.node_keys, number: key})


def proposal(charter: Charter, change: Change) -> Publication:
    """What stewards publish so that `change` is made next of a charter; nobody has signed it yet."""
    return Publication(
        decision=CHARTER_DECISION,
        number=charter.version + 1,
        content=charter_content(charter.base, change),
    )


def with_newcomer(federation: Federation, number: int) -> Federation:
    """The federation with the keys of a coop that its founding file does not have."""
    stewards = tuple(signing_key(federation.seed, "steward", number, place) for place in range(3))
    return replace(
        federation,
        node_keys={
            **federation.node_keys,
            number: signing_key(federation.seed, "node", number),
        },
        steward_keys={**federation.steward_keys, number: stewards},
    )


def joining(federation: Federation, number: int, *, limit: int = 1_000_000) -> Join:
    """The change by which a newcomer joins, with a threshold of two of its three stewards."""
    stewards = federation.steward_keys[number]
    return Join(
        coop=number,
        name=coop_name(number),
        title=f"Cooperativa {coop_name(number)}",
        node_key=federation.node_keys[number].public_key,
        clearing_limit=limit,
        steward_threshold=2,
        stewards=tuple(
            Steward(name=f"steward {place}", key=key.public_key)
            for place, key in enumerate(stewards)
        ),
    )
