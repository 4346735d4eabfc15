"""What can be wrong with a node or around it: the closed list, for everybody who says so.

`/v1/status`, `/ready`, `fiado node status`, `fiado doctor`, the answer to a member whose payment is not
recorded, the pages and the log all tell these; `node.engine.health.words` words them, and
`node.engine.supervision.troubles` finds them. A kind's value is its stable name for programs.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Final


@unique
class Severity(StrEnum):
    """What a trouble means for payments here."""

    STOPS = "stops_recording"
    """The node records nothing while it lasts."""
    WARNS = "warns"
    """The node records; something around it wants to be looked at."""


@unique
class TroubleKind(StrEnum):
    """Every kind of trouble. `TABLE` has its severity and how loudly the log speaks of it."""

    HALTED = "halted"
    """There is evidence against the coop itself: its key has signed what no honest node signs."""
    LEFT = "left"
    """The coop has left the federation, and its log has ended."""
    KEY_REPLACED = "key_replaced"
    """The charter has another node key for the coop than this node's."""
    JOINING = "joining"
    """The node takes in the changes of the charter up to the one that lets its coop join."""
    BEHIND = "behind"
    """Peers hold entries of the own log that are not here; or know of a head of it, at `length`, beyond the
    `held` entries, and for a while nobody has given what lies between."""
    RECOVERING = "recovering"
    """The node has just started and asks its peers what it may have missed."""
    DOUBT = "doubt"
    """The node's disk may not know all that its key has signed; `values` has `why`, of `node.mark.Doubt`."""
    CLOCK_DOUBTFUL = "clock_doubtful"
    """The node's clock can't be believed; see `node.engine.supervision.clock`."""
    CLOCK_VOUCHED = "clock_vouched"
    """The clock would be doubtful, and a person has said that it is right."""
    LOG_AHEAD = "log_ahead"
    """The newest entry of `coop` has a time that this node's clock has not reached by far."""
    CLOCK_DIFFERS = "clock_differs"
    """The node of `coop` says another time than this one's clock, which is believed."""
    PUT_BACK = "put_back"
    """The database was put back: entries `first` to `last` of the own log came from peers."""
    DAMAGED = "damaged"
    """Entries `first` to `last` of the log of `coop` are not on this disk as they were signed."""
    DAY_FULL = "day_full"
    """The own log has as many `of` ("payments", "entries") today as the charter allows."""
    ACCUSED = "accused"
    """There is evidence of cheating against `coop`: what it pays elsewhere does not arrive, and what is
    paid to it stays on its way; the others go on with each other."""
    QUARANTINED = "quarantined"
    """The charter has `coop` in quarantine: nobody pays it, and it pays nobody elsewhere."""
    CUT = "cut"
    """`coop` follows another history of `other` than this node: payments between the two don't arrive."""
    WAITING = "waiting"
    """The log of `coop` has stood for a while before an entry of `other` that nobody here has."""
    HEAD_UNFOUNDED = "head_unfounded"
    """The key of `coop` has signed a head at `length`, and for a while nobody who is linked has given the
    entries of its log after the `held` ones."""
    UNDECIDED = "undecided"
    """What comes next of a subject has not been decided for a while though somebody stands for something;
    `values` has the `subject`, the `decision`, who `stands` for what, in words, who for something that
    can't be decided (`astray`), who is `silent`, and whose node of those is not linked (`unlinked`) or too
    old (`outdated`)."""
    REOPENED = "reopened"
    """A fault, mostly of the disk or the database, made the node open its store again not long ago."""
    TWIN_NODE = "twin_node"
    """Two nodes seem to run with the key of `coop`."""
    NO_PEERS = "no_peers"
    """No other coop's node is configured, and none is linked."""
    PEER_BROKE_PROTOCOL = "peer_broke_protocol"
    """The node of `coop` sent what no honest one sends, as `why` says: so many `times` without a long pause.
    It is neither dialled nor let in until `until`, which is in `refused_seconds`; 0: that is over."""
    PEER_MISSING = "peer_missing"
    """The node of `coop` is neither configured nor linked."""
    LINK_DOWN = "link_down"
    """The node of `coop` is configured, and there is no link to it."""
    OFFICE_EMPTY = "office_empty"
    """Nobody who is in office as a steward of the own coop can sign."""
    OFFICE_SHORT = "office_short"
    """Of the stewards of the own coop so many are frozen that only `able` can sign; it takes `needed`."""
    OFFICE_OVER = "office_over"
    """The terms of stewards of the own coop, `names` in `values`, have ended: members should elect."""
    RESULT_DUE = "result_due"
    """A vote that was held elsewhere has ended, and no result of `proposal` has been attested."""
    PUBLIC_URL_MISSING = "public_url_missing"
    """Payment links begin as whoever made an invoice reached the node; `values` has such a `link`."""

    MAIL_FAILING = "mail_failing"
    """The mail server takes no notices; `why` says what it or the system said."""
    PUSH_FAILING = "push_failing"
    """Push services take no notices; `why` says what they or the system said."""
    WAGES_UNREADABLE = "wages_unreadable"
    """The file of the index of wages can't be read; `why` says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class _Row:
    severity: Severity
    level: int


TABLE: Final[Mapping[TroubleKind, _Row]] = {
    TroubleKind.HALTED: _Row(Severity.STOPS, logging.ERROR),
    TroubleKind.LEFT: _Row(Severity.STOPS, logging.WARNING),
    TroubleKind.KEY_REPLACED: _Row(Severity.STOPS, logging.ERROR),
    TroubleKind.JOINING: _Row(Severity.STOPS, logging.INFO),
    TroubleKind.BEHIND: _Row(Severity.STOPS, logging.WARNING),
    TroubleKind.RECOVERING: _Row(Severity.STOPS, logging.INFO),
    TroubleKind.DOUBT: _Row(Severity.STOPS, logging.ERROR),
    TroubleKind.CLOCK_DOUBTFUL: _Row(Severity.STOPS, logging.ERROR),
    TroubleKind.CLOCK_VOUCHED: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.LOG_AHEAD: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.CLOCK_DIFFERS: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.PUT_BACK: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.DAMAGED: _Row(Severity.WARNS, logging.ERROR),
    TroubleKind.DAY_FULL: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.ACCUSED: _Row(Severity.WARNS, logging.ERROR),
    TroubleKind.QUARANTINED: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.CUT: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.WAITING: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.HEAD_UNFOUNDED: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.UNDECIDED: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.REOPENED: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.TWIN_NODE: _Row(Severity.WARNS, logging.ERROR),
    TroubleKind.NO_PEERS: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.PEER_BROKE_PROTOCOL: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.PEER_MISSING: _Row(Severity.WARNS, logging.INFO),
    TroubleKind.LINK_DOWN: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.OFFICE_EMPTY: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.OFFICE_SHORT: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.OFFICE_OVER: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.RESULT_DUE: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.PUBLIC_URL_MISSING: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.MAIL_FAILING: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.PUSH_FAILING: _Row(Severity.WARNS, logging.WARNING),
    TroubleKind.WAGES_UNREADABLE: _Row(Severity.WARNS, logging.WARNING),
}

NOT_ARRIVING: Final = (TroubleKind.ACCUSED, TroubleKind.CUT)
"""Payments to the coop of such a trouble are recorded, and don't arrive until people decide."""

NOT_PAYABLE: Final = (*NOT_ARRIVING, TroubleKind.QUARANTINED)
"""What whoever is about to pay somebody of the coop of such a trouble has to know."""

TroubleKey = tuple[TroubleKind, int | None]
"""What tells a trouble apart from others at the same time: its kind and its coop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong: with the coop `coop`, because of `other`, since so many seconds.

    There is one of each kind and coop at most. `values` has what else belongs to it, by name.
    """

    kind: TroubleKind
    coop: int | None = None
    other: int | None = None
    seconds: int = 0
    values: Mapping[str, int | str] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """What it means for payments here."""
        return TABLE[self.kind].severity

    @property
    def level(self) -> int:
        """How loudly the log speaks of it, as `logging` counts."""
        return TABLE[self.kind].level

    @property
    def key(self) -> TroubleKey:
        """See `TroubleKey`."""
        return (self.kind, self.coop)
