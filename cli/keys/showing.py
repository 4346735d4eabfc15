"""Whose keys sign for an account and which pay from it, for people and programs."""

from collections.abc import Mapping

from cli.shell.account_keys_words import describe_caps
from cli.shell.forms import in_units
from cli.shell.language import say
from cli.shell.terminal import Output
from node.member.owning import KeysOfAccount


def show_keys(
    found: KeysOfAccount, own_key: bytes, labels: Mapping[bytes, str], output: Output
) -> None:
    """Say it. `labels` are what the owners call the keys, as far as that was asked for."""
    if found.is_joint:
        output.line(
            say(
                "{count} owners, and {needed} of them sign whatever the account does.",
                count=len(found.owners),
                needed=found.needed,
            )
        )
    for place, key in enumerate(found.owners):
        yours = say(" (this wallet)") if key == own_key else ""
        called = _called(key, labels)
        output.line(say("Owner {place}: {key}", place=place, key=key.hex()) + called + yours)
    for till in found.tills:
        may_pay = say("Key {place} may pay: {key}", place=till.place, key=till.key.hex())
        output.line(may_pay + _called(till.key, labels))
        for line in describe_caps(till.caps):
            output.line(line)
        output.line(say("Paid today: {amount}.", amount=in_units(till.spent_today)))
    if found.hides_tills:
        output.line(
            say("Which other keys may pay from it the node tells only to members' sessions.")
        )
    elif not found.tills:
        output.line(say("No other key may pay from it."))
    output.result(_as_json(found, labels))


def _called(key: bytes, labels: Mapping[bytes, str]) -> str:
    return f", “{labels[key]}”" if key in labels else ""


def _as_json(found: KeysOfAccount, labels: Mapping[bytes, str]) -> dict[str, object]:
    return {
        "account": found.account,
        "owners": [key.hex() for key in found.owners],
        "needed": found.needed,
        "delegated": [
            {
                "place": till.place,
                "key": till.key.hex(),
                "per_payment": till.caps.per_payment,
                "per_day": till.caps.per_day,
                "until": till.caps.until,
                "payees": till.caps.payees,
                "spent_today": till.spent_today,
            }
            for till in found.tills
        ],
        "labels": {key.hex(): label for key, label in labels.items()},
    }
