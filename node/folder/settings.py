"""What `node.toml` says: a node's settings, table by table.

Reading is strict: a field that is not known, a wrong type or a number out of range raises `FolderError`,
whose text names the file and the field.
"""

import tomllib
from dataclasses import fields, replace
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from ledger.codec import MAX
from node.engine.settings import EngineSettings
from node.folder.files import SETTINGS_FILE, FolderError
from node.http.base.settings import HttpSettings
from node.link.settings import LinkSettings
from node.merchant.settings import MerchantSettings
from node.notices.mail import Security
from node.notices.mailboxes import check_mailbox
from node.notices.refusals import NoticeRefusal
from node.notices.settings import NoticeSettings
from node.runner.settings import RunnerSettings
from node.shapes import Shape, ValueMalformed, read
from node.spellings import Json
from node.store_urls import StoreUrlError, check_store_url
from node.urls import NodeUrlError, parse_host, parse_node_url
from node.wage import WageSettings
from node.zones import ZoneUnknown, find_zone

DEFAULT_STORE: Final = "sqlite:///node.db"
DEFAULT_PORT: Final = 8440


class Listen(Shape, frozen=True):
    """Where the node is reached."""

    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65_535)] = DEFAULT_PORT


class Storing(Shape, frozen=True):
    """Where the node keeps what it knows; an address as `SqlStore` takes it."""

    url: str = DEFAULT_STORE


class NodeSettings(Shape, frozen=True):
    """What `node.toml` says, table by table. `peers`: name -> URL."""

    coop: str
    listen: Listen = Listen()
    store: Storing = Storing()
    peers: dict[str, str] = msgspec.field(default_factory=dict)
    engine: EngineSettings = EngineSettings()
    runner: RunnerSettings = RunnerSettings()
    http: HttpSettings = HttpSettings()
    link: LinkSettings = LinkSettings()
    merchant: MerchantSettings = MerchantSettings()
    wage: WageSettings | None = None
    notices: NoticeSettings = NoticeSettings()


_PARTS: Final = ("engine", "runner", "http", "link", "merchant", "notices")
"""The tables whose settings belong to parts of the node."""


def parse_settings(source: bytes) -> NodeSettings:
    """Read `node.toml`'s bytes; raises `FolderError`."""
    try:
        content = tomllib.loads(source.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FolderError(f"{SETTINGS_FILE}: not a TOML file: {error}") from error
    try:
        _check_peers(content.get("peers"))
        settings = read(content, NodeSettings)
        for name in _PARTS:
            _check_part(name, content.get(name, {}), getattr(settings, name))
    except ValueMalformed as error:
        raise FolderError(f"{SETTINGS_FILE}: {error.where}: {_words(error)}") from error
    return msgspec.structs.replace(
        settings,
        listen=msgspec.structs.replace(settings.listen, host=_host(settings.listen.host)),
        store=Storing(url=_store_url(settings.store.url)),
        peers={name: _url(f"peers.{name}", url) for name, url in settings.peers.items()},
        merchant=_merchant_settings(settings.merchant),
        notices=_notice_settings(settings.notices, public_url=settings.merchant.public_url),
    )


def _check_peers(peers: object) -> None:
    """Raise `ValueMalformed` with the name of a peer whose address is no text, which a shape can't say."""
    if isinstance(peers, dict):
        for name, url in peers.items():
            if not isinstance(url, str):
                raise ValueMalformed(["peers", name], "a text")


def _check_part(name: str, content: Json, part: Any) -> None:
    """Raise `ValueMalformed` for what a dataclass does not refuse: unknown settings, numbers out of range."""
    known = {field.name for field in fields(part)}
    for unknown in sorted(content.keys() - known):
        raise ValueMalformed([name, unknown], None)
    for setting in content:
        value = getattr(part, setting)
        if type(value) is int and not 0 <= value <= MAX:
            raise ValueMalformed([name, setting], f"an integer from 0 to {MAX}")


def _words(error: ValueMalformed) -> str:
    """What is wrong with a setting, in the words of TOML."""
    if error.expected is None:
        return "is not a setting"
    expected = error.expected.replace("an integer", "a whole number").replace(
        "an object", "a table"
    )
    return f"must be {expected}"


def _merchant_settings(settings: MerchantSettings) -> MerchantSettings:
    if settings.zone:
        try:
            find_zone(settings.zone)
        except ZoneUnknown as error:
            raise FolderError(
                f"{SETTINGS_FILE}: merchant.zone: there is no time zone {settings.zone!r}; write a "
                'name such as "America/Argentina/Buenos_Aires"'
            ) from error
    if not settings.public_url:
        return settings
    return replace(settings, public_url=_url("merchant.public_url", settings.public_url))


def _notice_settings(settings: NoticeSettings, *, public_url: str) -> NoticeSettings:
    """The same, if whoever is told could be told by it."""
    contact = settings.push_contact
    if contact and not contact.startswith(("mailto:", "https://")):
        raise _wrong("notices.push_contact", "must begin with mailto: or https://")
    if settings.mail_security not in set(Security):
        raise _wrong("notices.mail_security", f"must be one of {', '.join(Security)}")
    if not settings.mail_host:
        return settings
    try:
        sender = check_mailbox(settings.mail_from)
    except NoticeRefusal as refusal:
        raise _wrong("notices.mail_from", "must be an address: name@example.org") from refusal
    if not public_url:
        raise _wrong("merchant.public_url", "is needed for mail: its links begin with it")
    return replace(settings, mail_from=sender)


def _wrong(where: str, what: str) -> FolderError:
    return FolderError(f"{SETTINGS_FILE}: {where}: {what}")


def _store_url(text: str) -> str:
    try:
        return check_store_url(text)
    except StoreUrlError as error:
        raise FolderError(f"{SETTINGS_FILE}: store.url: {error}") from error


def _host(text: str) -> str:
    try:
        return parse_host(text)
    except NodeUrlError as error:
        raise FolderError(f"{SETTINGS_FILE}: listen.host: {error}") from error


def _url(field_: str, text: str) -> str:
    try:
        return parse_node_url(text)
    except NodeUrlError as error:
        raise FolderError(f"{SETTINGS_FILE}: {field_}: {error}") from error
