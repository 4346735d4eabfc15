"""From what happens to what people are told: real nodes, a push service and a mail server on loopback."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.transactions import Status
from node.compose import open_node
from node.http.base.sessions import SessionRole
from node.notices.push import LOOK
from node.world import World, steady_clock_ms, wall_clock_ms
from tests.browser.stage import sign_draft
from tests.builders import build_federation
from tests.node.http.test_joins_and_drafts import limit_draft, propose, signed_join
from tests.node.http.towns import Town, one_node, some_nodes
from tests.node.loops import on_loop, until
from tests.node.notices.fake_mail import MailServer, mail_server
from tests.node.notices.fake_push import (
    Browser,
    PushService,
    claims_of,
    from_base64url,
    push_service,
)
from tests.node.running import (
    QUICK,
    JsonObject,
    People,
    as_json_transaction,
    client_of,
    make_folder,
    until_ready,
)

ADDRESS = "ana@almacen.example"


def settings(mail: MailServer | None, **more: object) -> str:
    lines = [QUICK, "[merchant]", 'public_url = "https://norte.example"', "[notices]"]
    values: dict[str, object] = {
        "push_contact": "mailto:op@norte.example",
        "private_push": True,
        "look_ms": 20,
        "mail_pause_ms": 0,
    }
    if mail is not None:
        values |= {
            "mail_host": "127.0.0.1",
            "mail_port": mail.port,
            "mail_security": "none",
            "mail_from": "fiado@norte.example",
        }
    return "\n".join(
        [*lines, *(f"{name} = {json.dumps(value)}" for name, value in (values | more).items()), ""]
    )


@asynccontextmanager
async def telling(
    tmp_path: Path, *, answers: tuple[int, ...] = (), world: World | None = None, **more: object
) -> AsyncIterator[tuple[Town, PushService, MailServer]]:
    """A node with three members, told by both ways."""
    async with (
        push_service(*answers) as service,
        mail_server() as mail,
        one_node(tmp_path, settings=settings(mail, **more), world=world) as town,
    ):
        yield town, service, mail


async def subscribe(
    town: Town, service: PushService, browser: Browser, account: int = 2
) -> JsonObject:
    token = await town.people.member(account)
    asked = browser.request(f"{service.url}/{account}")
    return (await town.client.post("/v1/me/notices/push", asked, token=token)).ok()


async def ask_mail(
    town: Town, mail: MailServer, account: int = 2, *, language: str = "es"
) -> JsonObject:
    """An address that was asked; when this returns the mail is there."""
    token = await town.people.member(account)
    asked = {"address": ADDRESS, "language": language}
    made = (await town.client.post("/v1/me/notices/mail", asked, token=token)).ok()
    await arrived(mail, 1)
    return made


@dataclass(slots=True)
class Ahead:
    """How far a node's clocks are ahead of the real ones."""

    clock_ms: int = 0
    steady_ms: int = 0

    def world(self) -> World:
        return World(
            clock_ms=lambda: wall_clock_ms() + self.clock_ms,
            steady_ms=lambda: steady_clock_ms() + self.steady_ms,
        )


async def confirmed(town: Town, mail: MailServer) -> str:
    """Member 2 is told by mail; the target's id."""
    await ask_mail(town, mail)
    id_, code = link_in(mail.to(ADDRESS)[0].get_content(), "confirm")
    (await town.client.post(f"/v1/notices/{id_}/confirm/{code}")).ok()
    return id_


async def arrived(mail: MailServer, count: int) -> None:
    async def has_come() -> bool:
        return len(mail.taken) >= count

    await until(has_come, f"{count} mails")


async def pushed(service: PushService, count: int) -> None:
    async def has_come() -> bool:
        return len(service.taken) >= count

    await until(has_come, f"{count} messages")


async def failing(town: Town) -> list[JsonObject]:
    """What the operator is told of mail and push."""
    troubles = (await town.client.get("/v1/status")).ok()["troubles"]
    return [each for each in troubles if each["kind"] in ("push_failing", "mail_failing")]


