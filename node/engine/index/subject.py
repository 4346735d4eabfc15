"""The price index as a subject of decisions: prints and changes of source (PROTOCOL section 9).

What is due follows from the index that the own log has taken in, what is valid from `ledger.rules.index`. Of
surveys, what the coops make of their observations is in `closing`, and the files are in `surveys`.
"""

from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from typing import Final

from ledger import agreement
from ledger.charter import IndexCharter
from ledger.decisions import OBSERVATION, Decision, IndexEntry
from ledger.entries import decode_transaction
from ledger.index.days import Method
from ledger.index.prints import SourceChange
from ledger.index.table import Index
from ledger.publications import Publication, check_publication
from ledger.refusals import Refusal
from ledger.rules.index import SECONDS_IN_DAY, check_content, check_level, check_over, quorum_of
from ledger.rules.index_rows import INDEX_CHAPTER, covering_period
from ledger.transactions import Kind, encode_transaction
from node.engine.answers import NotPublished, NotPublishedReason
from node.engine.core import Core
from node.engine.decisions.certificates import certificate
from node.engine.decisions.gathering import Gathering
from node.engine.decisions.subject import Subject
from node.engine.index.closing import Closing
from node.engine.index.surveys import Surveys
from node.engine.tick import Tick
from node.engine.wire_decisions import Key, Known, Signed, SubjectMessage
from node.engine.wire_index import (
    INDEX,
    Observed,
    SurveyFile,
    SurveyRequest,
    decided,
    level_of,
    observed,
    signed_decision,
)

MOST_LATER: Final = 4
"""So many of the newest surveys are open beside the one that is due, where that was missed."""

SURVEYS_LOOKED_BACK: Final = 26
"""How many of the newest surveys a node that starts looks through for files that it lacks."""


