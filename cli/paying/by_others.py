"""Who signs a payment at the desk: the owner, or a till."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from node.member.addresses import Address
from node.member.paying.delegated import pay_as_till, pay_once_as_till
from node.member.paying.desk import Desk
from node.member.paying.paying import Paid, Terms, pay
from node.member.paying.settling import pay_once
from node.member.pending_journal import PaymentIntent


class Pays(Protocol):
    """Pays at the desk, whoever signs it."""

    def __call__(
        self, desk: Desk, intent: PaymentIntent, *, payee: Address, now: int, terms: Terms
    ) -> Paid:
        """As `paying.pay`."""


def pay_by_owner(
    desk: Desk, intent: PaymentIntent, *, payee: Address, now: int, terms: Terms
) -> Paid:
    """By the account's own key, which opens a session."""
    desk.member.open_session()
    return pay(desk, intent, payee=payee, now=now, terms=terms)


@dataclass(frozen=True, slots=True)
class Signer:
    """Whose key signs: how that pays what is looked up before, such as a bill, and anything else once."""

    pays: Pays
    pays_once: Callable[..., Paid]


OWNER: Final = Signer(pay_by_owner, pay_once)
TILL: Final = Signer(pay_as_till, pay_once_as_till)
