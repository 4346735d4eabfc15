"""How far the next decisions about the index have come."""

from node.engine.decisions.decisions import Decisions
from node.engine.decisions.standing import Choice, standing
from node.engine.health.status import ContentStatus, IndexStatus
from node.engine.index.subject import IndexSubject
from node.engine.wire_decisions import read_choice
from node.engine.wire_index import decided, observed


def index_status(subject: IndexSubject, decisions: Decisions) -> IndexStatus | None:
    """How far they have come; None without an index in the charter."""
    if not subject.is_chartered:
        return None
    due = subject.due()
    period, source = due
    keys = (*subject.keys(due), *subject.later())
    stated = [one for key in keys for one in decisions.gathering.grouped(key)]
    seen = [(each.number, one) for each in stated for one in observed(each)]
    now = standing(decisions.part(subject).agreement)
    locked = None if now.locked is None else decided(read_choice(now.locked))
    return IndexStatus(
        period=period,
        source=source,
        place=now.place,
        round=now.round,
        contents=tuple(each for one in now.choices if (each := _content(one)) is not None),
        locked=locked,
        silent=now.silent,
        observations=tuple(sorted(seen, key=lambda one: (one[0], one[1].coop))),
        publications=tuple(one for key in keys for one in decisions.promises.publications(key)),
    )


def _content(choice: Choice) -> ContentStatus | None:
    entry = decided(choice.decided)
    if entry is None:
        return None
    return ContentStatus(
        entry=entry,
        supported_by=choice.supported_by,
        signed_by=choice.signed_by,
        needed=choice.needed,
    )
