"""What a merchant can be told of: every type of event there is, found in the table of an invoice's states."""

from typing import Final

from node.merchant.states import TABLE, Reason, State


def invoice_event(before: tuple[State, Reason], after: tuple[State, Reason]) -> str | None:
    """The event of a step from one state and reason to another; None when nothing has changed.

    It has the name of the new state or, when only the reason has changed, that of the reason.
    """
    if after == before:
        return None
    state, reason = after
    if state is not before[0] or reason is Reason.NONE:
        return f"invoice.{state}"
    return f"invoice.{reason}"


def _of_invoices() -> set[str]:
    """All that `TABLE` can lead to, from any reason."""
    found = set()
    for (state, _), (following, reason) in TABLE.items():
        for earlier in Reason:
            event = invoice_event(
                (state, earlier), (following, earlier if reason is None else reason)
            )
            if event is not None:
                found.add(event)
    return found


EVENT_TYPES: Final = (*sorted(_of_invoices()), "refund.delivered", "refund.recorded")
"""All of them."""
TEST_EVENT: Final = "webhook.test"
"""What an endpoint is sent when its owner asks for it, whatever it wants to be told of; nothing else is."""