def link_in(text: str, what: str) -> tuple[str, str]:
    found = re.search(
        rf"https://norte\.example/notices#{what}=([0-9a-f]{{32}})\.([0-9a-f]{{32}})", text
    )
    assert found, text
    return found[1], found[2]


async def pay(
    town: Town, sequence: int = 1, amount: int = 1_250, *, payer: int = 1, payee: int = 2
) -> None:
    paid = town.federation.pay(
        1, payer=payer, sequence=sequence, payee_coop=1, payee=payee, amount=amount
    )
    (await town.client.post("/v1/payments", paid)).ok()


async def news(town: Town, made: JsonObject) -> JsonObject:
    asked = {"code": made["code"], "since": 0}
    return (await town.client.post(f"/v1/notices/{made['id']}/news", asked)).ok()


@on_loop
async def test_a_browser_is_told_to_look_and_the_service_learns_nothing(tmp_path: Path) -> None:
    async with telling(tmp_path) as (town, service, _):
        offer = (await town.client.get("/v1/notices")).ok()
        browser = Browser()
        made = await subscribe(town, service, browser)
        await pay(town)
        await pushed(service, 1)
        headers, body = service.taken[0]
        assert browser.open(body) == LOOK
        claims = claims_of(headers["Authorization"], key=from_base64url(offer["push_key"]))
        assert claims["aud"] == service.url.removesuffix("/send")
        assert claims["sub"] == "mailto:op@norte.example"
        assert (headers["Content-Encoding"], headers["TTL"]) == ("aes128gcm", "86400")
        told = await news(town, made)
        assert [each["text"] for each in told["items"]] == ["Te pagaron 12,50 fiado."]
        assert told["items"][0]["path"] == "/wallet"
        await pay(town, 2, 300, payee=3)  # somebody else
        await pay(town, 3, 100)
        await pushed(service, 2)
        assert len((await news(town, made))["items"]) == 2


@on_loop
async def test_what_comes_from_another_coop_is_told_when_it_is_there(tmp_path: Path) -> None:
    async with (
        push_service() as service,
        some_nodes(tmp_path, 1, 2, settings=settings(None)) as towns,
    ):
        made = await subscribe(towns[1], service, Browser())
        paid = towns[2].federation.pay(2, payer=1, sequence=1, payee_coop=1, payee=2, amount=700)
        (await towns[2].client.post("/v1/payments", paid)).ok()
        await pushed(service, 1)
        told = await news(towns[1], made)
        assert [each["text"] for each in told["items"]] == ["Te pagaron 7,00 fiado."]
        assert await towns[1].people.balance(2) == 700


@on_loop
@pytest.mark.parametrize("status", [404, 410])
async def test_a_browser_that_is_gone_is_forgotten(tmp_path: Path, status: int) -> None:
    async with telling(tmp_path, answers=(status,)) as (town, service, _):
        await subscribe(town, service, Browser())
        token = await town.people.member(2)
        await pay(town)

        async def is_forgotten() -> bool:
            found = (await town.client.get("/v1/me/notices", token=token)).ok()
            return not found["targets"]

        await until(is_forgotten, "the subscription is forgotten")
        assert await failing(town) == []


@on_loop
async def test_a_push_service_that_fails_is_told_to_the_operator_until_it_works(
    tmp_path: Path,
) -> None:
    ahead = Ahead()
    async with telling(tmp_path, answers=(500, 500), world=ahead.world(), alarm_failures=2) as (
        town,
        service,
        _,
    ):
        for account in (1, 2, 3):
            await subscribe(town, service, Browser(), account)
        await pay(town, 1, 100, payee=2)
        await pushed(service, 1)
        await pay(town, 2, 100, payee=3)
        await pushed(service, 2)

        async def fails() -> bool:
            return [each["kind"] for each in await failing(town)] == ["push_failing"]

        await until(fails, "the operator is told")
        assert "answered 500" in (await failing(town))[0]["detail"]
        ahead.clock_ms = ahead.steady_ms = 70_000
        for target in list(town.node.api.notices.sender._workers):
            town.node.api.notices.sender.wake(target)

        async def works() -> bool:
            return await failing(town) == []

        await until(works, "it is over")


