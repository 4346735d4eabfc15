"""Handing a mail to the operator's server: encrypted where asked for, with a password."""

import asyncio
import datetime
import ssl
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from node.notices.mail import Letter, MailFailure, MailServer, Security, compose, send
from tests.node.loops import on_loop
from tests.node.notices.fake_mail import mail_server

LETTER = Letter(
    to="ana@x.example",
    subject="Cooperativa Ñandú: novedades",
    text="Te pagaron 12,50 fiado.\n.\nñ\n",
    id_="1",
    stop_url="https://norte.example/v1/notices/1/stop/2",
)


def server_at(port: int, security: Security, *, user: str = "", password: str = "") -> MailServer:
    return MailServer(
        host="localhost",
        port=port,
        security=security,
        user=user,
        password=password,
        sender="fiado@norte.example",
        timeout_s=10,
    )


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for localhost that signs itself, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    public, secret = folder / "cert.pem", folder / "key.pem"
    public.write_bytes(made.public_bytes(Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + public.read_bytes()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(secret)
    return public, context


@on_loop
async def test_a_message_arrives_whole() -> None:
    async with mail_server() as mail:
        await asyncio.to_thread(
            send, server_at(mail.port, Security.NONE), LETTER, now=1_790_000_000
        )
        ((to, message),) = mail.taken
        assert (to, message["To"], message["From"]) == (LETTER.to, LETTER.to, "fiado@norte.example")
        assert message["Subject"] == LETTER.subject
        assert message.get_content().replace("\r\n", "\n") == LETTER.text
        assert message["List-Unsubscribe"] == f"<{LETTER.stop_url}>"
        assert message["Message-ID"] == "<1@norte.example>"


@on_loop
async def test_a_long_address_to_stop_at_stands_in_one_piece() -> None:
    """Mail programs look for it as it is, neither folded nor encoded."""
    stop_url = (
        f"https://fiado.a-long-name-of-a-cooperative.example/v1/notices/{'d' * 32}/stop/{'c' * 86}"
    )
    async with mail_server() as mail:
        letter = replace(LETTER, stop_url=stop_url)
        await asyncio.to_thread(send, server_at(mail.port, Security.NONE), letter, now=1)
        ((_, message),) = mail.taken
        assert f"List-Unsubscribe: <{stop_url}>\r\n" in compose(
            letter, sender="fiado@norte.example", now=1
        ).as_bytes().decode("ascii")
        assert message["List-Unsubscribe"] == f"<{stop_url}>"
        body = message.as_bytes().partition(b"\r\n\r\n")[2]
        assert max(map(len, body.splitlines()), default=0) <= 78


@on_loop
async def test_the_connection_is_encrypted_before_anybody_says_who_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public, context = certificate(tmp_path)
    async with mail_server(tls=context, password="s3cret") as mail:
        told = server_at(mail.port, Security.STARTTLS, user="fiado", password="s3cret")
        with pytest.raises(MailFailure, match="certificate"):
            await asyncio.to_thread(send, told, LETTER, now=1)
        assert not any(line.startswith("AUTH") for line in mail.seen)
        monkeypatch.setenv("SSL_CERT_FILE", str(public))
        await asyncio.to_thread(send, told, LETTER, now=1)
        assert len(mail.taken) == 1
        verbs = [line.split(" ")[0].upper() for line in mail.seen]
        assert verbs.index("STARTTLS") < verbs.index("AUTH")
        wrong = server_at(mail.port, Security.STARTTLS, user="fiado", password="other")
        with pytest.raises(MailFailure, match="535") as failure:
            await asyncio.to_thread(send, wrong, LETTER, now=1)
        assert not failure.value.is_address


@on_loop
@pytest.mark.parametrize(("answer", "is_gone"), [("550 nobody", True), ("450 later", False)])
async def test_a_refused_address_is_told_apart_from_a_busy_server(
    answer: str, is_gone: bool
) -> None:
    async with mail_server() as mail:
        mail.refused[LETTER.to] = answer
        with pytest.raises(MailFailure, match=answer[:3]) as failure:
            await asyncio.to_thread(send, server_at(mail.port, Security.NONE), LETTER, now=1)
        assert failure.value.is_address
        assert failure.value.is_gone is is_gone
        assert mail.taken == []


def test_a_server_that_is_not_there_is_a_failure_in_words() -> None:
    with pytest.raises(MailFailure, match=r".+"):
        send(server_at(1, Security.NONE), LETTER, now=1)
