"""How far the next decisions about the index have come."""

from node.engine.decisions.decisions import Decisions
from node.engine.health.status import ContentStatus, IndexStatus
from node.engine.index.subject import IndexSubject
from node.engine.wire_index import decided, observed


def index_status(subject: IndexSubject, decisions: Decisions) -> IndexStatus | None:
    """How far they have come; None without an index in the charter."""
    if not subject.is_chartered:
        return None
    due = subject.due()
    period, source = due
    keys = subject.keys(due)
    gathering, promises = decisions.gathering, decisions.promises
    signed = [one for key in keys for one in gathering.grouped(key)]
    seen = {one.coop: one for each in signed for one in observed(each)}
    return IndexStatus(
        period=period,
        source=source,
        contents=tuple(
            ContentStatus(
                entry=entry,
                signed_by=tuple(coop for coop, _ in entry.signatures),
                needed=subject.quorum(one),
            )
            for one in signed
            if (entry := decided(one)) is not None
        ),
        levels={coop: seen[coop].level for coop in sorted(seen)},
        survey_hashes={coop: seen[coop].survey_hash for coop in sorted(seen)},
        publications=tuple(one for key in keys for one in promises.publications(key)),
    )
