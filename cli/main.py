"""The entry point of the `fiado` command.

It knows the commands by name; each group of commands lives in a module of its own, which is loaded when
one of them is typed. `tests/cli/test_start.py` lists what must not be loaded before that.
"""

from typing import Final

import click

import ledger
from cli.command_group import CommandGroup
from cli.lazy_commands import LazyCommands

PLACES: Final = {
    "audit": "cli.commands.audit:audit",
    "balance": "cli.commands.account:balance",
    "demo": "cli.demo.command:demo",
    "doctor": "cli.commands.doctor:doctor",
    "federation": "cli.commands.federation:federation",
    "history": "cli.commands.account:history",
    "index": "cli.index_commands:index_group",
    "join": "cli.commands.join:join",
    "memo": "cli.commands.account:memo",
    "merchant": "cli.commands.merchant:merchant",
    "node": "cli.commands.node:node",
    "pay": "cli.commands.pay:pay",
    "receipt": "cli.commands.receipt:receipt",
    "request": "cli.commands.pay:request",
    "steward": "cli.commands.steward:steward",
    "wallet": "cli.commands.wallet:wallet",
}


READING: Final = frozenset(
    {
        *("audit", "balance", "doctor", "history", "receipt", "request", "federation show"),
        *("index backtest", "index compute", "index convert", "index history", "index plot"),
        *("index show", "index verify", "merchant invoice list", "merchant invoice show"),
        *("merchant key list", "merchant report", "merchant webhook deliveries"),
        *("merchant webhook list", "node status", "steward members", "steward pending"),
        "wallet show",
    }
)
"""Commands that change nothing."""


@click.group(cls=CommandGroup, commands=LazyCommands(PLACES), reading=READING)
@click.version_option(ledger.__version__, prog_name="fiado")
def main() -> None:
    """Fiado: mutual credit between cooperatives, with books that anyone can audit."""
