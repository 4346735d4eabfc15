"""What the honest logs have decided about the index, read from their bytes and from nothing else.

Each `index` entry that an honest coop has on its disk is judged by the rules once more, against the index
that this log has by itself. Over all logs there is one content for a decision, and one table day -> value,
which only ever grows at its end. A payment at a price is judged against the log that recorded it.
"""

from ledger.charter import Charter
from ledger.charter_entries import CharterEntry
from ledger.charter_index import Redenominate, SetIndex
from ledger.codec import encode
from ledger.decisions import Decision, IndexEntry
from ledger.index.table import Index
from ledger.refusals import Refusal
from ledger.rules.charter_index import index_after, rows_that_fall_away
from ledger.rules.index import check_payment_price, decide_index, index_of_new_log
from ledger.rules.index_rows import index_row
from ledger.transactions import Pay
from tests.simulation.facts import Facts, Key
from tests.simulation.world import Failure


class Decided:
    """One for a run. `logs` has the index of each honest log, as its entries so far make it."""

    def __init__(self, charter: Charter, facts: Facts, honest: list[int]) -> None:
        index = index_of_new_log(charter)
        if index is None:
            raise ValueError("the charter has no index")
        self._facts = facts
        self._states = {coop: _State(index) for coop in honest}
        self._first = index
        self._honest = honest
        self.ended: set[int] = set()
        """The coops that have left, whose logs take in nothing more."""
        self._furthest = {index.line: index}
        self._line = index.line
        self.contents: dict[tuple[int, Key], bytes] = {}
        """By the number of the table before."""
        self.places: dict[int, tuple[Key, bytes]] = {}
        """What is decided at each place of the index."""
        self.rounds: dict[int, int] = {}
        """In which round; the latest, where logs have certificates of several."""
        self.survey_files: set[bytes] = set()
        """Hashes of the files that certified observations of honest coops refer to."""

    def add(self, coop: int) -> None:
        """One more honest coop, whose log begins."""
        self._states[coop] = _State(self._first)

    @property
    def logs(self) -> dict[int, Index]:
        """The index of each honest log."""
        return {coop: state.index for coop, state in self._states.items()}

    def index_of(self, coop: int) -> Index:
        """That of one."""
        return self._states[coop].index

    @property
    def furthest(self) -> Index:
        """Under the newest rules, the index of the log that knows most days."""
        return self._furthest[self._line]

    def change(self, coop: int, entry: CharterEntry, after: Charter) -> None:
        """A log has taken in a change of the charter, which may be about the index."""
        state = self._states[coop]
        if not state.change(entry, after):
            return
        line = state.index.line
        if line not in self._furthest:
            self._line, self._furthest[line] = line, state.index
        self._take_further(state.index, coop)

    def take(self, coop: int, entry: IndexEntry, charter: Charter) -> None:
        """A log has recorded a decision, under its charter."""
        key = (entry.decision.value, entry.number)
        content = encode(entry.content())
        state = self._states[coop]
        before = state.index
        if self.contents.setdefault((before.line.run, key), content) != content:
            raise Failure(f"two contents are certified for {name(key)}")
        self._take_place(entry, before.place, (key, content))
        after = decide_index(entry, charter=charter, index=before)
        if isinstance(after, Refusal):
            raise Failure(f"coop {coop} took in {name(key)}, which is {after.code} there")
        complaint = self._facts.complaint(entry)
        if complaint is not None:
            raise Failure(f"coop {coop} took in {name(key)}: {complaint}")
        state.take(entry, after)
        self.survey_files.update(
            seen.survey_hash for seen in entry.observations or () if seen.coop in self._honest
        )
        self._take_further(after, coop)

    def _take_further(self, index: Index, coop: int) -> None:
        before = self._furthest[index.line]
        if len(index.values) > len(before.values):
            self._furthest[index.line] = index
            self.check_table(before, f"coop {coop}")
        self.check_table(index, f"coop {coop}")

    def _take_place(self, entry: IndexEntry, place: int, decided: tuple[Key, bytes]) -> None:
        """At a place is one decision in all logs, whatever rounds it was signed in."""
        if entry.turn is None:
            raise Failure(f"{name(decided[0])} was decided without a round")
        if self.places.setdefault(place, decided) != decided:
            raise Failure(f"two decisions are certified for place {place}")
        self.rounds[place] = max(entry.turn.round, self.rounds.get(place, 0))

    def check_table(self, index: Index, who: str) -> None:
        """Fail unless the values are a beginning of what the federation has under the same rules."""
        furthest = self._furthest[index.line]
        known = furthest.values[: len(index.values)]
        if index.values != known or index.prints != furthest.prints[: len(index.prints)]:
            raise Failure(f"{who} has other values of past days than the federation")

    def check_paid(self, coop: int, pay: Pay, time: int) -> None:
        """A log has recorded a payment in an entry of that time: its price must be right there."""
        if pay.price is None:
            return
        refusal = check_payment_price(self.index_of(coop), pay.price, amount=pay.amount, time=time)
        if refusal is not None:
            raise Failure(f"coop {coop} recorded a payment at a price that is {refusal.code}")

    def missing(self, day: int) -> Key | None:
        """The decision that all logs could take in next, by what is out on that day."""
        return self._facts.next_out(self.furthest, day)

    def differing(self) -> list[int]:
        """The coops whose logs have not taken in all that others have."""
        logs = {coop: index for coop, index in self.logs.items() if coop not in self.ended}
        whole = max(
            logs.values(),
            key=lambda index: (index.line.run, len(index.prints), len(index.sources)),
        )
        return [coop for coop, index in logs.items() if index != whole]


class _State:
    """The index of one log, with its rows; see `ledger.rules.charter_index.IndexState`."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self._rows: dict[bytes, bytes] = {}

    def rows(self, chapter: str) -> list[tuple[bytes, bytes]]:
        """Those of the index, as the rules ask for them."""
        return sorted(self._rows.items())

    def take(self, entry: IndexEntry, after: Index) -> None:
        """A decision is taken in."""
        row = index_row(entry.decided, run=self.index.line.run)
        assert row.value is not None, "a decision adds a row"
        self._rows[row.key] = row.value
        self.index = after

    def change(self, entry: CharterEntry, after: Charter) -> bool:
        """A change of the charter is taken in; whether the index is another by it."""
        if not isinstance(entry.change, SetIndex | Redenominate):
            return False
        gone = tuple(
            rows_that_fall_away(entry.change, self) if isinstance(entry.change, SetIndex) else ()
        )
        index = index_after(after, self, gone)
        if index is None:
            raise Failure("the index has ended")
        self._rows = {
            key: value for key, value in self._rows.items() if key not in {row.key for row in gone}
        }
        self.index = index
        return True


def name(key: Key) -> str:
    """A decision in words."""
    kinds = {Decision.PRINT.value: "the print", Decision.SOURCE.value: "the change of source"}
    return f"{kinds.get(key[0], 'the observation')} {key[1]}"
