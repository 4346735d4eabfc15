"""What the entries of the index carry, and the closed list of reasons to refuse one.

A *print* is one period's fact: under the official methods the printed change of a month, or its level and
the one of the period before, both as they are printed now; under `survey` a certified level. Periods are
taken in order and without gaps, each once, but a survey's level may cover a gap. Three things may differ
from the plain case:

- a *stand-in* takes the place of a print that is late, where the charter allows it; its value is not
  chosen but follows by rule: the official methods repeat the change before it, `survey` has no level
  for that week and goes on at the pace it had;
- *late changes* come with a later print, once the number that a stand-in stood for has been printed:
  that print's window makes good the difference;
- a *change of source* is an entry of its own, with its own quorum. From its first period on, prints
  have to name the new source.

Signatures and quorums are checked by whoever takes an entry in, before what is here.
"""

from dataclasses import dataclass
from enum import Enum, unique
from typing import Final

SOURCE_HASH_LENGTH: Final = 32
MOST_LATE_CHANGES: Final = 12
"""The most late changes that one print may carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LateChange:
    """The change of `period` that was printed after a stand-in had taken its place."""

    period: int
    change: int
    """As the value of a `Print`."""
    before: int | None = None
    """As there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """One period's value, as an `index` entry carries it."""

    period: int
    value: int
    """Official methods: the printed change in percent, or the printed level, in units of its last decimal.
    `survey`: the certified level, what a unit's worth of the basket costs, in millionths of the currency."""
    source: int = 0
    """The number of the source it was read from; 0 is the one that the charter names."""
    is_stand_in: bool = False
    late: tuple[LateChange, ...] = ()
    """Strictly rising by period."""
    before: int | None = None
    """Of units that follow from printed levels: that of the period before, as it is printed now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChange:
    """From `first_period` on, prints come from source `number`."""

    number: int
    """1 for the first change, then one more each time."""
    first_period: int
    description_hash: bytes
    """SHA-256 of the text that says what the source is and why it changed."""


@unique
class PrintRefusal(Enum):
    """Why a print is not taken in, in the order of the checks. The value is its stable name."""

    PERIOD_REPEATED = "index_period_repeated"
    """The same print was taken in already."""
    PERIOD_CONTRADICTED = "index_period_contradicted"
    """The period has another print already. What was taken in stays: past days never change."""
    PERIOD_EARLY = "index_period_early"
    """An earlier period has no print yet. Take that one in first, or a stand-in for it."""
    PERIOD_BEFORE_BASE = "index_period_before_base"
    """The period's window ends before the base day."""
    SOURCE_WRONG = "index_source_wrong"
    """It names another source than the one in force for its period."""
    STAND_IN_NOT_ALLOWED = "index_stand_in_not_allowed"
    """The charter allows no stand-in here, or not one more in a row, or there is nothing to repeat."""
    STAND_IN_VALUE_WRONG = "index_stand_in_value_wrong"
    """A stand-in has to repeat the value before it, and carries no late changes."""
    VALUE_MISSHAPEN = "index_value_misshapen"
    """A level without the one before it where levels are printed, or with one where they are not."""
    VALUE_IMPOSSIBLE = "index_value_impossible"
    """A change of -100 % or below, or a level out of range: no price does that."""
    STEP_ABOVE_CAP = "index_step_above_cap"
    """A printed change beyond the cap. If it is true, the charter's cap has to be raised first."""
    LATE_UNKNOWN = "index_late_unknown"
    """A late change for a period without an open stand-in, twice, out of order, or under `survey`."""
    TABLE_OUT_OF_RANGE = "index_table_out_of_range"
    """The unit would leave the range of values that conversion is exact in."""


@unique
class SourceRefusal(Enum):
    """Why a change of source is not taken in, in the order of the checks."""

    NUMBER_REPEATED = "index_source_number_repeated"
    """There was a change of source with this number already."""
    NUMBER_EARLY = "index_source_number_early"
    """An earlier change of source is missing."""
    DESCRIPTION_MISSING = "index_source_description_missing"
    """The hash of the description is not 32 bytes."""
    PERIOD_TAKEN = "index_source_period_taken"
    """Its first period has a print already, or an earlier change of source begins after it."""
