"""What the entries about an account's keys do, in sentences."""

from typing import Final

from cli.shell.forms import day, in_units, moment
from cli.shell.language import say
from ledger.account_keys import Caps
from ledger.entries import LAST_TIME
from ledger.transactions import AccountKeys, Delegate

_DAY_S: Final = 86_400


def describe_account_keys(change: AccountKeys, *, who: str) -> list[str]:
    """What an entry about the keys of an account does; `who` is whose account it is."""
    if isinstance(change, Delegate):
        if change.key is None:
            return [
                say(
                    "Take key {place} of {who} away: it can't pay any more.",
                    place=change.place,
                    who=who,
                )
            ]
        return [
            say("Let another key pay for {who}, as its key {place}.", place=change.place, who=who),
            *describe_caps(change.caps),
            say("The key is {key}.", key=change.key.hex()),
        ]
    if len(change.keys) == 1:
        lines = [say("{who} has one key from here on, and nobody else signs for it.", who=who)]
    else:
        lines = [
            say(
                "{who} belongs to {count} owners, and {needed} of them sign whatever it does.",
                who=who,
                count=len(change.keys),
                needed=change.needed,
            )
        ]
    lines += [
        say("Owner {place}: {key}", place=place, key=key.hex())
        for place, key in enumerate(change.keys)
    ]
    return [*lines, say("All keys that could pay for it within caps are taken away.")]


def describe_caps(caps: Caps) -> list[str]:
    """What a key may pay, in sentences."""
    lines = [
        say(
            "It may pay up to {payment} at once and {day} in a day, fees counted, until {until}.",
            payment=in_units(caps.per_payment),
            day=in_units(caps.per_day),
            until=_until(caps.until),
        )
    ]
    if caps.payees is not None:
        lines.append(
            say(
                "It can only pay: {payees}.",
                payees=", ".join(f"#{account}@{coop}" for coop, account in caps.payees),
            )
        )
    return lines


def _until(seconds: int) -> str:
    """A moment; one at which a day ends by that day, which is what people say and type."""
    last, rest = divmod(seconds, _DAY_S)
    if rest or not 0 < seconds <= LAST_TIME:
        return moment(seconds)
    return say("the end of {day}", day=day(last - 1))
