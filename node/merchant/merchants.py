"""The engine's extension for merchants: all of it that lives in the engine's thread.

Invoices, keys, endpoints and the outbox are rows beside the logs. They are written in the transaction of
the tick in which something happened to them, with the entries that it was, so neither a crash nor a
race parts the two. After a failed commit this object is as unreliable as its engine, and is made anew.
"""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import Final

from node.engine.view import Gathered, View
from node.merchant.allowances import Allowances
from node.merchant.context import Context
from node.merchant.desk import Desk
from node.merchant.endpoints import Endpoints, Keys
from node.merchant.followed import Deadlines, Followed
from node.merchant.invoicing import Invoicing
from node.merchant.movements import Movements
from node.merchant.origins import Origins
from node.merchant.records import MerchantRecord
from node.merchant.refunding import Refunding
from node.merchant.settings import MerchantSettings
from node.merchant.sightings import Sightings
from node.merchant.states import Happening, State
from node.merchant.views import Views
from node.store import Segment

DAY_MS: Final = 86_400_000
HOUR_MS: Final = 3_600_000


class Merchants:
    """An `Extension`. `at(view)` first, in a change or a question; then use the parts."""

    record_kinds = MerchantRecord

    def __init__(self, settings: MerchantSettings) -> None:
        self._settings = settings

    def start(self, view: View) -> None:
        """See `Extension.start`."""
        desk, deadlines = Desk(view.store), Deadlines()
        context = Context(
            settings=self._settings,
            coop=view.coop,
            validator=view.validator,
            desk=desk,
            views=Views(view.validator, view.coop),
            deadlines=deadlines,
            followed=Followed(self._settings, desk, deadlines),
            now_ms=view.now_ms,
            invoice_bytes=Allowances(most=self._settings.invoice_day_bytes, span_ms=DAY_MS),
            messages=Allowances(most=self._settings.webhook_messages_hour, span_ms=HOUR_MS),
        )
        self.context = context
        self.invoicing = Invoicing(context)
        movements = Movements(context)
        self.refunding = Refunding(context, movements)
        self.keys = Keys(context)
        self.endpoints = Endpoints(context)
        self.origins = Origins(context)
        self._sightings = Sightings(context, self.refunding, movements)
        for id_, shelf, due_ms, mark in context.desk.pending(MerchantRecord.INVOICE):
            if mark is not None:
                context.note_watched(mark, id_, account=int(shelf))
            context.deadlines.append((due_ms, MerchantRecord.INVOICE, id_))
        for id_, _, due_ms, _ in context.desk.pending(MerchantRecord.REQUEST):
            context.deadlines.append((due_ms, MerchantRecord.REQUEST, id_))
        for id_ in context.desk.ids(MerchantRecord.REQUEST):
            context.requests_seen.add(id_)
        context.followed.start()
        heapify(context.deadlines)
        self.refunding.start()
        self._sightings.start()
        movements.start(view.store)

    def at(self, view: View) -> "Merchants":
        """This, at the time of the view."""
        self.context.now_ms = view.now_ms
        self.context.names = view.engine.names()
        return self

    def gather(self, now_ms: int, segments: Sequence[Segment]) -> Gathered | None:
        """See `Extension.gather`."""
        context = self.context
        context.now_ms = now_ms
        self._sightings.look(segments)
        self.refunding.arrivals()
        self._pass_deadlines()
        if context.desk.is_empty and not context.news:
            return None
        news, context.news = tuple(context.news), []
        troubles, context.troubles = tuple(context.troubles), []
        return Gathered(write=context.desk.take(), news=news, troubles=troubles)

    def wake_at_ms(self) -> int | None:
        """See `Extension.wake_at_ms`."""
        deadlines = self.context.deadlines
        return max(deadlines[0][0], self.context.now_ms + 1) if deadlines else None

    def _pass_deadlines(self) -> None:
        context = self.context
        for _ in range(context.settings.ended_each_tick):
            if not context.deadlines or context.deadlines[0][0] > context.now_ms:
                return
            _, kind, id_ = heappop(context.deadlines)
            if kind is MerchantRecord.REQUEST:
                context.desk.drop(kind, id_)
            elif kind is MerchantRecord.INVOICE:
                self._invoice_due(id_)
            else:
                context.followed.pass_deadline(kind, id_, now_ms=context.now_ms)

    def _invoice_due(self, id_: str) -> None:
        """The clock has reached a time at which something about this invoice was due."""
        context = self.context
        invoice = context.invoice(id_)
        if invoice is None or invoice.reference not in context.watched_invoices:
            return
        due_ms = context.due_ms(invoice)
        if due_ms > context.now_ms:
            return  # something happened meanwhile, and it stands on the list again
        if invoice.state is State.OPEN:
            context.save(invoice, Happening.DEADLINE)
        elif invoice.coming:
            # Something paid in time is still on its way: the invoice stays watched until that is here.
            later_ms = context.now_ms + context.settings.watched_ms
            context.desk.replace(invoice.to_record(due=later_ms))
            heappush(context.deadlines, (later_ms, MerchantRecord.INVOICE, id_))
        else:
            context.unwatch(invoice)
            context.desk.replace(invoice.to_record(due=None))


def merchants_of(view: View) -> Merchants:
    """The merchants' part of the node that gave the view, at its time. Raises `LookupError` without one."""
    return view.extension(Merchants).at(view)
