"""How the next version of the charter is coming about."""

from node.engine.charter.subject import CharterSubject
from node.engine.decisions.decisions import Decisions
from node.engine.decisions.standing import standing
from node.engine.health.status import ChangeStatus, CharterStatus


def charter_status(subject: CharterSubject, decisions: Decisions) -> CharterStatus:
    """How far it has come, as seen here."""
    now = standing(decisions.part(subject).agreement)
    (key,) = subject.keys(subject.due())
    endorsed = decisions.promises.wanted(key)
    return CharterStatus(
        version=key[1],
        round=now.round,
        contents=tuple(
            ChangeStatus(
                content=choice.decided.content,
                needed=choice.needed,
                supported_by=choice.supported_by,
                signed_by=choice.signed_by,
                is_endorsed=endorsed is not None
                and endorsed.content_bytes() == choice.decided.content,
            )
            for choice in now.choices
        ),
        silent=now.silent,
        publications=tuple(decisions.promises.publications(key)),
    )
