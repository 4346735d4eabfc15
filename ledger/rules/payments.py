"""`pay`, `pay_delegated` and `return`: what moves amounts, PROTOCOL sections 7.2, 14.3 and 7.7."""

from ledger.account_keys import DELEGATES_CHAPTER, delegate_key
from ledger.charter import Standing
from ledger.codec import MAX
from ledger.government.commons import contribution_of
from ledger.refusals import Refusal
from ledger.rules.branches import branch_gone_by
from ledger.rules.charter import check_partner
from ledger.rules.delegating import check_delegated
from ledger.rules.index import check_payment_price
from ledger.rules.owning import check_payment_signature, delegated_at, next_sequence_of
from ledger.state import COMMONS, Account, Log, State, Transit
from ledger.transactions import Pay, PayDelegated, Return, Status


def check_pay(state: State, log: Log, time: int, pay: Pay, message: bytes) -> Refusal | None:
    """The refusal that `pay` earns as the next entry of `log` at `time`, or None.

    `message` is what the payer's signature covers.
    """
    # 7.2.1: the commons (0) is none of these: it has no key, so nobody could sign for it.
    payer = log.accounts.get(pay.payer)
    if payer is None:
        return Refusal.ACCOUNT_UNKNOWN
    # 7.2.2: before all that looks at the account, so that only its owner is told of its state.
    refusal = check_payment_signature(log, payer, pay, message)
    if refusal is not None:
        return refusal
    # 7.2.3
    if payer.status is not Status.OPEN:
        closed = payer.status is Status.CLOSED
        return Refusal.ACCOUNT_CLOSED if closed else Refusal.ACCOUNT_FROZEN
    # 7.2.4: without gaps, so a payment happens once, and in the order that its owner meant.
    next_sequence = next_sequence_of(log, payer, pay.place)
    if pay.sequence != next_sequence:
        used = pay.sequence < next_sequence
        return Refusal.SEQUENCE_USED if used else Refusal.SEQUENCE_GAP
    # 7.2.5: from here on every sum of what is checked fits 64 bits, in every implementation.
    if not 1 <= pay.amount <= MAX:
        return Refusal.AMOUNT_OUT_OF_RANGE
    if not 0 <= pay.fee <= pay.amount:
        return Refusal.FEE_OUT_OF_RANGE
    # 14.3.7 to 14.3.10
    if isinstance(pay, PayDelegated):
        delegated = delegated_at(log, pay.payer, pay.delegate)
        refusal = check_delegated(delegated, pay, time=time)
        if refusal is not None:
            return refusal
    # 7.2.6 to 7.2.9
    refusal = _check_payee(state, log, pay)
    if refusal is not None:
        return refusal
    # 7.2.10
    if pay.price is not None:
        refusal = check_payment_price(log.index, pay.price, amount=pay.amount, time=time)
        if refusal is not None:
            return refusal
    return _check_funds(log, time, pay, payer) or _check_bylaws(log, pay)


def _check_payee(state: State, log: Log, pay: Pay) -> Refusal | None:
    # 7.2.6
    is_local = pay.payee_coop == log.coop
    refusal = None if is_local else _check_abroad(log, pay.payee_coop)
    if refusal is not None:
        return refusal
    # 7.2.7
    if is_local and pay.payee == pay.payer:
        return Refusal.PAYEE_IS_PAYER
    # 7.2.8: every coop has a commons.
    if pay.payee == COMMONS:
        return None
    home = log if is_local else branch_gone_by(state, log, pay.payee_coop)
    payee = home.accounts.get(pay.payee)
    # Of another coop's accounts a log knows only what it has anchored, however much of that coop's log a
    # replica holds: all replicas have to answer the same.
    known = home.length if is_local else log.anchored.get(home.coop, 0)
    if payee is None or payee.opened > known:
        return Refusal.PAYEE_UNKNOWN
    # 7.2.9: what is on its way to one that closes then is given back (7.7).
    if not payee.is_open_at(known):
        return Refusal.PAYEE_CLOSED
    return None


def _check_abroad(log: Log, coop: int) -> Refusal | None:
    # 7.2.6: one that is shut out pays nobody outside; one that leaves spends what it has.
    refusal = check_partner(log.charter, coop)
    if refusal is None and log.charter.coops[log.coop].standing is Standing.QUARANTINED:
        return Refusal.COOP_QUARANTINED
    return refusal


