"""`fiado balance`: what the member has, owes and can spend, and whatever the member has to know first."""

from dataclasses import dataclass
from pathlib import Path

import click

from cli.account.fallen import FALLEN_HINT, has_fallen_payments
from cli.account.limits import (
    fall_line,
    long_debt_line,
    near_limit_line,
    show_newest_changes,
    show_schedule,
)
from cli.paying.hours import hours_field
from cli.paying.in_doubt import in_doubt_as_json, in_doubt_line
from cli.paying.prices import price_words, worth_words
from cli.shell.forms import in_units
from cli.shell.guarantee_words import given_lines
from cli.shell.language import later, say
from cli.shell.leaving_words import claim_lines, paid_for_lines
from cli.shell.parameters import output_option, passphrase_options, wallet_option
from cli.shell.passphrase import PassphraseSource
from cli.shell.recovery_words import recovery_lines
from cli.shell.terminal import Output
from cli.wallet.membership import open_membership, tell_of_trouble
from ledger.index.days import text_from_day
from node.member.answers import integer, objects, reading
from node.member.client import Json, NodeError
from node.member.membership import Membership
from node.member.paying.desk import account_of
from node.member.paying.hours import HourPay, hour_pay
from node.member.paying.pricing import IndexValue, read_rules, value_today
from node.member.pending_journal import look_at_pending

STATUS_WORDS = {
    "open": later("open"),
    "frozen": later("frozen: it can be paid but can't pay"),
    "closed": later("closed"),
}


@click.command()
@wallet_option
@passphrase_options
@output_option
def balance(wallet: Path, passphrase: PassphraseSource, output: Output) -> None:
    """Show what you have, what you owe, and what you can spend.

    It also shows a payment whose answer was lost, with the command that settles it.
    """
    with open_membership(wallet, passphrase) as member:
        # Looked at first: what is settled in the meantime is in the balance for certain.
        pending = look_at_pending(
            wallet, public_key=member.key.public_key, account=account_of(member)
        )
        in_doubt = [] if pending is None else [in_doubt_line(pending)]
        try:
            member.open_session()
            tell_of_trouble(member, output.note)
            facts = _ask(member)
        except NodeError:
            for line in in_doubt:
                output.note(line)
            raise
        _tell_first(member, facts.me, output)
        _show_amounts(member, facts, output)
        for line in in_doubt:
            output.line(line)
        _show_the_rest(member, facts, output)
        output.result(
            {
                **facts.me,
                "address": str(member.address),
                "changes": facts.changes,
                "worth": facts.worth_as_json(),
                "hours": facts.hours_as_json(),
                "in_doubt": in_doubt_as_json(pending),
                "has_fallen": facts.has_fallen,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What the node says of the account."""

    me: Json
    balance: int
    changes: list[Json]
    value: IndexValue | None
    """What a unit is worth today, if the federation has an index and the day is known."""
    pay: HourPay | None
    """What an hour of work is paid, if the node names an index of wages."""
    has_fallen: bool

    def worth(self) -> str:
        """The balance in prices of today, behind the amount; empty where that is not known."""
        if self.value is None:
            return ""
        return say(
            "  ({price}, at {worth})",
            price=price_words(self.value.price_of(self.balance)),
            worth=worth_words(self.value),
        )

    def worth_as_json(self) -> Json | None:
        """The same for programs."""
        if self.value is None:
            return None
        price = self.value.price_of(self.balance)
        return {
            "currency": price.currency,
            "minor": price.minor,
            "day": text_from_day(self.value.day),
            "value_millionths": self.value.value,
        }

    def hours_as_json(self) -> Json | None:
        """The balance in hours of work, for programs."""
        if self.value is None or self.pay is None:
            return None
        return {
            "hundredths": self.pay.hundredths(self.balance, self.value),
            "wage": self.pay.name,
            "day": text_from_day(self.pay.day),
            "hour_millionths": self.pay.value,
        }


def _ask(member: Membership) -> _Facts:
    """Raises NodeError."""
    me = member.me()
    rules = read_rules(member.client) if member.charter.index is not None else None
    return _Facts(
        me=me,
        balance=integer(member.client, me, "balance"),
        changes=objects(member.client, member.client.get("/v1/me/changes"), "changes"),
        value=None if rules is None else value_today(member.client, rules),
        pay=None if rules is None else hour_pay(member.client, rules),
        has_fallen=has_fallen_payments(member),
    )


def _tell_first(member: Membership, me: Json, output: Output) -> None:
    """What the member may have to answer in time, or has not done: before all else."""
    with reading(member.client):
        for line in [
            *_recovery(member, me),
            *_pledges(member, me),
            *_claim(member, me),
            *paid_for_lines(me.get("paid_for") or [], member.coop.name),
        ]:
            output.line(line)


def _recovery(member: Membership, me: Json) -> list[str]:
    """Whoever has not asked for it has to see it in time to object."""
    running = me.get("recovery")
    return [] if running is None else list(recovery_lines(running, str(member.address)))


def _pledges(member: Membership, me: Json) -> list[str]:
    """Who answers for others is told what was changed about them, and how much is pledged."""
    if not me.get("pledged"):
        return []
    pledged = in_units(int(me["pledged"]))
    return [
        *given_lines(member.client.get("/v1/me/guarantees")),
        say("You answer for others with {pledged}: `fiado guarantee list`.", pledged=pledged),
    ]


def _claim(member: Membership, me: Json) -> list[str]:
    """Whoever owes has to see in time until when it can be paid."""
    claim = me.get("claim")
    return [] if claim is None else list(claim_lines(claim, str(member.address)))


def _show_amounts(member: Membership, facts: _Facts, output: Output) -> None:
    me, status = facts.me, str(facts.me.get("status"))
    output.line(f"{member.address}: {in_words(facts.balance, member.founding.unit)}")
    output.fields(
        {
            say("balance"): in_units(facts.balance) + facts.worth(),
            **hours_field(facts.balance, facts.value, facts.pay),
            say("credit limit"): in_units(integer(member.client, me, "limit")),
            say("can spend"): _spendable(member, me),
            say("account"): say(STATUS_WORDS.get(status, status)),
        }
    )


def _spendable(member: Membership, me: Json) -> str:
    """What a payment may come to now."""
    if me.get("status") != "open":
        return say("nothing")
    return in_units(max(0, integer(member.client, me, "available")))


def _show_the_rest(member: Membership, facts: _Facts, output: Output) -> None:
    """What goes with the amounts: payments that don't hold, the limit's end, a long debt, changes."""
    if facts.has_fallen:
        output.line(say(FALLEN_HINT))
    with reading(member.client):
        for line in (
            near_limit_line(facts.me),
            fall_line(facts.me),
            long_debt_line(facts.me),
        ):
            if line is not None:
                output.line(line)
        show_schedule(facts.me, output)
        show_newest_changes(facts.changes, output)


def in_words(amount: int, unit: str) -> str:
    """A balance as a sentence."""
    if amount < 0:
        return say("you owe the community {amount} {unit}.", amount=in_units(-amount), unit=unit)
    if amount > 0:
        return say("the community owes you {amount} {unit}.", amount=in_units(amount), unit=unit)
    return say("nobody owes anybody anything.")
