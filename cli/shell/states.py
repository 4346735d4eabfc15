"""States that nodes tell by name, in the language that is spoken."""

from typing import Final

from cli.shell.language import later, say

TOLD: Final = (
    later("abstain"),
    later("cancelled"),
    later("closed"),
    later("credited"),
    later("delivered"),
    later("expired"),
    later("frozen"),
    later("marked"),
    later("open"),
    later("over"),
    later("partial"),
    later("pending"),
    later("processing"),
    later("native"),
    later("recorded"),
    later("reference"),
    later("refunded"),
    later("returned"),
    later("settled"),
    later("starting"),
    later("stopping"),
)
"""Those of accounts, votes, invoices, payments, refunds and nodes."""


def state_words(name: object) -> str:
    """A state as people read it; one that this program does not know as the node calls it."""
    return say(str(name))