@on_loop
async def test_who_names_places_that_fail_meets_that_alone(tmp_path: Path) -> None:
    """No alarm by one member's places, and nothing more is sent there before the pause is over."""
    ahead = Ahead()
    async with telling(
        tmp_path, answers=(500,) * 8, world=ahead.world(), alarm_failures=2, targets_each=8
    ) as (town, service, _):
        token = await town.people.member(2)
        for at in range(8):
            asked = Browser().request(f"{service.url}/{at}")
            (await town.client.post("/v1/me/notices/push", asked, token=token)).ok()
        await pay(town)
        await pushed(service, 8)
        sender = town.node.api.notices.sender
        await until(lambda: len(sender._resting_ms) == 8, "all are left alone")
        await pay(town, 2)
        await subscribe(town, service, Browser(), 3)
        await pay(town, 3, payee=3)
        await pushed(service, 9)
        assert await failing(town) == []
        assert len(service.taken) == 9, "of the second payment nothing was sent there"
        ahead.clock_ms = ahead.steady_ms = 70_000
        for target in list(sender._workers):
            sender.wake(target)
        await pushed(service, 17)


@on_loop
async def test_places_that_never_answer_hold_up_nobody_else(tmp_path: Path) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(hang, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with silent, telling(tmp_path, senders=2, alarm_failures=2) as (town, service, _):
        token = await town.people.member(2)
        nowhere = ["http://127.0.0.1:1/x", "http://127.0.0.1:1/y"]
        for endpoint in (*nowhere, *(f"http://127.0.0.1:{port}/{at}" for at in range(4))):
            asked = Browser().request(endpoint)
            (await town.client.post("/v1/me/notices/push", asked, token=token)).ok()
        sender = town.node.api.notices.sender
        await pay(town)
        await until(lambda: len(sender._resting_ms) == len(nowhere), "those are left alone")
        assert await failing(town) == []
        await subscribe(town, service, Browser(), 3)
        await pay(town, 2, payee=3)
        await pushed(service, 1)
        assert await failing(town) == []


@on_loop
async def test_one_mail_address_that_is_refused_for_now_is_no_alarm(tmp_path: Path) -> None:
    async with telling(tmp_path, alarm_failures=2) as (town, _, mail):
        for at in range(3):
            mail.refused[f"a{at}@x.example"] = "450 no such domain"
        token = await town.people.member(2)
        for at in range(3):
            asked = {"address": f"a{at}@x.example", "language": "es"}
            (await town.client.post("/v1/me/notices/mail", asked, token=token)).ok()
        resting = town.node.api.notices.sender._resting_ms
        await until(lambda: len(resting) == 3, "all were tried")
        assert await failing(town) == []


@on_loop
async def test_only_an_address_that_has_answered_is_told(tmp_path: Path) -> None:
    async with telling(tmp_path) as (town, _, mail):
        made = await ask_mail(town, mail)
        assert made["confirmed"] is False
        await pay(town)
        (asking,) = mail.to(ADDRESS)
        text = asking.get_content()
        assert asking["Subject"] == "Cooperativa norte: ¿es tuya esta dirección?"
        assert "12,50" not in text
        id_, code = link_in(text, "confirm")
        wrong = await town.client.post(f"/v1/notices/{id_}/confirm/{'0' * 32}")
        assert wrong.problem() == "notice_code_wrong"
        stop = link_in(text, "stop")
        assert (await town.client.post(f"/v1/notices/{id_}/confirm/{stop[1]}")).status == 403
        answer = (await town.client.post(f"/v1/notices/{id_}/confirm/{code}")).ok()
        assert answer == {"address": ADDRESS, "confirmed": True}
        await pay(town, 2, 400)
        await arrived(mail, 2)
        told = mail.to(ADDRESS)[1]
        assert told["Subject"] == "Cooperativa norte: novedades para vos"
        assert told.get_content().startswith("Te pagaron 4,00 fiado.")
        assert "https://norte.example/wallet" in told.get_content()
        assert told["Auto-Submitted"] == "auto-generated"
        # One press of the mail program's own button ends it (RFC 8058).
        one_click = told["List-Unsubscribe"].strip("<>").removeprefix("https://norte.example")
        # Opened as a page it stops nothing by itself: that asks first.
        async with town.client.session.get(
            town.node.url + one_click, allow_redirects=False
        ) as opened:
            assert opened.status == 303
            id_, code = one_click.split("/")[3::2]
            assert opened.headers["Location"] == f"/notices#stop={id_}.{code}"
        token = await town.people.member(2)
        assert (await town.client.get("/v1/me/notices", token=token)).ok()["targets"] != []
        (await town.client.call("POST", one_click)).ok()
        token = await town.people.member(2)
        assert (await town.client.get("/v1/me/notices", token=token)).ok()["targets"] == []


@on_loop
async def test_a_stranger_is_asked_once_and_may_refuse_for_ever(tmp_path: Path) -> None:
    async with telling(tmp_path) as (town, _, mail):
        made = await ask_mail(town, mail)
        token = await town.people.member(2)
        asked = {
            "address": ADDRESS.upper().replace("ALMACEN.EXAMPLE", "almacen.example"),
            "language": "en",
        }
        marked = asked | {"address": ADDRESS.replace("@", "+fiado@")}
        assert (
            await town.client.call("DELETE", f"/v1/me/notices/targets/{made['id']}", token=token)
        ).status == 204
        for account in (2, 3):
            for same in (asked, marked):
                again = await town.client.post(
                    "/v1/me/notices/mail", same, token=await town.people.member(account)
                )
                assert again.problem() == "mail_asked_lately"
        assert len(mail.taken) == 1


@on_loop
async def test_one_person_may_have_few_addresses_asked(tmp_path: Path) -> None:
    async with telling(tmp_path, confirmations_daily_each=2) as (town, _, mail):
        token = await town.people.member(2)
        answers = [
            await town.client.post(
                "/v1/me/notices/mail",
                {"address": f"a{at}@x.example", "language": "en"},
                token=token,
            )
            for at in range(3)
        ]
        assert [each.status for each in answers] == [201, 201, 429]
        await arrived(mail, 2)


@on_loop
async def test_who_never_agreed_and_says_no_is_never_asked_again(tmp_path: Path) -> None:
    """Two days later an address may be asked again, but for one whose owner has said no."""
    ahead = Ahead()
    async with telling(tmp_path, world=ahead.world()) as (town, _, mail):
        await ask_mail(town, mail, language="en")
        token = await town.people.member(3)
        other = {"address": "b@x.example", "language": "en"}
        (await town.client.post("/v1/me/notices/mail", other, token=token)).ok()
        await arrived(mail, 2)
        id_, code = link_in(mail.to(ADDRESS)[0].get_content(), "stop")
        (await town.client.post(f"/v1/notices/{id_}/stop/{code}")).ok()
        ahead.clock_ms = 2 * 86_400_000

        async def is_asked_again() -> bool:
            answer = await town.client.post("/v1/me/notices/mail", other, token=token)
            return answer.status == 201 and len(mail.taken) == 3

        await until(is_asked_again, "the other address is asked again")
        for same in (ADDRESS, ADDRESS.replace("@", "+1@")):
            again = {"address": same, "language": "en"}
            answer = await town.client.post("/v1/me/notices/mail", again, token=token)
            assert answer.problem() == "mail_asked_lately"


@on_loop
async def test_what_is_no_address_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    async with telling(tmp_path) as (town, service, mail):
        token = await town.people.member(2)
        for wrong in (
            "ana",
            "ana@localhost",
            'ana@x.example"',
            "a@b.example\r\nBcc: c@d.example",
            "Ana <a@b.example>",
            "a@b.example,c@d.example",
            "ñ@b.example",
            "a@127.0.0.1",
            "a@10.1",
            "a@x.0x7f",
        ):
            answer = await town.client.post(
                "/v1/me/notices/mail", {"address": wrong, "language": "en"}, token=token
            )
            assert answer.problem() == "mail_address_refused", wrong
        browser = Browser()
        for broken in (
            {"endpoint": "ftp://push.example/a"},
            {"endpoint": "https://"},
            {"p256dh": "AAAA"},
            {"p256dh": "B" + "A" * 86},
            {"auth": "AAAA"},
        ):
            asked = browser.request(f"{service.url}/2") | broken
            answer = await town.client.post("/v1/me/notices/push", asked, token=token)
            assert answer.problem() == "push_refused", broken
        assert (await town.client.get("/v1/me/notices", token=token)).ok()["targets"] == []
        assert mail.taken == []


@on_loop
async def test_a_subscription_does_not_lead_into_the_nodes_own_network(tmp_path: Path) -> None:
    async with telling(tmp_path, private_push=False) as (town, service, _):
        token = await town.people.member(2)
        for inside in (
            f"{service.url}/2",
            "https://127.0.0.1/x",
            "https://10.0.0.7/x",
            "https://[::1]/x",
        ):
            asked = Browser().request(inside)
            answer = await town.client.post("/v1/me/notices/push", asked, token=token)
            assert answer.problem() == "push_refused", inside


@on_loop
async def test_stewards_are_told_of_what_waits_for_them_once(tmp_path: Path) -> None:
    async with telling(tmp_path) as (town, service, _):
        key = town.federation.steward_keys[1][0]
        token = await town.client.open_session(SessionRole.STEWARD, 0, key)
        asked = Browser().request(f"{service.url}/steward", "en")
        made = (await town.client.post("/v1/me/notices/push", asked, token=token)).ok()
        member = town.federation.member_key(1, 40)
        proposal = (await propose(town, member, "zoe")).ok()
        (await town.client.post("/v1/joins", signed_join(town, proposal, member))).ok()
        await pushed(service, 1)
        (await town.client.post("/v1/drafts", limit_draft(town, "why"), token=token)).ok()
        await pushed(service, 2)
        told = await news(town, made)
        assert [(each["kind"], each["path"]) for each in told["items"]] == [
            ("to_sign", "/desk"),
            ("to_admit", "/desk"),
        ]
        await pay(town)
        assert len((await news(town, made))["items"]) == 2, "what was told is not told again"


@on_loop
async def test_who_waits_to_be_admitted_is_told_that_and_nothing_else(tmp_path: Path) -> None:
    async with telling(tmp_path) as (town, service, _):
        key = town.federation.member_key(1, 40)
        proposal = (await propose(town, key, "zoe")).ok()
        join = (await town.client.post("/v1/joins", signed_join(town, proposal, key))).ok()
        asked = Browser().request(f"{service.url}/zoe")
        for nobodys in ("0" * 64, "x"):
            answer = await town.client.post(f"/v1/joins/{nobodys}/notices", asked)
            assert answer.problem() == "notice_join_not_found"
        made = (await town.client.post(f"/v1/joins/{join['id']}/notices", asked)).ok()
        await pay(town)
        assert (await news(town, made))["items"] == []
        for index in (0, 1):
            steward = town.federation.steward_keys[1][index]
            await sign_draft(town.people, join["id"], index, steward)
        await pushed(service, 1)
        told = (await news(town, made))["items"]
        assert [(each["text"], each["path"]) for each in told] == [
            ("Te admitieron: tu cuenta está abierta.", "/wallet")
        ]
        paid = town.federation.pay(
            1, payer=1, sequence=2, payee_coop=1, payee=join["account"], amount=5
        )
        (await town.client.post("/v1/payments", paid)).ok()
        await subscribe(town, service, Browser(), 3)
        await pay(town, 3, payee=3)
        await pushed(service, 2)
        assert len((await news(town, made))["items"]) == 1


@on_loop
async def test_a_place_is_the_persons_own(tmp_path: Path) -> None:
    async with telling(tmp_path, targets_each=2) as (town, service, _):
        made = await subscribe(town, service, Browser(), 2)
        stranger = await town.people.member(3)
        found = await town.client.call(
            "DELETE", f"/v1/me/notices/targets/{made['id']}", token=stranger
        )
        assert found.problem() == "notice_target_not_found"
        wrong = await town.client.post(
            f"/v1/notices/{made['id']}/news", {"code": "0" * 32, "since": 0}
        )
        assert wrong.problem() == "notice_code_wrong"
        again = await subscribe(town, service, Browser(), 2)
        assert again["id"] == made["id"], "the same browser keeps its place"
        token = await town.people.member(2)
        for at, status in (("x", 201), ("y", 409)):
            asked = Browser().request(f"{service.url}/{at}")
            answer = await town.client.post("/v1/me/notices/push", asked, token=token)
            assert answer.status == status
        assert (
            await town.client.call("DELETE", f"/v1/me/notices/targets/{made['id']}", token=token)
        ).status == 204
        await pay(town)
        await pushed(service, 1)
        assert [str(headers["TTL"]) for headers, _ in service.taken] == ["86400"]


@on_loop
async def test_a_limit_is_told_before_it_falls_and_when_it_is_near(tmp_path: Path) -> None:
    async with telling(tmp_path) as (town, service, _):
        made = await subscribe(town, service, Browser(), 1)
        now = town.node.api.clock_ms() // 1000
        await pay(town, 1, 75_000)
        until_ = now + 5 * 86_400
        for revision, until_day in ((1, now + 9 * 86_400), (2, until_)):
            limit = town.federation.limit(
                1, 1, revision=revision, limit=80_000, until=until_day, after=10_000
            )
            (await town.client.post("/v1/transactions", as_json_transaction(limit))).ok()

        async def is_told() -> bool:
            return len((await news(town, made))["items"]) == 3

        await until(is_told, "what begins is told")
        told = {each["kind"]: each["text"] for each in (await news(town, made))["items"]}
        assert told["limit_changed"] == "Ahora podés deber hasta 800,00 fiado."
        assert told["near_limit"] == "Estás cerca de tu límite: te quedan 50,00 fiado para pagar."
        assert "tu límite baja a 100,00 fiado. Son 650,00 fiado menos" in told["limit_falls"]
        me = await town.people.me(1)
        assert me["fall"] == {"time": until_, "limit": 10_000, "beyond": 65_000}


@on_loop
async def test_mail_that_is_not_taken_is_told_to_the_operator(tmp_path: Path) -> None:
    async with telling(tmp_path, alarm_failures=1) as (town, _, mail):
        mail.dead = "554 not today"
        token = await town.people.member(2)
        asked = {"address": ADDRESS, "language": "es"}
        (await town.client.post("/v1/me/notices/mail", asked, token=token)).ok()

        async def fails() -> bool:
            return [each["kind"] for each in await failing(town)] == ["mail_failing"]

        await until(fails, "the operator is told")
        assert "554 not today" in (await failing(town))[0]["detail"]
        assert (await town.client.get("/ready")).status == 200, "payments go on"
        mail.dead = ""
        other = {"address": "b@x.example", "language": "es"}
        (await town.client.post("/v1/me/notices/mail", other, token=token)).ok()

        async def works() -> bool:
            return await failing(town) == []

        await until(works, "it is over")


@on_loop
async def test_an_address_that_the_server_refuses_for_good_is_forgotten(tmp_path: Path) -> None:
    async with telling(tmp_path, alarm_failures=1) as (town, _, mail):
        mail.refused[ADDRESS] = "550 nobody here"
        token = await town.people.member(2)
        asked = {"address": ADDRESS, "language": "es"}
        (await town.client.post("/v1/me/notices/mail", asked, token=token)).ok()

        async def is_forgotten() -> bool:
            found = (await town.client.get("/v1/me/notices", token=token)).ok()
            return not found["targets"]

        await until(is_forgotten, "the address is forgotten")
        assert await failing(town) == []


@on_loop
async def test_several_things_come_as_one_mail_after_a_pause(tmp_path: Path) -> None:
    ahead = Ahead()
    async with telling(tmp_path, world=ahead.world(), mail_pause_ms=600_000) as (town, _, mail):
        target, sender = await confirmed(town, mail), town.node.api.notices.sender
        await pay(town, 1, 100)
        await arrived(mail, 2)
        await until(lambda: not sender._workers, "that mail is written down")
        await pay(town, 2, 100)
        await pay(town, 3, 100)
        await pay(town, 4, 250)
        assert len(mail.taken) == 2
        ahead.steady_ms = 600_001
        sender.wake(target)
        await arrived(mail, 3)
        assert len(mail.taken) == 3
        lines = mail.taken[2][1].get_content().splitlines()
        assert lines[:2] == ["Te pagaron 1,00 fiado. (×2)", "Te pagaron 2,50 fiado."]


@on_loop
async def test_an_address_gets_so_many_mails_a_day(tmp_path: Path) -> None:
    ahead = Ahead()
    async with telling(tmp_path, world=ahead.world(), mails_daily=1) as (town, _, mail):
        target, sender = await confirmed(town, mail), town.node.api.notices.sender
        await pay(town, 1, 100)
        await arrived(mail, 2)
        await until(lambda: not sender._workers, "that mail is written down")
        ahead.steady_ms = 80_000_000
        await pay(town, 2, 200)
        await pay(town, 3, 300)
        assert len(mail.taken) == 2
        ahead.steady_ms = 86_400_001
        sender.wake(target)
        await arrived(mail, 3)
        lines = mail.taken[2][1].get_content().splitlines()
        assert lines[:2] == ["Te pagaron 2,00 fiado.", "Te pagaron 3,00 fiado."]


@on_loop
async def test_what_waits_is_sent_after_a_restart(tmp_path: Path) -> None:
    """A notice is written with what it tells; the node that comes back sends it."""
    federation = build_federation(coops=2)
    async with push_service() as service:
        folder = make_folder(tmp_path, federation, 1, settings=settings(None, look_ms=60_000))
        browser = Browser()
        async with open_node(folder) as node, client_of(node) as client:
            await until_ready(node)
            town = Town(federation, node, client, People(federation, 1, client))
            await town.people.admit(1, 2)
            service.answers = [503]
            await subscribe(town, service, browser)
            await pay(town)
            await pushed(service, 1)
        world = World(clock_ms=lambda: wall_clock_ms() + 3_600_000)
        async with open_node(folder, world) as node:
            await pushed(service, 2)
        assert browser.open(service.taken[1][1]) == LOOK


@on_loop
async def test_a_replaced_key_ends_what_it_asked_for(tmp_path: Path) -> None:
    async with telling(tmp_path) as (town, service, _):
        made = await subscribe(town, service, Browser())
        closed = town.federation.status(1, 2, revision=1, status=Status.CLOSED)
        (await town.client.post("/v1/transactions", as_json_transaction(closed))).ok()

        async def is_over() -> bool:
            asked = {"code": made["code"], "since": 0}
            return (await town.client.post(f"/v1/notices/{made['id']}/news", asked)).status == 403

        await until(is_over, "the subscription is over")


@on_loop
async def test_a_node_that_was_not_set_up_says_so(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        assert (await town.client.get("/v1/notices")).ok() == {"push_key": None, "mail": False}
        token = await town.people.member(1)
        asked = Browser().request("https://push.example/x")
        answer = await town.client.post("/v1/me/notices/push", asked, token=token)
        assert answer.problem() == "no_push"
        mail = {"address": ADDRESS, "language": "pt"}
        assert (
            await town.client.post("/v1/me/notices/mail", mail, token=token)
        ).problem() == "no_mail"
