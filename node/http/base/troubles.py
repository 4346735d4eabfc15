"""What is wrong with the node, as the interface tells it."""

from collections.abc import Mapping, Sequence

from node.engine.answers import NotReady
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.health.words import under_way, word
from node.http.base import shapes
from node.http.base.problem import Problem
from node.http.base.problems import NOT_READY

_RETRY_S = 2


def listed(troubles: Sequence[Trouble], names: Mapping[int, str]) -> list[shapes.Trouble]:
    """Troubles as `/v1/status` and `/ready` list them, what stops recording first."""
    return [_listed(trouble, names) for trouble in troubles]


def _listed(trouble: Trouble, names: Mapping[int, str]) -> shapes.Trouble:
    words = word(trouble, names)
    return shapes.Trouble(
        kind=trouble.kind,
        severity=trouble.severity,
        coop=None if trouble.coop is None else names[trouble.coop],
        other=None if trouble.other is None else names[trouble.other],
        seconds=trouble.seconds,
        values=dict(trouble.values),
        detail=words.detail,
        remedy=words.remedy,
    )


def being_decided(trouble: Trouble) -> shapes.Deciding:
    """One of `NodeStatus.deciding` as `/v1/status` lists it."""
    return shapes.Deciding(
        seconds=trouble.seconds, values=dict(trouble.values), detail=under_way(trouble)
    )


def not_ready(answer: NotReady, names: Mapping[int, str]) -> Problem:
    """The problem of a node that does not record now: why it doesn't, and what helps.

    It says nothing about whether the same bytes were recorded earlier: nobody has looked.
    """
    trouble = answer.trouble
    if trouble is None:
        return Problem(NOT_READY, retry_after_s=_RETRY_S)
    words = word(trouble, names)
    passes = trouble.kind is not TroubleKind.HALTED
    return Problem(
        NOT_READY,
        f"The node records nothing now. {words.detail}",
        remedy=words.remedy,
        retryable=passes,
        retry_after_s=_RETRY_S if passes else None,
    )
