"""How people of a simulated federation change its charter.

Now and then all coops' stewards are told of one more matter, and each coop's stewards publish it for the
version that is next in their own log, again and again, as they see and read it at that time.
"""

from collections import defaultdict
from typing import Any, Final

from ledger.charter import Charter
from ledger.charter_changes import Change, SetEntriesPerDay
from ledger.charter_entries import CharterEntry
from ledger.codec import encode
from ledger.government.articles import Article
from ledger.publications import Publication
from ledger.refusals import Refusal
from ledger.rules.amendments import amend
from ledger.validators.reading import LogReader
from node.engine.events import Ask, Publish
from node.engine.view import View
from tests.charters import proposal
from tests.simulation.hands import Desk
from tests.simulation.matters import Matter
from tests.simulation.members import Members
from tests.simulation.plan import Plan
from tests.simulation.world import World

AGAIN_MS: Final = (500, 2_000)
_MIND_MS: Final = (600, 6_000)
"""How long stewards stay with a wrong reading, at least and at most."""
_WRONG: Final = (1, 2)
_GIVEN_UP: Final = 300_000
"""What is changed instead of something that the charter has no place for any more."""


class Agreed:
    """What people want to change, in order: matter n leads to version n + 1."""

    def __init__(self, world: World, plan: Plan) -> None:
        self._world = world
        self._plan = plan
        self.matters: list[Matter] = []
        self._sayers: defaultdict[bytes, set[int]] = defaultdict(set)
        self._readings: dict[tuple[int, int], tuple[int, int]] = {}
        """Of coop and version: how it is read, and until when."""

    def add(self, matter: Matter) -> None:
        """People everywhere hear of another matter."""
        self.matters.append(matter)
        self._world.injected[f"charter: {matter.name}"] += 1
        self._world.note(f"people want: {matter.name}, as version {len(self.matters)}")

    def wanted(self, view: View) -> Publication | None:
        """What a coop's stewards publish now, who look at their own node."""
        charter = view.validator.charter(view.coop)
        if charter.version >= len(self.matters):
            return None
        matter = self.matters[charter.version]
        wrong = 0
        if matter.may_be_misread and self.may_disagree(charter):
            wrong = self._reading(view.coop, charter.version)
        change = matter.change(view, wrong)
        if change is not None and isinstance(amend(charter, change), Refusal):
            change = SetEntriesPerDay(entries_per_day=_GIVEN_UP + charter.version)
        if change is None:
            return None
        self._sayers[_key(charter.version, change)].add(view.coop)
        return proposal(charter, change)

    def may_disagree(self, charter: Charter) -> bool:
        """Whether no two changes can be certified, though one coop signs both."""
        members = sum(1 for _ in charter.members())
        lying = self._plan.signs_twice and charter.is_member(self._plan.culprit)
        return 2 * charter.decision_quorum > members + lying

    def _reading(self, coop: int, version: int) -> int:
        """How a coop's stewards read a matter now; 0 is right."""
        now = self._world.now
        wrong, until = self._readings.get((coop, version), (0, -1))
        if until > now:
            return wrong
        is_first, wrong = until < 0, 0
        chance = self._plan.misread_changes if is_first else self._plan.misread_changes / 3
        if now < self._plan.trouble_ms and self._world.chance(chance):
            wrong = self._world.random.choice(_WRONG)
            self._world.injected["charter: wrong readings"] += 1
        self._world.injected["charter: changes of mind"] += not is_first
        stays = now + self._world.random.randint(*_MIND_MS)
        until = min(stays, self._plan.trouble_ms) if wrong else 2**62
        self._readings[coop, version] = (wrong, until)
        return wrong

    def complaint(self, entry: CharterEntry, before: Charter) -> str | None:
        """See `versions.Complaint`: a coop that lies can't make up for people who never wanted it."""
        honest = self._sayers[_key(before.version, entry.change)] - {self._plan.culprit}
        needed = before.decision_quorum - before.is_member(self._plan.culprit)
        if len(honest) >= needed:
            return None
        return f"only the stewards of {sorted(honest)} ever wanted {entry.change}"


def _key(version: int, change: Change) -> bytes:
    return encode([version, change.value()])


class ChangingStewards:
    """The stewards of one coop."""

    def __init__(self, shared: Members, coop: int, agreed: Agreed) -> None:
        self._shared = shared
        self._coop = coop
        self._agreed = agreed
        self._world = shared.world

    def look(self) -> None:
        """See which version is next in the coop's log, and publish what is wanted for it."""
        if self._shared.publishing:
            self._shared.ask_until_answered(
                self._coop, lambda request: Ask(request, self._wanted), self._publish
            )

    def _wanted(self, view: View) -> Publication | None:
        publication = self._agreed.wanted(view)
        if publication is None:
            return None
        desk = Desk.of(LogReader(view.validator, self._coop), self._shared.keys)
        return desk.sign_publication(publication, Article.ENDORSE)

    def _publish(self, publication: Publication | None) -> None:
        def again(answer: Any) -> None:
            self._world.after(self._world.random.randint(*AGAIN_MS), self.look)

        if publication is None:
            again(None)
            return
        data = publication.encode()
        self._shared.ask_until_answered(
            self._coop, lambda request: Publish(request, data, None), again
        )
