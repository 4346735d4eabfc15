"""Taking in what stewards publish, and telling how far a decision has come.

A publication is checked as far as its own node can: shape, stewards' signatures, number, and what the
rules would say to it. What it can't be checked for is whether it is true.
"""

from hashlib import sha256
from typing import Final

from ledger.decisions import OBSERVATION, Decision
from ledger.errors import ProofError
from ledger.index.days import Method, last_day_of_week, text_from_day, text_from_month
from ledger.publications import Publication, decode_publication
from ledger.rules.index import check_content, quorum_of
from node.engine.core import Core, Tick
from node.engine.decisions.taking_part import Decisions
from node.engine.events import NotPublished, NotPublishedReason, Publish, Published, Refused
from node.engine.health.status import ContentStatus, IndexStatus

MOST_AHEAD: Final = 3
"""How many decisions before its own a publication may wait for."""

Reason = NotPublishedReason


class Publishing:
    """Answers `Publish`, and questions about decisions under way."""

    def __init__(self, core: Core, decisions: Decisions) -> None:
        self._core = core
        self._decisions = decisions

    def publish(self, tick: Tick, event: Publish) -> Publication | NotPublished | Refused:
        """Take a publication in: it as it stands now, or why not."""
        try:
            publication = decode_publication(event.publication)
            publication.check_stewards(self._core.charter, self._core.coop)
        except ProofError as error:
            return NotPublished(Reason.MALFORMED, str(error))
        refused = (
            self._check_number(publication)
            or self._check_signed(publication)
            or self._check_content(publication)
            or self._keep_survey(tick, publication, event.survey)
        )
        if refused is not None:
            return refused
        return self._decisions.promises.publish(tick, publication)

    def answer(
        self, result: Publication | NotPublished | Refused
    ) -> Published | NotPublished | Refused:
        """The answer to whoever published, once the node has acted on it."""
        if not isinstance(result, Publication):
            return result
        return Published(
            decision=result.decision,
            number=result.number,
            stewards=tuple(steward for steward, _ in result.stewards),
            needed=self._core.charter.coops[self._core.coop].steward_threshold,
            is_signed=self._is_signed(result) or self._is_taken(result),
        )

    def _is_taken(self, publication: Publication) -> bool:
        """Whether the own log has taken a decision of that number in by now."""
        (_, source), (_, period) = self._decisions.due()
        return publication.number < (source if publication.decision == Decision.SOURCE else period)

    def _is_signed(self, publication: Publication) -> bool:
        promise = self._decisions.promises.signed.get((publication.decision, publication.number))
        return promise is not None and promise.content == publication.content_bytes()

    def _check_number(self, publication: Publication) -> NotPublished | None:
        chartered = self._core.charter.index
        if chartered is None or self._core.coop not in chartered.publishers:
            return NotPublished(Reason.NOT_PUBLISHER, "this coop publishes no index")
        (_, source), (_, period) = self._decisions.due()
        due = source if publication.decision == Decision.SOURCE else period
        if publication.number < due:
            return NotPublished(Reason.NUMBER_TAKEN, f"{self._named(publication, due)} comes next")
        if publication.number > due + MOST_AHEAD:
            return NotPublished(Reason.NUMBER_EARLY, f"{self._named(publication, due)} comes next")
        return None

    def _named(self, publication: Publication, due: int) -> str:
        """What is due, as people call it: a source by its number, a month, a week by its last day."""
        chartered = self._core.charter.index
        if publication.decision == Decision.SOURCE:
            return f"source {due}"
        if chartered is not None and chartered.parameters.method is Method.SURVEY:
            return f"the week to {text_from_day(last_day_of_week(due))}"
        return text_from_month(due)

    def _check_signed(self, publication: Publication) -> NotPublished | None:
        promise = self._decisions.promises.signed.get((publication.decision, publication.number))
        if promise is None or promise.content == publication.content_bytes():
            return None
        return NotPublished(Reason.SIGNED_OTHERWISE, "the node has signed another content")

    def _check_content(self, publication: Publication) -> Refused | None:
        """What the rules say, when the decision is the next one."""
        entry = publication.decided()
        index = self._core.validator.index(self._core.coop)
        if entry is None or index is None:
            return None
        if (entry.decision.value, entry.number) not in self._decisions.due():
            return None
        refusal = check_content(entry, charter=self._core.charter, index=index)
        return None if refusal is None else Refused(refusal)

    def _keep_survey(
        self, tick: Tick, publication: Publication, survey: bytes | None
    ) -> NotPublished | None:
        observed = publication.observed()
        if observed is None:
            return None
        surveys = self._decisions.surveys
        if survey is None:
            if surveys.data(observed[1]) is not None:
                return None
            return NotPublished(Reason.SURVEY_MISSING, "the survey file is missing")
        most = self._core.settings.survey_bytes
        if len(survey) > most:
            return NotPublished(Reason.SURVEY_MISSING, f"the survey file is over {most} bytes")
        if sha256(survey).digest() != observed[1]:
            return NotPublished(Reason.SURVEY_MISSING, "the survey file has another hash")
        surveys.keep(tick, survey)
        return None

    def status(self) -> IndexStatus | None:
        """How far the next decisions have come; None without an index in the charter."""
        chartered = self._core.charter.index
        if chartered is None:
            return None
        (source_key, print_key) = self._decisions.due()
        gathering, promises = self._decisions.gathering, self._decisions.promises
        seen = gathering.observations.get(print_key[1], {})
        keys = (source_key, print_key, (OBSERVATION, print_key[1]))
        return IndexStatus(
            period=print_key[1],
            source=source_key[1],
            contents=tuple(
                ContentStatus(
                    entry=entry,
                    signed_by=tuple(coop for coop, _ in entry.signatures),
                    needed=quorum_of(entry, chartered),
                )
                for key in (source_key, print_key)
                for entry in gathering.grouped(key)
            ),
            levels={coop: seen[coop].level for coop in sorted(seen)},
            survey_hashes={coop: seen[coop].survey_hash for coop in sorted(seen)},
            publications=tuple(one for key in keys for one in promises.publications(key)),
        )
