"""The engine's extension for notices: all of it that lives in the engine's thread.

Targets are few and are kept in memory; notices are rows, written in the transaction of what they tell. Each
has an id that follows from what it tells, so nothing is told twice. After a failed commit this object is as
unreliable as its engine, and is made anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ledger.validators.reading import LogReader
from node.engine.health.troubles import Trouble, TroubleKey, TroubleKind
from node.engine.view import Gathered, View
from node.merchant.desk import Desk
from node.notices.arrivals import Arrivals
from node.notices.asking import Asking
from node.notices.notice import GIVEN_UP, TOLD, WAITING, Notice, NoticeKind, read_notice
from node.notices.people import key_now
from node.notices.records import NoticeRecord
from node.notices.refusals import NoticeRefusal, NoticesNotDone
from node.notices.settings import NoticeSettings
from node.notices.targets import Channel, Person, Target, read_target
from node.notices.watching import Limits, waiting_at_desk
from node.store import DocumentKind, Segment

_FAR_MS = 2**53 - 1
_MOST_KEPT = 100_000
_FAILING = {Channel.PUSH: TroubleKind.PUSH_FAILING, Channel.MAIL: TroubleKind.MAIL_FAILING}


@dataclass(frozen=True, slots=True)
class NoticeNews:
    """These targets have something waiting, and that is durable."""

    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an attempt to tell some notices. `next_ms`: when to try again, None for never."""

    notices: Sequence[str]
    is_told: bool
    next_ms: int | None = None
    is_gone: bool = False
    """The target is no more: it is forgotten."""


