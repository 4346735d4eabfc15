"""What becomes of all there is, when an account closes."""

from cli.shell.leaving_words import debt_lines
from node.member.amounts import format_amount
from node.member.client import Json


def what_happens(ending: Json, *, to: str | None, coop: str) -> list[str]:
    """What leaving does, a sentence each, as the node tells it."""
    balance = int(ending["balance"])
    lines = [f"{ending['handle']}@{coop} leaves, and the account closes for ever."]
    if balance > 0:
        payee = f"the commons of {coop}" if to is None else f"{to.split('@')[0]}@{coop}"
        lines.append(f"What it has goes to {payee}: {format_amount(balance)} as of now.")
    elif balance < 0:
        lines += [
            *debt_lines(ending["debt"], coop),
            f"Your stewards have to sign this too. It settles up to {format_amount(-balance)}: if you owe "
            "more by then, sign again.",
        ]
    else:
        lines.append("It has nothing and owes nothing.")
    lines.append("What is on its way to it goes back to whoever paid.")
    return lines
