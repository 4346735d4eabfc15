"""The own log: what this node, and it alone, appends and signs.

Pieces of one tick are gathered and become segments at its end, each with a signed head. Signatures leave
the node only after the commit that holds what they cover, so a signature seen anywhere is saved here.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

from ledger.codec import split
from ledger.entries import decode_transaction, transaction_kind, transaction_start
from ledger.kinds import NODES_KINDS
from ledger.receipts import decode_receipt
from ledger.refusals import Refusal
from ledger.rules.days import check_day, entries_of_day
from ledger.transactions import Pay
from ledger.validators.interface import Sequenced
from node.engine.answers import (
    BatchRecorded,
    Failed,
    NotJudged,
    NotReady,
    Recorded,
    Refused,
    Reply,
    Request,
)
from node.engine.core import Core
from node.engine.events import Submit, SubmitBatch
from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.recording.anchors import Anchors
from node.engine.recording.awaiting import Awaiting
from node.engine.recording.doubtful import is_new_payment, may_be_recorded
from node.engine.recording.history import History
from node.engine.recording.memos import Memos
from node.engine.recording.paying import Paying
from node.engine.recording.proofs import receipt_of
from node.engine.signer import Chained
from node.engine.tick import Tick
from node.errors import LogDamaged
from node.store import Segment
from node.store.histories import counted_as, payment_digest

"""What only the node itself appends. Everything else is judged by the rules."""


class OwnLog:
    """Appends to the own log and answers those who asked for it."""

    def __init__(self, core: Core, anchors: Anchors, history: History, memos: Memos) -> None:
        self._core = core
        self._anchors = anchors
        self._history = history
        self._memos = memos
        self._paying = Paying(core.settings)
        self._awaiting = Awaiting(
            most=core.settings.awaiting_payments, wait_ms=core.settings.payee_wait_ms
        )
        self._pieces: list[Chained] = []
        self._known: dict[bytes, int] = {}
        self._used: set[tuple[int, int]] = set()
        self._used_upto = 0
        self._pieces_known = 0
        self._answers: list[
            tuple[Request, Recorded | Refused | NotReady | BatchRecorded | Failed | NotJudged]
        ] = []
        self._batches: list[tuple[Request, list[int], int]] = []

    def append(self, tick: Tick, transactions: Sequence[bytes]) -> Sequenced:
        """Append what the rules accept of `transactions` now; it is durable after the tick's commit."""
        previous = self._core.validator.log(self._core.coop).head
        appended = self._core.validator.sequence(self._core.coop, tick.now_ms // 1000, transactions)
        if appended.count:
            self._pieces.append(
                self._core.signer.chain(
                    first=appended.first,
                    count=appended.count,
                    entries=appended.entries,
                    previous=previous,
                    head=appended.head,
                )
            )
        return appended

    def has_room(self, tick: Tick) -> bool:
        """Whether the charter lets the own log have one more entry today that is not a payment.

        What the node appends by itself waits for the next day without, and counts like everything else.
        """
        return "entries" not in self._full(tick)

    def look_at_day(self, tick: Tick) -> None:
        """Let people know while the charter's bound on the entries of a day keeps something back."""
        full, (key, troubles) = (
            self._full(tick),
            ((TroubleKind.DAY_FULL, None), self._core.troubles),
        )
        troubles.pop(key, None)
        if full:
            troubles[key] = Trouble(kind=TroubleKind.DAY_FULL, values={"of": full[-1]})

    def _full(self, tick: Tick) -> list[str]:
        """What the charter lets the own log take no more of today: "payments", "entries", or both."""
        charter = self._core.charter
        if charter.entries_per_day is None:
            return []
        log = self._core.validator.log(self._core.coop)
        today = entries_of_day(
            time=max(tick.now_ms // 1000, log.time),
            newest=log.time,
            payments=log.payments_today,
            others=log.others_today,
        )
        kinds = (("payments", True), ("entries", False))
        return [
            name for name, is_payment in kinds if check_day(charter, today, is_payment=is_payment)
        ]

    def submit(self, tick: Tick, submits: Sequence[Submit]) -> None:
        """Record or refuse single transactions; the same bytes twice in one tick count once."""
        again = self._awaiting.due(tick.steady_ms, is_coming=self._anchors.would_reveal)
        submits = [submit for submit in (*again, *submits) if self._is_judged(tick, submit)]
        if not submits:
            return
        distinct = list(dict.fromkeys(submit.transaction for submit in submits))
        allowed = [data for data in distinct if transaction_kind(data) not in NODES_KINDS]
        first_piece = len(self._pieces)
        outcomes = dict(zip(allowed, self._sequence(tick, allowed), strict=True))
        receipts = self._receipts(first_piece)
        for submit in submits:
            outcome = outcomes.get(submit.transaction, -Refusal.KIND_UNKNOWN)
            if outcome == -Refusal.PAYEE_UNKNOWN and self._waits(tick, submit):
                continue
            if outcome > 0 and outcome in receipts:
                result: Recorded | Refused | Failed = receipts[outcome]
                self._memos.keep(tick, submit.memos)
            elif outcome > 0:
                result = self._recorded_before(outcome, submit.transaction)
            else:
                result = self._refused(Refusal(-outcome), submit.transaction)
            if isinstance(result, Recorded) and self._core.not_arriving:
                result = replace(result, warning=self._warning(submit.transaction))
            self._answers.append((submit.request, result))

    def _waits(self, tick: Tick, submit: Submit) -> bool:
        """Whether a payment waits for witnesses of the anchor that makes its payee known."""
        pay = decode_transaction(submit.transaction)
        return (
            isinstance(pay, Pay)
            and self._anchors.is_gathering(pay.payee_coop)
            and self._anchors.would_reveal(pay.payee_coop, pay.payee)
            and self._awaiting.hold(submit, pay.payee_coop, pay.payee, tick.steady_ms)
        )

    def wake_at_ms(self) -> int | None:
        """When a payment has waited long enough."""
        return self._awaiting.wake_at_ms()

    def _warning(self, transaction: bytes) -> TroubleKind | None:
        """Why a payment will not arrive until people decide, if that is known."""
        pay = decode_transaction(transaction)
        return self._core.not_arriving.get(pay.payee_coop) if isinstance(pay, Pay) else None

    def _refused(self, refusal: Refusal, transaction: bytes) -> Recorded | Refused | Failed:
        """A refusal says that nothing was recorded: not while it can't be seen whether these bytes were."""
        is_doubtful = may_be_recorded(self._core, refusal, transaction)
        damage = self._history.missing(self._core.coop) if is_doubtful else None
        if damage is not None:
            return Failed(damage)
        if refusal is Refusal.SEQUENCE_USED:
            return self._of_that_sequence(transaction)
        return Refused(refusal)

    def _of_that_sequence(self, transaction: bytes) -> Recorded | Refused | Failed:
        """What became of a payment whose sequence number is used: recorded itself, or another in its place.

        Only the account's owner gets here with other bytes, for they are signed; so the log may be read.
        """
        pay = decode_transaction(transaction)
        assert isinstance(pay, Pay), "only payments have sequence numbers"
        counted = counted_as(pay.fields())
        if (pay.payer, counted) in self._used_now():
            return Refused(Refusal.SEQUENCE_USED)
        try:
            found = self._history.payment(pay.payer, counted)
        except LogDamaged as damage:
            return Failed(damage)
        if found is None:
            # The state says that there is one, and neither index nor log shows it.
            log = self._core.validator.log(self._core.coop)
            return Failed(LogDamaged(coop=self._core.coop, first=1, last=log.length))
        number, recorded = found
        if recorded != transaction:
            return Refused(Refusal.SEQUENCE_USED)
        answer = self._receipt_before(number)
        assert answer is not None, "every entry of the own log has a receipt"
        return answer

    def _is_judged(self, tick: Tick, submit: Submit) -> bool:
        """Whether a transaction is judged now; one that is not is answered."""
        data = submit.transaction
        is_slowed = not self._paying.first_slowed([data], tick.steady_ms)
        if not is_slowed and (not submit.doubtful or is_new_payment(self._core, data)):
            return True
        self._answers.append((submit.request, NotJudged()))
        return False

    def submit_batch(self, tick: Tick, batch: SubmitBatch) -> None:
        """Record or refuse each transaction of a batch."""
        data = batch.transactions
        data = data[: self._paying.first_slowed(data, tick.steady_ms)]
        # What is not a transaction at all is left to the rules, which refuse it.
        judged = (batch.kinds - NODES_KINDS) | {None}
        places = [place for place in range(len(data)) if transaction_kind(data[place]) in judged]
        results = [-Refusal.KIND_UNKNOWN.value] * len(data)
        length = self._core.validator.log(self._core.coop).length
        outcomes = self._sequence(tick, [data[place] for place in places])
        for place, outcome in zip(places, outcomes, strict=True):
            results[place] = outcome
        looked_up = sum(0 < result <= length for result in results)
        looked_up += len(self._doubtful(data, results))
        self._batches.append((batch.request, results, looked_up))

    def _sequence(self, tick: Tick, transactions: Sequence[bytes]) -> list[int]:
        """Outcomes as `Sequenced` has them, after mending what the node itself can mend."""
        length = self._core.validator.log(self._core.coop).length
        outcomes = self.append(tick, transactions).outcomes
        again = self._worth_another_try(tick, transactions, outcomes)
        if again:
            retried = self.append(tick, [transactions[place] for place in again]).outcomes
            for place, outcome in zip(again, retried, strict=True):
                outcomes[place] = outcome
        new = zip(transactions, outcomes, strict=True)
        self._paying.note((data for data, at in new if at > length), tick.steady_ms)
        doubtful = self._doubtful(transactions, outcomes)
        if doubtful:
            now = self._recorded_now()
            before = self._find_same([transactions[place] for place in doubtful])
            for place in doubtful:
                number = now.get(transactions[place]) or before.get(transactions[place])
                if number is not None:
                    outcomes[place] = number
        return outcomes

    def _doubtful(self, transactions: Sequence[bytes], outcomes: Sequence[int]) -> list[int]:
        """The places of what was refused, and may have been recorded before."""
        return [
            place
            for place, outcome in enumerate(outcomes)
            if outcome < 0 and may_be_recorded(self._core, Refusal(-outcome), transactions[place])
        ]

    def _recorded_now(self) -> dict[bytes, int]:
        """What this tick has appended so far, and where. Each piece is looked at once in a tick."""
        for piece in self._pieces[self._pieces_known :]:
            for number, entry in enumerate(split(piece.entries), piece.first):
                self._known[entry[transaction_start(entry) :]] = number
        self._pieces_known = len(self._pieces)
        return self._known

    def _used_now(self) -> set[tuple[int, int]]:
        """Payers and sequence numbers of what this tick has appended so far."""
        known = self._recorded_now()
        if len(known) > self._used_upto:
            for pay in map(decode_transaction, islice(known, self._used_upto, None)):
                if isinstance(pay, Pay):
                    self._used.add((pay.payer, counted_as(pay.fields())))
            self._used_upto = len(known)
        return self._used

    def _worth_another_try(
        self, tick: Tick, transactions: Sequence[bytes], outcomes: Sequence[int]
    ) -> list[int]:
        """After anchoring the accounts that were not known yet, the places to sequence again.

        A payment behind a refused one of the same payer is refused for its gap; it goes along, and what it
        needs anchored too.
        """
        mendable = (-Refusal.PAYEE_UNKNOWN, -Refusal.SEQUENCE_GAP)
        if -Refusal.PAYEE_UNKNOWN not in outcomes:
            return []
        places = [place for place, outcome in enumerate(outcomes) if outcome in mendable]
        coops = set()
        for pay in (decode_transaction(transactions[place]) for place in places):
            if isinstance(pay, Pay) and self._anchors.would_reveal(pay.payee_coop, pay.payee):
                coops.add(pay.payee_coop)
        anchored = [coop for coop in sorted(coops) if self._anchors.anchor_now(tick, self, coop)]
        return places if anchored else []

    def _find_same(self, transactions: Sequence[bytes]) -> dict[bytes, int]:
        """The numbers of those very bytes in the own log that an earlier tick recorded.

        By the history index alone, which knows a payment's bytes by their digest: anybody may send again what
        is public, and that must cost less than reading the log.
        """
        decoded = {data: decode_transaction(data) for data in transactions}
        pays = {
            data: (pay.payer, counted_as(pay.fields()))
            for data, pay in decoded.items()
            if isinstance(pay, Pay)
        }
        if not pays:
            return {}
        asked = list(dict.fromkeys(pays.values()))
        found = self._core.store.find_payments(self._core.coop, asked)
        if (
            missing := [place for place in asked if place not in found]
        ) and self._history.is_behind():
            # Only what is quite new: bringing the index forward costs more than any look into it.
            self._history.catch_up_all()
            found |= self._core.store.find_payments(self._core.coop, missing)
        return {
            data: found[place].number
            for data, place in pays.items()
            if place in found and found[place].digest == payment_digest(data)
        }

    def _receipts(self, first_piece: int) -> dict[int, Recorded]:
        """Receipts of everything appended since that piece, by number."""
        coop = self._core.coop
        return {
            number: Recorded(coop=coop, number=number, receipt=receipt)
            for piece in self._pieces[first_piece:]
            for number, receipt in enumerate(self._core.signer.receipts(piece), piece.first)
        }

    def _recorded_before(self, number: int, transaction: bytes) -> Recorded | Refused | Failed:
        """The answer about what an earlier tick recorded, by the index; it is seen whether that is right."""
        answer = self._receipt_before(number)
        if isinstance(answer, Failed):
            return answer
        entry = None if answer is None else decode_receipt(answer.receipt).entry
        if answer is None or entry is None or entry[transaction_start(entry) :] != transaction:
            return self._of_that_sequence(transaction)
        return answer

    def _receipt_before(self, number: int) -> Recorded | Failed | None:
        """The receipt of an entry that an earlier tick recorded, or why it can't be given now."""
        coop = self._core.coop
        try:
            receipt = receipt_of(self._core, coop, number)
        except LogDamaged as error:
            return Failed(error)
        if receipt is None:
            return None
        return Recorded(coop=coop, number=number, receipt=receipt, repeated=True)

    def refuse_all(
        self, answer: NotReady, submits: Sequence[Submit], batches: Sequence[SubmitBatch]
    ) -> None:
        """Answer everybody that the node does not sign now."""
        submits = [*self._awaiting.drop_all(), *submits]
        self._answers += [(submit.request, answer) for submit in submits]
        self._answers += [(batch.request, answer) for batch in batches]

    def seal(self, tick: Tick) -> None:
        """Turn the tick's pieces into segments with signed heads, none larger than peers will read."""
        settings = self._core.settings
        group: list[Chained] = []
        size = count = 0
        for piece in self._pieces:
            for part in piece.cut(settings.segment_bytes, settings.segment_entries):
                size, count = size + len(part.entries), count + part.count
                if group and (size > settings.segment_bytes or count > settings.segment_entries):
                    self._seal_group(tick, group)
                    group, size, count = [], len(part.entries), part.count
                group.append(part)
        if group:
            self._seal_group(tick, group)
        self._pieces = []
        self._known, self._pieces_known = {}, 0
        self._used, self._used_upto = set(), 0

    def _seal_group(self, tick: Tick, group: Sequence[Chained]) -> None:
        last = group[-1]
        signed = self._core.signer.head(last)
        tick.segments.append(
            Segment(
                coop=self._core.coop,
                first=group[0].first,
                count=sum(piece.count for piece in group),
                entries=b"".join(piece.entries for piece in group),
                previous=group[0].previous,
                head=last.head,
                signature=signed.signature,
            )
        )
        tick.outbox.advanced.add(self._core.coop)
        self._core.signed[self._core.coop] = signed

    def answer(self, tick: Tick) -> None:
        """After the commit: hand out the answers."""
        tick.outbox.replies += [Reply(request, result) for request, result in self._answers]
        for request, results, looked_up in self._batches:
            signed = self._core.signed.get(self._core.coop) or self._core.signer.nothing()
            recorded = BatchRecorded(signed, results, looked_up=looked_up)
            tick.outbox.replies.append(Reply(request, recorded))
        self._answers, self._batches = [], []