class Notices:
    """An `Extension`. `at(view)` first, in a change or a question."""

    record_kinds = NoticeRecord

    def __init__(self, settings: NoticeSettings) -> None:
        self._settings = settings

    def start(self, view: View) -> None:
        """See `Extension.start`."""
        self._view = view
        self._desk = Desk(view.store)
        self._now_ms = view.now_ms
        self._look_at_ms = 0
        self._targets: dict[str, Target] = {}
        self._of: dict[str, list[str]] = {}
        self._waiting: dict[str, int] = {}
        self._asking = Asking(self._desk, self._settings, lambda: self._now_ms)
        self._told: list[str] = []
        self._troubles: dict[TroubleKey, Trouble] = {}
        self._over: list[TroubleKey] = []
        self._arrivals = Arrivals(view.validator, view.coop)
        self._limits = Limits(view.validator, view.coop, reminder_days=self._settings.reminder_days)
        for id_ in list(view.store.record_ids(NoticeRecord.TARGET)):
            record = view.store.record(NoticeRecord.TARGET, id_)
            if record is not None:
                self._hold(read_target(record))
        for _, target, _, mark in view.store.pending_records(NoticeRecord.NOTICE):
            if mark is not None:
                self._waiting[target] = self._waiting.get(target, 0) + 1

    def at(self, view: View) -> "Notices":
        """This, at the time of the view."""
        self._now_ms = view.now_ms
        return self

    def gather(self, now_ms: int, segments: Sequence[Segment]) -> Gathered | None:
        """See `Extension.gather`."""
        self._now_ms = now_ms
        if self._targets:
            if segments:
                self._see_payments(segments)
            if now_ms >= self._look_at_ms or now_ms < self._look_at_ms - self._settings.look_ms:
                self._look_at_ms = now_ms + self._settings.look_ms
                self._look()
        if self._desk.is_empty and not (self._told or self._troubles or self._over):
            return None
        told, self._told = tuple(dict.fromkeys(self._told)), []
        troubles, self._troubles = tuple(self._troubles.values()), {}
        over, self._over = tuple(self._over), []
        return Gathered(
            write=self._desk.take(),
            news=[NoticeNews(told)] if told else (),
            troubles=troubles,
            over=over,
        )

    def wake_at_ms(self) -> int | None:
        """See `Extension.wake_at_ms`."""
        return max(self._look_at_ms, self._now_ms + 1) if self._targets else None

    @property
    def reminder_days(self) -> int:
        """How many days before a limit falls its owner is reminded."""
        return self._settings.reminder_days

    # --- targets ---

    def targets_of(self, person: Person) -> list[Target]:
        """Where a person is told, the oldest first."""
        found = [self._targets[id_] for id_ in self._of.get(person.shelf, ())]
        return [each for each in found if each.person == person]

    def find(self, id_: str) -> Target | None:
        """A target by its id."""
        return self._targets.get(id_)

    def add_push(self, target: Target) -> Target:
        """Tell a browser; one that is known keeps its id. Raises `NoticeRefusal`."""
        for known in self.targets_of(target.person):
            if known.endpoint == target.endpoint:
                return self._put(replace(target, id=known.id, created_ms=known.created_ms))
        self._check_room(target.person)
        return self._put(target)

    def add_mail(self, target: Target) -> Target:
        """Ask an address whether it wants to be told. Raises `NoticeRefusal`.

        One that a person has already is left as it is, confirmed or not.
        """
        for known in self.targets_of(target.person):
            if known.address == target.address:
                return known
        self._check_room(target.person)
        self._asking.check(target)
        self._put(target)
        self._tell(target, NoticeKind.CONFIRM, "once", {})
        return target

    def _check_room(self, person: Person) -> None:
        is_full = len(self._targets) >= self._settings.targets
        if is_full or len(self._of.get(person.shelf, ())) >= self._settings.targets_each:
            raise NoticeRefusal(NoticesNotDone.NOTICES_TOO_MANY)

    def confirm(self, id_: str) -> Target:
        """The address has answered. Raises `NoticeRefusal` when it is not asked any more."""
        target = self._targets.get(id_)
        if target is None or target.channel is not Channel.MAIL:
            raise NoticeRefusal(NoticesNotDone.NOTICE_CODE_WRONG)
        if target.confirmed_ms is None:
            target = self._put(replace(target, confirmed_ms=self._now_ms))
        return target

    def drop(self, id_: str, *, person: Person | None = None) -> None:
        """Tell that target nothing more. Raises `NoticeRefusal` when the person has no such one."""
        target = self._targets.get(id_)
        if target is None or (person is not None and target.person != person):
            raise NoticeRefusal(NoticesNotDone.NOTICE_TARGET_NOT_FOUND)
        del self._targets[id_]
        self._of[target.person.shelf].remove(id_)
        self._waiting.pop(id_, None)
        self._desk.drop(NoticeRecord.TARGET, id_)
        for row in self._desk.due(NoticeRecord.NOTICE, id_, limit=_MOST_KEPT):
            self._desk.drop(NoticeRecord.NOTICE, row.id)

    def block(self, id_: str) -> None:
        """The owner of a mailbox wants nothing from this node, whoever asks for it."""
        target = self._targets.get(id_)
        if target is None or target.channel is not Channel.MAIL:
            raise NoticeRefusal(NoticesNotDone.NOTICE_CODE_WRONG)
        if target.confirmed_ms is None:
            self._asking.block(target.address)
        self.drop(id_)

    def _put(self, target: Target) -> Target:
        is_new = target.id not in self._targets
        (self._desk.add if is_new else self._desk.replace)(target.to_record())
        self._hold(target)
        self._look_at_ms = 0
        return target

    def _hold(self, target: Target) -> None:
        if target.id not in self._targets:
            self._of.setdefault(target.person.shelf, []).append(target.id)
        self._targets[target.id] = target

    # --- what there is to tell ---

    def _accounts(self) -> dict[int, list[Target]]:
        found: dict[int, list[Target]] = {}
        for target in self._targets.values():
            if target.role == "member":
                found.setdefault(target.number, []).append(target)
        return found

    def _see_payments(self, segments: Sequence[Segment]) -> None:
        accounts = self._accounts()
        for each in self._arrivals.look(segments, accounts):
            for target in accounts[each.account]:
                self._tell(
                    target, NoticeKind.PAID, f"{each.log}/{each.number}", {"amount": each.amount}
                )

    def _look(self) -> None:
        """At limits and the desk; and forget whose key was replaced, and who did not confirm in time."""
        log = LogReader(self._view.validator, self._view.coop)
        for target in list(self._targets.values()):
            asked_ms = self._now_ms - target.created_ms
            is_late = target.confirmed_ms is None and asked_ms > self._settings.confirm_ms
            key = key_now(log, target.person)
            if target.role == "newcomer":
                is_late = self._view.store.document(DocumentKind.JOIN, target.join) is None
            # A steward whose account is frozen, or whose term is over, is told nothing meanwhile.
            is_other = key != target.person.key and (key is not None or target.role == "member")
            if is_late or is_other:
                self.drop(target.id)
        accounts = self._accounts()
        for seen in self._limits.look(accounts, now=self._now_ms // 1000):
            for target in accounts[seen.account]:
                self._tell(target, seen.kind, seen.seed, seen.values)
        self._look_at_desk(
            [
                each
                for each in self._targets.values()
                if each.role == "steward" and key_now(log, each.person) == each.person.key
            ]
        )
        for target in list(self._targets.values()):
            if target.role == "newcomer" and key_now(log, target.person) is not None:
                self._tell(target, NoticeKind.ADMITTED, "once", {})
        for id_, _, due_ms, _ in self._view.store.pending_records(NoticeRecord.ASKED):
            if due_ms <= self._now_ms:
                self._desk.drop(NoticeRecord.ASKED, id_)

    def _look_at_desk(self, stewards: list[Target]) -> None:
        if not stewards:
            return
        for waiting in waiting_at_desk(self._view.store):
            kind = NoticeKind.TO_ADMIT if waiting.is_join else NoticeKind.TO_SIGN
            for target in stewards:
                if target.number not in waiting.signed:
                    self._tell(target, kind, waiting.id, {})

    def _tell(self, target: Target, kind: NoticeKind, seed: str, values: dict[str, int]) -> None:
        """Write a notice, unless it was written before or too many wait."""
        if target.confirmed_ms is None and kind is not NoticeKind.CONFIRM:
            return
        if self._waiting.get(target.id, 0) >= self._settings.waiting_each:
            return
        notice = Notice(
            target=target.id, kind=kind, seed=seed, created_ms=self._now_ms, values=values
        )
        if self._desk.find(NoticeRecord.NOTICE, notice.id) is not None:
            return
        self._waiting[target.id] = self._waiting.get(target.id, 0) + 1
        self._desk.add(notice.to_record(due_ms=self._now_ms))
        self._told.append(target.id)

    # --- telling ---

    def due(self, target: str) -> tuple[list[Notice], int | None]:
        """What is to be sent to a target now, and when something will be; what is old is forgotten."""
        waiting: list[Notice] = []
        next_ms: int | None = None
        for row in self._view.store.due_records(
            NoticeRecord.NOTICE, target, upto=_FAR_MS, limit=2 * self._settings.waiting_each
        ):
            notice = read_notice(row)
            due_ms = row.due or 0
            if notice.state != WAITING:
                continue
            if due_ms <= self._now_ms:
                waiting.append(notice)
            elif next_ms is None or due_ms < next_ms:
                next_ms = due_ms
        return waiting, next_ms

    def newest(self, target: str, *, since_ms: int, most: int) -> list[Notice]:
        """The newest notices of a target, told or not."""
        rows = self._view.store.records(NoticeRecord.NOTICE, target, limit=most)
        return [read_notice(row) for row in rows if row.created > since_ms]

    def record(self, target: str, outcome: Outcome) -> None:
        """Write what became of an attempt."""
        if target not in self._targets:
            return
        if outcome.is_gone:
            self.drop(target)
            return
        for id_ in outcome.notices:
            row = self._desk.find(NoticeRecord.NOTICE, id_)
            if row is None:
                continue
            notice = read_notice(row)
            state = TOLD if outcome.is_told else GIVEN_UP if outcome.next_ms is None else WAITING
            due_ms = outcome.next_ms
            if due_ms is None or state == TOLD:
                due_ms = self._kept_until_ms(notice)
            changed = replace(notice, state=state, tries=notice.tries + 1)
            self._desk.replace(changed.to_record(due_ms=due_ms))
            if state != WAITING:
                self._waiting[target] = max(self._waiting.get(target, 0) - 1, 0)
        self._forget_old(target)

    def _kept_until_ms(self, notice: Notice) -> int:
        """Until when it is known that this was told: of a limit that falls, until it has fallen."""
        until_ms = notice.created_ms + self._settings.kept_ms
        return max(until_ms, 1000 * notice.values.get("time", 0))

    def _forget_old(self, target: str) -> None:
        """Let go of what was told long ago."""
        for row in self._view.store.due_records(
            NoticeRecord.NOTICE, target, upto=self._now_ms, limit=self._settings.waiting_each
        ):
            if row.mark is None:
                self._desk.drop(NoticeRecord.NOTICE, row.id)

    def redate(self, *, latest_ms: int) -> None:
        """Let nothing wait longer than `latest_ms`, whatever the clock said when it was put off."""
        for id_, _, due_ms, mark in self._desk.pending(NoticeRecord.NOTICE):
            row = self._desk.find(NoticeRecord.NOTICE, id_)
            if row is not None and mark is not None and due_ms > self._now_ms + latest_ms:
                self._desk.replace(replace(row, due=self._now_ms))

    def waited_for(self) -> list[str]:
        """The targets for which something waits."""
        return sorted(set(self._waiting) & set(self._targets))

    def note_failing(self, channel: Channel, *, why: str | None) -> None:
        """Mail or push fails, or works again (None); the operator is told."""
        kind = _FAILING[channel]
        if why is None:
            self._over.append((kind, None))
            self._troubles.pop((kind, None), None)
        else:
            self._troubles[kind, None] = Trouble(kind=kind, values={"why": why})


def reminder_days(view: View) -> int:
    """How many days before a limit falls its owner is reminded."""
    try:
        return notices_of(view).reminder_days
    except LookupError:
        return NoticeSettings().reminder_days


def notices_of(view: View) -> Notices:
    """The notices' part of the node that gave the view, at its time. Raises `LookupError` without one."""
    return view.extension(Notices).at(view)
