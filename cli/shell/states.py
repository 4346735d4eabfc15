"""States that nodes tell by name, in the language that is spoken."""

from typing import Final

from cli.shell.language import later, say

TOLD: Final = (
    later("abstain"),
    later("accused"),
    later("behind"),
    later("cancelled"),
    later("clock differs"),
    later("clock doubtful"),
    later("clock vouched"),
    later("closed"),
    later("credited"),
    later("cut"),
    later("damaged"),
    later("day full"),
    later("delivered"),
    later("doubt"),
    later("expired"),
    later("frozen"),
    later("halted"),
    later("joining"),
    later("key replaced"),
    later("left"),
    later("link down"),
    later("log ahead"),
    later("mail failing"),
    later("marked"),
    later("native"),
    later("no peers"),
    later("office empty"),
    later("office over"),
    later("office short"),
    later("open"),
    later("organisation"),
    later("over"),
    later("partial"),
    later("peer missing"),
    later("pending"),
    later("person"),
    later("processing"),
    later("public url missing"),
    later("push failing"),
    later("put back"),
    later("quarantined"),
    later("ready"),
    later("recorded"),
    later("recovering"),
    later("reference"),
    later("refunded"),
    later("reopened"),
    later("result due"),
    later("returned"),
    later("settled"),
    later("starting"),
    later("stopping"),
    later("twin node"),
    later("undecided"),
    later("wages unreadable"),
    later("waiting"),
)
"""Those of accounts and their classes, votes, invoices, payments, refunds and nodes, and what is wrong."""


def state_words(name: object) -> str:
    """A state as people read it; one that this program does not know as the node calls it."""
    return say(str(name).replace("_", " "))
