"""Taking in what stewards publish at their own node.

This is where a decision begins. A publication is checked as far as its own node can: shape, stewards'
signatures, number, and what the rules would say to it. What it can't be checked for is whether it is true.
Once enough stewards stand for a content, `taking_part` signs it.
"""

from typing import Final

from ledger.errors import ProofError
from ledger.publications import Publication, read_publication
from node.engine.answers import NotPublished, NotPublishedReason, Published, Refused
from node.engine.core import Core
from node.engine.decisions.decisions import Decisions
from node.engine.decisions.stewards import check_publication_signers, stewards_needed_for
from node.engine.decisions.subject import Subject
from node.engine.events import Publish
from node.engine.tick import Tick
from node.engine.wire_decisions import Signed

MOST_AHEAD: Final = 3
"""How many decisions before its own a publication may wait for."""

Reason = NotPublishedReason
Result = Publication | NotPublished | Refused


class Publishing:
    """Answers `Publish`."""

    def __init__(self, core: Core, decisions: Decisions) -> None:
        self._core = core
        self._decisions = decisions

    def publish(self, tick: Tick, event: Publish) -> Result:
        """Take a publication in: it as it stands now, or why not."""
        try:
            publication = read_publication(event.publication)
            subject = self._subject(publication)
            self._check_shape(subject, publication)
            check_publication_signers(self._core, publication)
        except ProofError as error:
            return NotPublished(Reason.MALFORMED, str(error))
        refused = (
            self._check_number(subject, publication)
            or self._check_stated(subject, publication)
            or self._check_time(tick, subject, publication)
            or self._check_content(subject, publication)
            or subject.keep_file(tick, publication, event.file)
        )
        if refused is not None:
            return refused
        self._decisions.notice()
        return self._decisions.promises.publish(tick, publication)

    def _subject(self, publication: Publication) -> Subject:
        """What it is about; raises `ProofError` when nobody decides such a thing."""
        part = self._decisions.about(publication.decision)
        if part is None:
            shapes = self._decisions.shapes
            names = ", ".join(name for one in shapes for name in one.decisions.values())
            raise ProofError(f"not one of {names}")
        return part.subject

    def _check_shape(self, subject: Subject, publication: Publication) -> None:
        """Raise `ProofError` for a content that can't be decided, whatever else is decided."""
        subject.check_published(publication)
        if not subject.shapes.is_proper(_unsigned(publication)):
            name = subject.shapes.name_of(publication.decision)
            raise ProofError(f"not the content of a {name}")

    def answer(self, result: Result) -> Published | NotPublished | Refused:
        """The answer to whoever published, once the node has acted on it."""
        if not isinstance(result, Publication):
            return result
        subject = self._subject(result)
        return Published(
            decision=result.decision,
            number=result.number,
            stewards=tuple(steward for steward, _ in result.stewards),
            needed=stewards_needed_for(self._core, result.decision),
            is_signed=self._is_signed(result) or result.number < _due(subject, result),
        )

    def _is_signed(self, publication: Publication) -> bool:
        """Whether the node stands for it: it has stated that, or has supported it in the present round."""
        part = self._decisions.about(publication.decision)
        if part is None:
            return False
        if publication.decision in part.subject.shapes.statements:
            promise = self._decisions.promises.signed.get(
                (publication.decision, publication.number)
            )
            return promise is not None and promise.content == publication.content_bytes()
        return part.agreement.stands_for(_unsigned(publication).choice)

    def _check_number(self, subject: Subject, publication: Publication) -> NotPublished | None:
        if not subject.takes_part(self._core.coop):
            return NotPublished(Reason.NOT_PUBLISHER, subject.absent)
        due = _due(subject, publication)
        if due <= publication.number <= due + MOST_AHEAD or _is_later(subject, publication):
            return None
        taken = publication.number < due
        reason = Reason.NUMBER_TAKEN if taken else Reason.NUMBER_EARLY
        next_one = subject.name_of((publication.decision, due))
        return NotPublished(reason, f"{next_one} comes next")

    def _check_stated(self, subject: Subject, publication: Publication) -> NotPublished | None:
        """What a coop states is signed once; of a decision its stewards may change their minds."""
        if publication.decision not in subject.shapes.statements:
            return None
        promise = self._decisions.promises.signed.get((publication.decision, publication.number))
        if promise is None or promise.content == publication.content_bytes():
            return None
        return NotPublished(Reason.SIGNED_OTHERWISE, "the node has signed another content")

    def _check_time(self, tick: Tick, subject: Subject, publication: Publication) -> Refused | None:
        """Nothing is kept for later that can't be known yet: nobody remembers having signed it."""
        refusal = subject.too_soon(tick, _unsigned(publication))
        return None if refusal is None else Refused(refusal)

    def _check_content(
        self, subject: Subject, publication: Publication
    ) -> Refused | NotPublished | None:
        """What the rules say, and what the node knows beside them, when the decision is the next one.

        What a coop states is judged at once, since it is not judged later.
        """
        is_statement = publication.decision in subject.shapes.statements
        is_next = publication.number == _due(subject, publication)
        if not (is_next or is_statement or _is_later(subject, publication)):
            return None
        refusal = subject.refusal(_unsigned(publication))
        if refusal is not None:
            return Refused(refusal)
        objection = subject.objection(_unsigned(publication))
        return None if objection is None else NotPublished(Reason.OBJECTED, objection)


def _due(subject: Subject, publication: Publication) -> int:
    """Which number of that kind is due."""
    return dict(subject.keys(subject.due()))[publication.decision]


def _is_later(subject: Subject, publication: Publication) -> bool:
    """Whether it may come though what is due was not decided."""
    return (publication.decision, publication.number) in subject.later()


def _unsigned(publication: Publication) -> Signed:
    """Its content, as no coop has signed it yet."""
    return Signed(
        decision=publication.decision,
        number=publication.number,
        content=publication.content_bytes(),
    )
