"""What strangers leave for the stewards expires, is shared fairly, and says what else is like it."""

import asyncio
from pathlib import Path

import pytest

from ledger.codec import encode
from ledger.messages import TAG_SESSION, signed_bytes
from ledger.signatures import SigningKey
from node.http.base.origins import network_of
from node.spellings import from_base64url
from node.world import World, steady_clock_ms, wall_clock_ms
from tests.builders import signing_key
from tests.node.http.test_joins_and_drafts import limit_draft, propose, signed_join
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop
from tests.node.running import QUICK, Answer, JsonObject

DAY_MS = 86_400_000
PROXIED = QUICK + "[http]\ntrust_forwarded = true\ncostly_burst = 1000\n"


class Sleeping:
    """The clocks of a machine that can be put to sleep: both go on by what it slept."""

    def __init__(self) -> None:
        self.slept_ms = 0

    @property
    def world(self) -> World:
        return World(
            clock_ms=lambda: wall_clock_ms() + self.slept_ms,
            steady_ms=lambda: steady_clock_ms() + self.slept_ms,
        )


async def join_from(town: Town, address: str, number: int, handle: str | None = None) -> Answer:
    """A request to be admitted that comes from `address`; the key follows from `number`."""
    key = signing_key("waiting", number)
    headers = {"X-Forwarded-For": address}
    body = {"key": key.public_key.hex(), "handle": handle or f"p{number}"}
    asked = await town.client.call("POST", "/v1/joins/proposals", body=body, headers=headers)
    if asked.status != 201:
        return asked
    join = signed_join(town, asked.ok(), key)
    return await town.client.call("POST", "/v1/joins", body=join, headers=headers)


async def listed(town: Town) -> list[JsonObject]:
    """What waits at the desk, for a steward who signs in anew: sessions don't last as long as drafts."""
    town.people.sign_out()
    token = await town.people.steward(0)
    drafts: list[JsonObject] = (await town.client.get("/v1/drafts", token=token)).ok()["drafts"]
    return drafts


@on_loop
async def test_what_nobody_signs_expires(tmp_path: Path) -> None:
    machine = Sleeping()
    async with one_node(tmp_path, settings=PROXIED, world=machine.world) as town:
        join = (await join_from(town, "198.51.100.1", 1)).ok()
        token = await town.people.steward(0)
        request = limit_draft(town, "a reason")
        draft = (await town.client.post("/v1/drafts", request, token=token)).ok()
        assert join["expires"] - join["created"] == 30 * 86_400
        assert draft["expires"] - draft["created"] == 60 * 86_400
        machine.slept_ms = 30 * DAY_MS - 60_000
        assert {each["id"] for each in await listed(town)} == {join["id"], draft["id"]}
        machine.slept_ms = 30 * DAY_MS
        assert {each["id"] for each in await listed(town)} == {draft["id"]}
        gone = await town.client.get(f"/v1/joins/{join['id']}")
        assert gone.problem() == "draft_not_found"
        machine.slept_ms = 60 * DAY_MS
        assert await listed(town) == []
        # The same content may be laid down again, and then waits as long again.
        token = await town.people.steward(0)
        again = (await town.client.post("/v1/drafts", request, token=token)).ok()
        assert again["id"] == draft["id"]
        assert again["created"] >= draft["expires"]
        asked = (await join_from(town, "198.51.100.1", 1)).ok()
        assert (asked["id"], asked["state"]) == (join["id"], "waiting")


@on_loop
async def test_an_address_that_fills_all_places_makes_room_for_another(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=PROXIED + "joins = 6\n") as town:
        crowd = {(await join_from(town, "198.51.100.1", number)).ok()["id"] for number in range(5)}
        first = (await join_from(town, "198.51.100.2", 5)).ok()
        assert (await join_from(town, "198.51.100.1", 6)).problem() == "busy"
        honest = (await join_from(town, "198.51.100.3", 7)).ok()
        waiting = {each["id"] for each in await listed(town)}
        assert {first["id"], honest["id"]} < waiting
        assert len(waiting & crowd) == 4
        for number, address in enumerate(("4", "5", "6"), 8):
            (await join_from(town, f"198.51.100.{address}", number)).ok()
        waiting = {each["id"] for each in await listed(town)}
        # Nobody but the crowd has lost a place, and what it has now is no more than others have.
        assert {first["id"], honest["id"]} < waiting
        assert len(waiting & crowd) == 1


