"""A mail server on loopback: enough of SMTP (RFC 5321) to take messages, with TLS and a password."""

import asyncio
import ssl
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default


@dataclass(slots=True)
class MailServer:
    """What it has taken. `refused`: an answer to RCPT for these addresses; `dead`: it takes nothing."""

    port: int = 0
    tls: ssl.SSLContext | None = None
    password: str = ""
    refused: dict[str, str] = field(default_factory=dict)
    dead: str = ""
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def to(self, address: str) -> list[EmailMessage]:
        """The messages to an address."""
        return [message for to, message in self.taken if to == address]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    def _offers(self) -> list[str]:
        tls = ["STARTTLS"] if self.tls else []
        return ["mail.example", *tls, *(["AUTH PLAIN"] if self.password else [])]

    def _take(self, to: str, data: bytes) -> None:
        message = message_from_bytes(data[:-3].replace(b"\r\n..", b"\r\n."), policy=default)
        assert isinstance(message, EmailMessage)
        self.taken.append((to, message))

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to, is_let_in = "", not self.password

        def say(line: str) -> None:
            writer.write(line.encode("ascii") + b"\r\n")

        say(self.dead or "220 mail.example ready")
        while not self.dead and (line := (await reader.readline()).decode("ascii")):
            self.seen.append(line.strip())
            verb, _, rest = line.strip().partition(" ")
            match verb.upper():
                case "EHLO":
                    for offer in self._offers():
                        say(f"250-{offer}")
                    say("250 8BITMIME")
                case "STARTTLS":
                    say("220 go on")
                    await writer.drain()
                    assert self.tls is not None
                    await writer.start_tls(self.tls)
                case "AUTH":
                    said = b64decode(rest.split(" ")[1]).split(b"\0")[2].decode()
                    is_let_in = said == self.password
                    say("235 welcome" if is_let_in else "535 no")
                case "MAIL":
                    say("250 ok" if is_let_in else "530 who are you")
                case "RCPT":
                    to = rest.partition("<")[2].partition(">")[0]
                    say(self.refused.get(to, "250 ok"))
                case "DATA":
                    say("354 go on")
                    await writer.drain()
                    self._take(to, await reader.readuntil(b"\r\n.\r\n"))
                    say("250 taken")
                case "QUIT":
                    say("221 bye")
                    await writer.drain()
                    return
                case _:
                    say("250 ok")
            await writer.drain()


@asynccontextmanager
async def mail_server(
    *, tls: ssl.SSLContext | None = None, password: str = ""
) -> AsyncIterator[MailServer]:
    """One that runs while the block does."""
    server = MailServer(tls=tls, password=password)
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