class IndexSubject(Subject):
    """What is due of the index, and what follows from it."""

    shapes = INDEX
    number = agreement.Subject.INDEX
    entry_kind = Kind.INDEX.value
    absent = "this coop publishes no index"

    def __init__(self, core: Core, gathering: Gathering) -> None:
        self.surveys = Surveys(core)
        self._core = core
        self._closing = Closing(core, gathering)
        self._later: tuple[int, ...] = ()
        if self.is_chartered:
            self._miss_surveys()

    @property
    def chartered(self) -> IndexCharter:
        """What the charter says of the index."""
        chartered = self._core.charter.index
        if chartered is None:
            raise AssertionError("nothing is asked of an index that the charter does not have")
        return chartered

    @property
    def index(self) -> Index:
        """The index as the own log has it."""
        index = self._core.validator.index(self._core.coop)
        if index is None:
            raise AssertionError("a charter with an index gives every log one")
        return index

    @property
    def is_chartered(self) -> bool:
        """See `Subject`."""
        return self._core.charter.index is not None

    @property
    def _is_survey(self) -> bool:
        return self.chartered.parameters.method is Method.SURVEY

    def takes_part(self, coop: int) -> bool:
        """Publishers sign."""
        return self.is_chartered and coop in self.chartered.publishers

    def coops(self) -> frozenset[int]:
        """The publishers."""
        return frozenset(self.chartered.publishers)

    def place(self) -> int:
        """See `Index.place`."""
        return self.index.place

    def due(self) -> tuple[int, ...]:
        """The period of the next print, and the number of the next change of source."""
        index = self.index
        return (index.due_window.period, len(index.sources) + 1)

    def keys(self, due: tuple[int, ...]) -> tuple[Key, ...]:
        """The change of source, the print, and the observations for it."""
        period, source = due
        return (
            (Decision.SOURCE.value, source),
            (Decision.PRINT.value, period),
            (OBSERVATION, period),
        )

    def later(self) -> tuple[Key, ...]:
        """The newest surveys that may be closed, where the one that is due was missed."""
        kinds = (Decision.PRINT.value, OBSERVATION)
        due = self.index.due_window.period
        return tuple((kind, each) for kind in kinds for each in self._later if each > due)

    def may_come(self, key: Key) -> bool:
        """What is due, and the level of any later survey: it covers those before it."""
        kind, number = key
        due = self.index.due_window.period
        if kind == Decision.PRINT and self._is_survey:
            return number >= due
        return key in self.keys(self.due())

    def instead(self, key: Key, place: int) -> Key | None:
        """The print that covers that one."""
        kind, number = key
        if kind != Decision.PRINT:
            return None
        rows = self._core.validator.rows(self._core.coop, INDEX_CHAPTER)
        run = place // agreement.PLACES_OF_A_RUN
        covering = covering_period(rows, period=number, run=run)
        return None if covering is None else (kind, covering)

    def on_time(self, tick: Tick) -> bool:
        """Another survey may be closed than before."""
        later = self._later_on(tick.now_ms // 1000 // SECONDS_IN_DAY)
        is_new, self._later = later != self._later, later
        return is_new

    def _later_on(self, day: int) -> tuple[int, ...]:
        periods = self.chartered.parameters.periods
        if periods.method is not Method.SURVEY:
            return ()
        due, newest = self.index.due_window.period, periods.newest_over(day)
        return tuple(range(max(due + 1, newest - MOST_LATER + 1), newest + 1))

    def quorum(self, signed: Signed) -> int:
        """See `ledger.rules.index.quorum_of`."""
        return quorum_of(_entry(signed), self.chartered)

    def least_quorum(self) -> int:
        """That of a print or of a change of source."""
        parameters = self.chartered.parameters
        return min(parameters.quorum, parameters.source_quorum)

    def refusal(self, signed: Signed) -> Refusal | None:
        """See `ledger.rules.index.check_content`. Observations are what each coop says they are, if a value
        can be that."""
        level = level_of(signed)
        if level is not None:
            return check_level(level)
        return check_content(_entry(signed), charter=self._core.charter, index=self.index)

    def too_soon(self, tick: Tick, signed: Signed) -> Refusal | None:
        """A print, a stand-in or an observation of a period that is not over."""
        time = tick.now_ms // 1000
        return check_over(signed.decision, signed.number, chartered=self.chartered, time=time)

    def transaction(self, signed: Signed) -> bytes:
        """An `index` transaction."""
        return encode_transaction(_entry(signed))

    def read(self, transaction: bytes) -> Signed | None:
        """What an `index` transaction decides."""
        entry = decode_transaction(transaction)
        return signed_decision(entry) if isinstance(entry, IndexEntry) else None

    def name_of(self, key: Key) -> str:
        """A source by its number, a month, a survey by the last day of its period."""
        kind, number = key
        if kind == Decision.SOURCE:
            return f"source {number}"
        name = self.chartered.parameters.periods.name(number)
        return f"the survey of {name}" if self._is_survey else name

    def describe(self, signed: Signed) -> str:
        """A change in percent, a level, a source."""
        decided_ = _entry(signed).decided
        if isinstance(decided_, SourceChange):
            return self.name_of(signed.key)
        if decided_.is_stand_in:
            return "a stand-in"
        unit = self.chartered.parameters.definition
        if unit is None:
            return f"{Decimal(decided_.value).scaleb(-6):f}"
        value = Decimal(decided_.value).scaleb(-unit.decimals)
        if decided_.before is None:
            return f"{value:f} %"
        before = Decimal(decided_.before).scaleb(-unit.decimals)
        return f"{before:f} to {value:f}"

    def wanted(self, tick: Tick, key: Key) -> Signed | None:
        """For a survey, what follows from the coops' levels."""
        if key[0] != Decision.PRINT:
            return None
        periods = (self.index.due_window.period, *self._later)
        return self._closing.wanted(tick, self.index, key[1], periods)

    def parts(self, key: Key, contents: Sequence[Signed]) -> Sequence[Known]:
        """All observations of a week go in one message, those of the lowest coops first."""
        if key[0] != OBSERVATION or not contents:
            return contents
        seen = [one for signed in contents for one in observed(signed)]
        by_coop = tuple(sorted(seen, key=lambda one: one.coop))
        return (Observed(period=key[1], observations=by_coop),)

    # Surveys.

    def check_published(self, publication: Publication) -> None:
        """See `ledger.publications.check_publication`."""
        check_publication(publication)

    def keep_file(
        self, tick: Tick, publication: Publication, file: bytes | None
    ) -> NotPublished | None:
        """Keep the survey file of an observation."""
        wanted = publication.observed()
        if wanted is None:
            return None
        wrong = self._wrong_with(file, wanted[1])
        if wrong is not None:
            return NotPublished(NotPublishedReason.SURVEY_MISSING, f"the survey file {wrong}")
        if file is not None:
            self.surveys.keep(tick, file)
        return None

    def _wrong_with(self, file: bytes | None, hash_: bytes) -> str | None:
        if file is None:
            return "is missing" if self.surveys.data(hash_) is None else None
        most = self._core.settings.survey_bytes
        if len(file) > most:
            return f"is over {most} bytes"
        return None if sha256(file).digest() == hash_ else "has another hash"

    def on_heard(self, tick: Tick, peer: int, signed: Signed) -> None:
        """Ask for the survey files of observations."""
        for seen in observed(signed):
            self.surveys.want(tick, seen.survey_hash, peer)

    def on_message(self, tick: Tick, peer: int, message: SubjectMessage) -> None:
        """Survey files, and who wants them."""
        match message:
            case SurveyRequest():
                self.surveys.on_request(tick, peer, message)
            case SurveyFile():
                self.surveys.on_file(tick, message)
            case _:
                raise AssertionError("a message of another subject")

    def on_due(self) -> None:
        """Another survey may be due."""
        self._closing.begin(self.index.due_window.period)

    def on_taken(self, tick: Tick, signed: Signed) -> None:
        """Ask for the survey files that a certified value refers to."""
        for seen in _entry(signed).observations or ():
            self.surveys.want(tick, seen.survey_hash, None)

    def _miss_surveys(self) -> None:
        """Ask for files of the newest surveys that had not come when the node stopped."""
        for taken in self.index.prints[-SURVEYS_LOOKED_BACK:]:
            key = (Decision.PRINT.value, taken.period)
            signed = certificate(self._core, self, key, self.index.place)
            for seen in () if signed is None else _entry(signed).observations or ():
                self.surveys.miss(seen.survey_hash)

    def run(self, tick: Tick) -> None:
        """Ask again for survey files that did not come."""
        self.surveys.run(tick)

    def wake_at_ms(self) -> int | None:
        """When to ask for files again, or when the survey closes."""
        times = (self.surveys.wake_at_ms(), self._closing.wake_at_ms())
        return min((at for at in times if at is not None), default=None)


def _entry(signed: Signed) -> IndexEntry:
    entry = decided(signed)
    if entry is None:
        raise AssertionError("a content of another shape is read by nobody")
    return entry
