"""What the honest logs have decided about the index, read from their bytes and from nothing else.

Each `index` entry that an honest coop has on its disk is judged by the rules once more, against the index
that this log has by itself. Over all logs there is one content for a decision, and one table day -> value,
which only ever grows at its end. A payment at a price is judged against the log that recorded it.
"""

from ledger.charter import Charter
from ledger.codec import encode
from ledger.decisions import Decision, IndexEntry
from ledger.index.table import Index
from ledger.refusals import Refusal
from ledger.rules.index import check_payment_price, decide_index, index_of_new_log
from ledger.transactions import Pay
from tests.simulation.facts import Facts, Key
from tests.simulation.world import Failure


class Decided:
    """One for a run. `logs` has the index of each honest log, as its entries so far make it."""

    def __init__(self, charter: Charter, facts: Facts, honest: list[int]) -> None:
        index = index_of_new_log(charter)
        if index is None:
            raise ValueError("the charter has no index")
        self._first = index
        self._facts = facts
        self.logs: dict[int, Index] = dict.fromkeys(honest, index)
        self._honest = honest
        self.furthest = index
        """The index of the log that knows most days."""
        self.contents: dict[Key, bytes] = {}
        self.places: dict[int, tuple[Key, bytes]] = {}
        """What is decided at each place of the index."""
        self.rounds: dict[int, int] = {}
        """In which round; the latest, where logs have certificates of several."""
        self.survey_files: set[bytes] = set()
        """Hashes of the files that certified observations of honest coops refer to."""

    def add(self, coop: int) -> None:
        """One more honest coop, whose log begins."""
        self.logs[coop] = self._first

    def take(self, coop: int, entry: IndexEntry, charter: Charter) -> None:
        """A log has recorded a decision, under its charter."""
        key = (entry.decision.value, entry.number)
        content = encode(entry.content())
        if self.contents.setdefault(key, content) != content:
            raise Failure(f"two contents are certified for {name(key)}")
        before = self.logs[coop]
        self._take_place(entry, before.place, (key, content))
        after = decide_index(entry, charter=charter, index=before)
        if isinstance(after, Refusal):
            raise Failure(f"coop {coop} took in {name(key)}, which is {after.code} there")
        complaint = self._facts.complaint(entry)
        if complaint is not None:
            raise Failure(f"coop {coop} took in {name(key)}: {complaint}")
        self.logs[coop] = after
        self.survey_files.update(
            seen.survey_hash for seen in entry.observations or () if seen.coop in self._honest
        )
        if len(after.values) > len(self.furthest.values):
            before, self.furthest = self.furthest, after
            self.check_table(before, f"coop {coop}")
        self.check_table(after, f"coop {coop}")

    def _take_place(self, entry: IndexEntry, place: int, decided: tuple[Key, bytes]) -> None:
        """At a place is one decision in all logs, whatever rounds it was signed in."""
        if entry.turn is None:
            raise Failure(f"{name(decided[0])} was decided without a round")
        if self.places.setdefault(place, decided) != decided:
            raise Failure(f"two decisions are certified for place {place}")
        self.rounds[place] = max(entry.turn.round, self.rounds.get(place, 0))

    def check_table(self, index: Index, who: str) -> None:
        """Fail unless the values are a beginning of the federation's one table."""
        known = self.furthest.values[: len(index.values)]
        if index.values != known or index.prints != self.furthest.prints[: len(index.prints)]:
            raise Failure(f"{who} has other values of past days than the federation")

    def check_paid(self, coop: int, pay: Pay, time: int) -> None:
        """A log has recorded a payment in an entry of that time: its price must be right there."""
        if pay.price is None:
            return
        refusal = check_payment_price(self.logs[coop], pay.price, amount=pay.amount, time=time)
        if refusal is not None:
            raise Failure(f"coop {coop} recorded a payment at a price that is {refusal.code}")

    def missing(self, day: int) -> Key | None:
        """The decision that all logs could take in next, by what is out on that day."""
        return self._facts.next_out(self.furthest, day)

    def differing(self) -> list[int]:
        """The coops whose logs have not taken in all that others have."""
        whole = max(self.logs.values(), key=lambda index: (len(index.prints), len(index.sources)))
        return [coop for coop, index in self.logs.items() if index != whole]


def name(key: Key) -> str:
    """A decision in words."""
    kinds = {Decision.PRINT.value: "the print", Decision.SOURCE.value: "the change of source"}
    return f"{kinds.get(key[0], 'the observation')} {key[1]}"
