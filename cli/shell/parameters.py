"""The arguments and options that many commands share, as click knows them.

    @main.command()
    @click.argument("payee", type=ADDRESS)
    @click.argument("amount", type=AMOUNT)
    @wallet_option
    @passphrase_options
    @output_option
    def pay(payee: Address, amount: int, wallet: Path, passphrase: PassphraseSource, output: Output): ...

Secrets never come in as values of options or from the environment, only where to read them.
"""

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from cli.shell.errors import CliError, in_words
from cli.shell.exit_codes import ExitCode
from cli.shell.language import say
from cli.shell.passphrase import PassphraseError, PassphraseFault, PassphraseSource
from cli.shell.terminal import Output
from node.member.addresses import Address, parse_address, parse_handle
from node.member.amounts import LARGEST_AMOUNT, AmountError, parse_amount, parse_number
from node.member.places import EntryPlace, parse_place
from node.urls import NodeUrlError, parse_node_url, parse_page_url

Command = TypeVar("Command", bound=Callable[..., Any])


class AmountType(click.ParamType[int]):
    """An amount such as `12.50`, as an integer in minor units."""

    name = "amount"

    def __init__(self, *, allow_zero: bool) -> None:
        self._allow_zero = allow_zero

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the text; defaults are integers already."""
        if isinstance(value, int):
            return value
        return parse_amount(str(value), allow_zero=self._allow_zero)


def read_number(
    type_: click.ParamType[Any],
    text: str,
    param: click.Parameter | None,
    ctx: click.Context | None,
    *,
    places: int,
    is_signed: bool = False,
    largest: int = LARGEST_AMOUNT,
) -> int:
    """`parse_number` for an option's type; what is wrong is told with the option's name."""
    try:
        return parse_number(text, places=places, is_signed=is_signed, largest=largest)
    except AmountError as error:
        told = in_words(error)
        type_.fail(f"{told.message} {told.remedy}" if told else f"{text!r}", param, ctx)


class AddressType(click.ParamType[Address]):
    """An address such as `alice@norte`."""

    name = "address"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        """Read the text; defaults are addresses already."""
        return value if isinstance(value, Address) else parse_address(str(value))


class HandleType(click.ParamType[str]):
    """The handle that somebody wants to have, such as `alice`."""

    name = "handle"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read the text."""
        return parse_handle(str(value))


class NodeUrlType(click.ParamType[str]):
    """The address of a node, such as `http://norte.example:8440`."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the text; it has no slash at its end afterwards."""
        return parse_node_url(str(value))


class PageUrlType(click.ParamType[str]):
    """The address of a page, such as `http://localhost:3000/orders`."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the text."""
        return parse_page_url(str(value))


class PlaceType(click.ParamType[EntryPlace]):
    """The place of an entry, such as `norte/12`."""

    name = "entry"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> EntryPlace:
        """Read the text; defaults are places already."""
        return value if isinstance(value, EntryPlace) else parse_place(str(value))


class NodeTargetType(click.ParamType[Path | str]):
    """A node's folder on this machine as a `Path`, or else the address of a node as text."""

    name = "folder_or_url"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Path | str:
        """See which of the two it is."""
        if isinstance(value, Path) or Path(value).exists():
            return Path(value)
        try:
            return parse_node_url(str(value))
        except NodeUrlError as error:
            if "://" in error.text:
                raise
            problem = say("is neither a folder here nor an address with http:// or https://")
            remedy = say("Check the path.") if "/" in error.text else error.advice
            raise NodeUrlError(error.text, problem, remedy, error.node) from error


AMOUNT: Final = AmountType(allow_zero=False)
"""An amount above zero, to pay or to ask for."""

LIMIT: Final = AmountType(allow_zero=True)
"""An amount that may be zero, such as a credit limit."""

ADDRESS: Final = AddressType()

HANDLE: Final = HandleType()

NODE_URL: Final = NodeUrlType()

PAGE_URL: Final = PageUrlType()

NODE_TARGET: Final = NodeTargetType()

PLACE: Final = PlaceType()


def output_option(command: Command) -> Command:
    """Add `--json`; the command gets an `Output` as its argument `output`."""

    def make(context: click.Context, parameter: click.Parameter, is_json: bool) -> Output:
        return Output(is_json=is_json)

    return click.option(
        "--json",
        "output",
        is_flag=True,
        callback=make,
        help="Print one JSON object for programs instead of text for people.",
    )(command)


def wallet_option(command: Command) -> Command:
    """Add `--wallet`; the command gets the path as its argument `wallet`."""
    return click.option(
        "--wallet",
        type=click.Path(path_type=Path, dir_okay=False),
        default=default_wallet,
        envvar="FIADO_WALLET",
        show_default="~/.local/share/fiado/wallet.json",
        help="The wallet file.",
    )(command)


def default_wallet() -> Path:
    """Where the wallet is unless somebody says otherwise: the user's data folder."""
    data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(data).expanduser() / "fiado" / "wallet.json"


def passphrase_options(command: Command) -> Command:
    """Add `--passphrase-file` and `--passphrase-fd`.

    The command gets a `PassphraseSource` as its argument `passphrase`.
    """

    @click.option(
        "--passphrase-file",
        type=click.Path(path_type=Path),
        help="Read the passphrase from the first line of this file, which only you can read.",
    )
    @click.option(
        "--passphrase-fd",
        type=click.IntRange(min=0),
        help="Read the passphrase from this open file descriptor.",
    )
    @wraps(command)
    def with_source(
        *args: Any, passphrase_file: Path | None, passphrase_fd: int | None, **kwargs: Any
    ) -> Any:
        if passphrase_file is not None and passphrase_fd is not None:
            raise click.UsageError(say("Give --passphrase-file or --passphrase-fd, not both."))
        source = PassphraseSource(file=passphrase_file, descriptor=passphrase_fd)
        return command(*args, passphrase=source, **kwargs)

    return with_source  # type: ignore[return-value]  # click's decorators keep the signature


def ask_at_terminal(label: str, *, confirm: bool) -> str:
    """Ask a person without echo: the real `Prompt` for `read_passphrase`.

    Commands ask before they change anything. Raises `PassphraseError` when standard input is not a terminal,
    and `CliError` when interrupted.
    """
    if not sys.stdin.isatty():
        raise PassphraseError(PassphraseFault.NO_TERMINAL)
    try:
        answer: str = click.prompt(
            label,
            hide_input=True,
            confirmation_prompt=confirm,
            err=True,
            default="",
            show_default=False,
        )
    except click.Abort:
        raise CliError(
            ExitCode.INTERRUPTED,
            "interrupted",
            say("No passphrase was given, so nothing was done."),
            say("Run the command again when you want to."),
        ) from None
    return answer