def _check_funds(log: Log, time: int, pay: Pay, payer: Account) -> Refusal | None:
    # 7.2.11: what was pledged for others is not there to be spent.
    pledged = log.pledged.get(payer.number, 0)
    if payer.balance - pay.amount - pay.fee < pledged - payer.limit_at(time):
        return Refusal.LIMIT_EXCEEDED
    # 7.2.12: what is held belongs to those whom it goes back to, so the coop can't spend it.
    is_local = pay.payee_coop == log.coop
    credit_abroad = log.charter.coops[log.coop].credit
    if not is_local and log.position - log.held - pay.amount < -credit_abroad:
        return Refusal.CLEARING_LIMIT_EXCEEDED
    # 7.2.13: of a payee elsewhere it is asked when its log takes the payment in (7.6.10).
    to_commons = pay.fee + (pay.amount if is_local and pay.payee == COMMONS else 0)
    if to_commons and log.commons + to_commons > MAX:
        return Refusal.BALANCE_OUT_OF_RANGE
    if is_local and pay.payee != COMMONS and log.accounts[pay.payee].balance + pay.amount > MAX:
        return Refusal.BALANCE_OUT_OF_RANGE
    return None


def _check_bylaws(log: Log, pay: Pay) -> Refusal | None:
    # 7.2.14
    is_local = pay.payee_coop == log.coop
    is_to_commons = is_local and pay.payee == COMMONS
    rate = log.terms.contribution
    if pay.fee < contribution_of(pay.amount, rate=rate, is_to_commons=is_to_commons):
        return Refusal.CONTRIBUTION_MISSING
    # 7.2.15: what comes from elsewhere has left its payer already: no ceiling for it.
    if not is_local or is_to_commons:
        return None
    payee = log.accounts[pay.payee]
    ceiling = log.terms.ceilings[payee.class_]
    if ceiling and payee.balance + pay.amount > ceiling:
        return Refusal.CEILING_EXCEEDED
    return None


def apply_pay(log: Log, number: int, time: int, pay: Pay) -> None:
    """Carry out a checked payment that becomes entry `number` at `time`."""
    payer = log.accounts[pay.payer]
    paid = pay.amount + pay.fee
    payer.balance -= paid
    if pay.place is None:
        payer.next_sequence += 1
    else:
        after = delegated_at(log, pay.payer, pay.place).after_payment(paid=paid, time=time)
        log.chapters[DELEGATES_CHAPTER][delegate_key(pay.payer, pay.place)] = after.encoded()
    log.commons += pay.fee
    if pay.payee_coop == log.coop:
        credit(log, pay.payee, pay.amount)
    else:
        send(
            log,
            Transit(
                payee_coop=pay.payee_coop,
                number=number,
                payee=pay.payee,
                amount=pay.amount,
                payer=pay.payer,
                is_return=False,
            ),
        )


def credit(log: Log, number: int, amount: int) -> None:
    """Raise a balance of `log`; `number` is the commons or an account there."""
    if number == COMMONS:
        log.commons += amount
    else:
        log.accounts[number].balance += amount


def send(log: Log, item: Transit) -> None:
    """Let `item` leave `log`."""
    log.position -= item.amount
    log.transit.setdefault(item.payee_coop, []).append(item)


def check_return(log: Log, give_back: Return) -> Refusal | None:
    """The refusal that `give_back` earns as the next entry of `log`, or None."""
    # 7.7.1
    if give_back.coop not in log.charter.coops:
        return Refusal.COOP_UNKNOWN
    # 7.7.2
    if (give_back.coop, give_back.number) not in log.returnable:
        return Refusal.RETURN_UNKNOWN
    return None


def apply_return(log: Log, number: int, give_back: Return) -> None:
    """Carry out a checked return that becomes entry `number`."""
    item = log.returnable.pop((give_back.coop, give_back.number))
    log.commons -= item.amount
    log.held -= item.amount
    send(
        log,
        Transit(
            payee_coop=item.coop,
            number=number,
            payee=item.account,
            amount=item.amount,
            payer=COMMONS,
            is_return=True,
        ),
    )
