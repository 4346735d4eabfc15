"""The vectors of forked logs, PROTOCOL section 7.11, for `make_vectors`."""

from random import Random
from typing import Any, Final

from ledger.validators.listing import list_state
from ledger.validators.reference import ReferenceValidator
from tests.builders import build_federation
from tests.forks import Forks, grow

Case = dict[str, Any]

FORKED: Final = ((37, {3: 2}), (14, {3: 3}), (33, {2: 2, 4: 2}))
"""Seed, and how many branches each coop's log has."""


def fork_vectors() -> Case:
    """Logs with branches, and the state that follows from them."""
    return {"histories": [fork_case(seed, branches) for seed, branches in FORKED]}


def fork_case(seed: int, branches: dict[int, int]) -> Case:
    federation = build_federation(seed=f"forks {seed}", coops=4, clearing_limit=9_000)
    validator = ReferenceValidator(federation.founding)
    forks = Forks(federation, validator, branches)
    forks.begin(members=2, limit=10_000)
    grow(forks, Random(seed), 70)
    return {
        "charter": federation.founding.source.decode("utf-8"),
        "logs": {
            str(coop): [
                [entry.hex() for entry in forks.logs[coop, branch]]
                for branch in validator.branches(coop)
            ]
            for coop in validator.coops
        },
        "digest": validator.digest().hex(),
        "listing": [piece.hex() for piece in list_state(validator._state)],
        "coops": {str(coop): coop_case(validator, coop) for coop in validator.coops},
    }


def coop_case(validator: ReferenceValidator, coop: int) -> Case:
    return {
        "standing": validator.standing(coop),
        "positions": [
            validator.log(coop, branch=branch).position for branch in validator.branches(coop)
        ],
        "losses": [
            sum(
                validator.fork_loss(coop, other=other, branch=branch)
                for other in validator.coops
                if other != coop
            )
            for branch in validator.branches(coop)
        ],
    }
