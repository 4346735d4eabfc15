"""How a channel fares: whether the operator is told that mail or push fails.

Where messages go is the members' choice. So a browser's service that does not answer, or a mailbox that the
mail server does not take now, says something about the channel only when several people meet it: as many as
the alarm asks for, and more than those whose last message was taken. One person counts once, however many
places they have. A fault of the operator's own server says it by itself, after so many in a row.
"""

from dataclasses import dataclass, field
from typing import Final

_DAY_MS: Final = 86_400_000


@dataclass(slots=True)
class Faring:
    """Of one channel; `alarm` is how many failures tell. What came of a message counts for a day."""

    alarm: int
    is_told: bool = False
    _in_a_row: int = 0
    _last: dict[str, tuple[bool, int]] = field(default_factory=dict)
    """Of each person, whether their last message was taken, and when that was (steady milliseconds)."""

    def note(self, person: str, why: str, *, is_own: bool, now_ms: int) -> str | None:
        """Count a message of that person's. What to tell the operator: why it fails, "" that it works again.

        `why` is empty when it was taken. `is_own`: it may be the doing of that browser or mailbox alone.
        """
        if not why or is_own:
            self._last[person] = (not why, now_ms)
        if not is_own:
            self._in_a_row = self._in_a_row + 1 if why else 0
        if not (why or self.is_told):
            return None
        fails = self._in_a_row >= self.alarm or self._is_met_by_several(now_ms)
        was_told, self.is_told = self.is_told, fails
        if fails:
            return why or None
        return "" if was_told else None

    def forget(self, person: str) -> None:
        """A place of that person's is no more: what came of the messages to it says nothing."""
        self._last.pop(person, None)

    def _is_met_by_several(self, now_ms: int) -> bool:
        self._last = {
            person: last for person, last in self._last.items() if last[1] > now_ms - _DAY_MS
        }
        taken = sum(is_taken for is_taken, _ in self._last.values())
        return max(self.alarm, taken + 1) <= len(self._last) - taken
