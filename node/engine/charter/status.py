"""How the next version of the charter is coming about."""

from ledger.codec import decode, encode
from node.engine.charter.subject import CharterSubject
from node.engine.decisions.decisions import Decisions
from node.engine.decisions.standing import standing
from node.engine.health.status import ChangeStatus, CharterStatus
from node.engine.wire_charter import read_content


def endorsed_changes(subject: CharterSubject, decisions: Decisions) -> frozenset[bytes]:
    """The encodings of the changes that some coop, or some steward of this one, stands for now."""
    status = charter_status(subject, decisions)
    contents = [each.content for each in status.contents]
    contents += [each.content_bytes() for each in status.publications]
    read = [read_content(decode(content)) for content in contents]
    return frozenset(encode(each[1].value()) for each in read if each is not None)


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
