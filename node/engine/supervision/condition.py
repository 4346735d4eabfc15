"""A node's condition, gathered from the parts of its engine."""

from node.engine.core import Core
from node.engine.health.status import NodeStatus
from node.engine.replication.replicas import Replicas
from node.engine.supervision.troubles import Troubles


def condition(core: Core, replicas: Replicas, troubles: Troubles) -> NodeStatus:
    """How the node is now."""
    return NodeStatus(
        coop=core.coop,
        readiness=core.state,
        validator=core.validator.name,
        peers=tuple(sorted(core.linked.peers)),
        accused=tuple(sorted(core.accused)),
        lengths={coop: core.length(coop) for coop in core.validator.coops},
        waiting={log: wait.coop for log, wait in replicas.waiting.items()},
        doubt=None if core.old_copy.doubt is None else core.old_copy.doubt.value,
        unanchored=replicas.growth.coops(),
        troubles=troubles.found(),
        deciding=core.deciding,
    )