@on_loop
async def test_numbers_kept_for_one_address_make_room_for_another(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=PROXIED + "proposals = 4\n") as town:

        async def ask(number: int, address: str) -> Answer:
            body = {
                "key": signing_key("waiting", number).public_key.hex(),
                "handle": f"p{number}",
            }
            headers = {"X-Forwarded-For": address}
            return await town.client.call("POST", "/v1/joins/proposals", body=body, headers=headers)

        for number in range(4):
            (await ask(number, "198.51.100.1")).ok()
        assert (await ask(4, "198.51.100.1")).problem() == "busy"
        (await ask(5, "198.51.100.2")).ok()
        (await ask(6, "198.51.100.3")).ok()


@on_loop
async def test_one_handle_asked_for_twice_and_a_key_with_an_account_are_told(
    tmp_path: Path,
) -> None:
    async with one_node(tmp_path, settings=PROXIED) as town:
        first = (await join_from(town, "198.51.100.1", 1, "panaderia")).ok()
        second = (await join_from(town, "198.51.100.2", 2, "panaderia")).ok()
        assert (first["same_handle"], second["same_handle"]) == ([], [first["id"]])
        shown = {each["id"]: each["same_handle"] for each in await listed(town)}
        assert shown == {first["id"]: [second["id"]], second["id"]: [first["id"]]}
        owner = town.federation.member_key(1, 2)
        proposal = (await propose(town, owner, "otra")).ok()
        again = (await town.client.post("/v1/joins", signed_join(town, proposal, owner))).ok()
        assert [each["account"] for each in again["accounts_of_key"]] == [2]
        assert again["accounts_of_key"] in [each["accounts_of_key"] for each in await listed(town)]


async def accounts_of(
    town: Town, key: SigningKey, *, signer: SigningKey | None = None, challenge: str = ""
) -> Answer:
    """Ask which accounts a key has, with the signature of `signer`."""
    asked = challenge or (await town.client.post("/v1/sessions/challenge")).ok()["challenge"]
    data = from_base64url(asked)
    assert data is not None
    message = signed_bytes(
        TAG_SESSION,
        federation=town.federation.id,
        coop=1,
        body=encode(["key", key.public_key, data]),
    )
    signature = (signer or key).sign(message).hex()
    body = {"key": key.public_key.hex(), "challenge": asked, "signature": signature}
    return await town.client.post("/v1/sessions/accounts", body)


@on_loop
async def test_a_key_is_told_which_accounts_it_has(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=PROXIED) as town:
        key, other = town.federation.member_key(1, 2), signing_key("waiting", "nobody")
        found = (await accounts_of(town, key)).ok()
        assert found["coop_number"] == 1
        [account] = found["accounts"]
        assert (account["account"], account["status"]) == (2, "open")
        assert (await accounts_of(town, other)).ok()["accounts"] == []
        assert (await accounts_of(town, key, signer=other)).problem() == "challenge_invalid"
        challenge = (await town.client.post("/v1/sessions/challenge")).ok()["challenge"]
        (await accounts_of(town, key, challenge=challenge)).ok()
        once_more = await accounts_of(town, key, challenge=challenge)
        assert once_more.problem() == "challenge_invalid"


@on_loop
async def test_costly_questions_of_an_address_are_paid_one_after_another(tmp_path: Path) -> None:
    """However many are sent at once: none is asked before the one before it is paid for."""
    settings = PROXIED + "work_burst = 1\nwork_per_second = 1\n"
    async with one_node(tmp_path, settings=settings) as town:

        async def ask(address: str) -> Answer:
            headers = {"X-Forwarded-For": address}
            return await town.client.call("GET", "/v1/books?limit=1", headers=headers)

        answers = await asyncio.gather(*(ask("198.51.100.1") for _ in range(12)))
        refused = [each.problem() for each in answers if each.status != 200]
        assert refused == ["too_many_requests"] * 11
        (await ask("198.51.100.2")).ok()


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("unknown", "unknown"),
    ],
)
def test_a_client_counts_as_what_it_can_choose_its_address_from(address: str, network: str) -> None:
    assert network_of(address) == network
