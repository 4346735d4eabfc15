"""Names beside the log: taken in with admissions, found, asked of other homes, erased; and in no log."""

from collections.abc import Mapping
from pathlib import Path

import aiohttp
import pytest

from ledger.names import Opening
from node.engine.recording.names import Names
from node.http.base.sessions import SessionRole
from node.spellings import to_base64url
from tests.node.http.towns import Town, one_node, same_lengths, some_nodes
from tests.node.loops import on_loop
from tests.node.running import QUICK, Answer, JsonObject
from tests.owning_builders import delegate, owner_key, owner_keys, set_owners, till_key
from tests.vectors.make_names import opening_of


def committed(town: Town, opening: Opening, coop: int = 1) -> bytes:
    return opening.commitment(federation=town.federation.id, coop=coop)


def body(
    town: Town, account: int, opening: Opening, *, coop: int = 1, told: Opening | None = None
) -> JsonObject:
    """An admission whose commitment `opening` opens, sent with `told`."""
    transaction = town.federation.admit(coop, account, handle=committed(town, opening, coop))
    name = told or opening
    return {
        "transaction": to_base64url(transaction),
        "name": {"salt": name.salt.hex(), "handle": name.handle},
    }


async def admit(town: Town, account: int, handle: str, *, coop: int = 1) -> None:
    asked = body(town, account, opening_of(handle), coop=coop)
    (await town.client.post("/v1/transactions", asked)).ok()


def without_directory(root: Path, name: bytes) -> list[Path]:
    """The files below `root`, but for the database of the home node, that have these bytes in them."""
    return [each for each in root.rglob("*") if each.is_file() and name in each.read_bytes()]


@on_loop
async def test_a_name_is_found_by_who_knows_it_and_told_to_members(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=1) as town:
        await admit(town, 2, "beatriz")
        get = town.client.get
        by_name = (await get("/v1/accounts/norte/@beatriz")).ok()
        assert (by_name["account"], by_name["handle"]) == (2, "beatriz")
        assert by_name["salt"] == opening_of("beatriz").salt.hex()
        assert by_name["commitment"] == committed(town, opening_of("beatriz")).hex()
        stranger = (await get("/v1/accounts/norte/2")).ok()
        assert (stranger["handle"], stranger["salt"]) == ("#2", None)
        token = await town.people.member(1)
        assert (await get("/v1/accounts/norte/2", token=token)).ok()["handle"] == "beatriz"
        assert (await get("/v1/accounts/norte/@%232")).ok()["account"] == 2


@on_loop
async def test_what_opens_nothing_and_names_that_are_taken_change_nothing(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=1) as town:
        await admit(town, 2, "beatriz")
        before = await town.digest()
        post = town.client.post
        wrong = body(town, 3, opening_of("carla"), told=opening_of("clara"))
        assert (await post("/v1/transactions", wrong)).problem() == "name_not_opened"
        unopened = {"transaction": wrong["transaction"]}
        assert (await post("/v1/transactions", unopened)).problem() == "name_not_opened"
        again = body(town, 3, Opening(salt=bytes(16), handle="beatriz"))
        assert (await post("/v1/transactions", again)).problem() == "handle_taken"
        in_log = body(town, 3, opening_of("member1"))
        assert (await post("/v1/transactions", in_log)).problem() == "handle_taken"
        plain = {"transaction": to_base64url(town.federation.admit(1, 3, handle="beatriz"))}
        assert (await post("/v1/transactions", plain)).problem() == "handle_taken"
        assert await town.digest() == before
        # The very admission that was recorded is found again, and its name stays.
        await admit(town, 2, "beatriz")
        assert await town.digest() == before
        # One that the rules refuse leaves no name behind.
        refused = body(town, 2, opening_of("dora"))
        assert (await post("/v1/transactions", refused)).problem() == "account_exists"
        await admit(town, 3, "dora")


@on_loop
async def test_many_are_admitted_once_their_names_are_given(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=1) as town:
        openings = [opening_of(f"vecino{number}") for number in range(2, 6)]
        batch = b"".join(
            town.federation.admit(1, number, handle=committed(town, opening))
            for number, opening in enumerate(openings, 2)
        )
        answer = await town.client.post("/v1/transactions/batch", batch)
        assert answer.problem() == "name_not_opened"
        token = await town.people.steward(0)
        names = [{"salt": each.salt.hex(), "handle": each.handle} for each in openings]
        twice = {"names": [*names, {"salt": bytes(16).hex(), "handle": "vecino2"}]}
        offer = town.client.post
        assert (await offer("/v1/names", twice, token=token)).problem() == "handle_taken"
        taken = {"names": [{"salt": bytes(16).hex(), "handle": "member1"}]}
        assert (await offer("/v1/names", taken, token=token)).problem() == "handle_taken"
        assert (await offer("/v1/names", {"names": names}, token=token)).status == 200
        results = (await town.client.post("/v1/transactions/batch", batch)).ok()["results"]
        assert min(results) > 0
        assert (await town.client.get("/v1/accounts/norte/@vecino5")).ok()["account"] == 5


async def ask(town: Town, number: int, steward: str, reason: str | None = None) -> Answer:
    path = f"/v1/members/{number}/erasure"
    return await town.client.post(path, {"reason": reason}, token=steward)


@on_loop
async def test_the_owner_sees_why_and_who_asked_can_take_it_back(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        first, second = await town.people.steward(0), await town.people.steward(1)
        owner, path = await town.people.member(1), "/v1/members/1/erasure"
        early = await town.client.call("DELETE", path, token=first)
        assert early.problem() == "erasure_not_asked"
        for wrong in ("", "two\nlines", "x" * 201):
            assert (await ask(town, 1, first, wrong)).problem() == "request_malformed"
        (await ask(town, 1, first, "she wrote to us")).ok()
        seen = (await town.client.get("/v1/me", token=owner)).ok()["erasure"]
        assert (seen["asked"], seen["reasons"]) == (1, ["she wrote to us"])
        # Nobody takes back what another has asked.
        others = await town.client.call("DELETE", path, token=second)
        assert others.problem() == "erasure_not_asked"
        left = (await town.client.call("DELETE", path, token=first)).ok()
        assert (left["erased"], left["asked"], left["reasons"]) == (False, 0, [])
        assert (await town.client.get("/v1/me", token=owner)).ok()["erasure"] is None
        assert (await ask(town, 1, second)).ok()["erased"] is False
        assert (await ask(town, 1, first)).ok()["erased"] is True
        late = await town.client.call("DELETE", path, token=first)
        assert late.problem() == "erasure_not_asked"


@on_loop
async def test_an_erased_name_is_gone_and_never_given_again(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=1) as town:
        await admit(town, 2, "beatriz")
        await admit(town, 3, "carla")
        before = await town.digest()
        token = await town.people.member(2)
        assert (await town.client.call("DELETE", "/v1/me/name", token=token)).status == 204
        for place, erased in ((0, False), (0, False), (1, True)):
            steward = await town.people.steward(place)
            answer = (await ask(town, 3, steward)).ok()
            assert (answer["erased"], answer["needed"]) == (erased, 2)
            assert answer["asked"] == place + 1
            if not erased:
                third = await town.people.member(3)
                asked = (await town.client.get("/v1/me", token=third)).ok()["erasure"]
                assert asked == {"erased": False, "asked": 1, "needed": 2, "reasons": []}
                assert (await town.client.get("/v1/accounts/norte/@carla")).status == 200
        assert (await ask(town, 9, steward)).status == 404
        assert await town.digest() == before
        get = town.client.get
        for handle in ("beatriz", "carla"):
            assert (await get(f"/v1/accounts/norte/@{handle}")).problem() == "name_erased"
        mine = (await get("/v1/me", token=token)).ok()
        assert (mine["handle"], mine["erased"], mine["salt"]) == ("#2", True, None)
        again = body(town, 4, Opening(salt=bytes(16), handle="beatriz"))
        assert (await town.client.post("/v1/transactions", again)).problem() == "handle_taken"
        # A name that a log of an earlier version has: the node shows it no more.
        mine_token = await town.people.member(1)
        assert (await town.client.call("DELETE", "/v1/me/name", token=mine_token)).status == 204
        assert (await get("/v1/accounts/norte/@member1")).problem() == "name_erased"
        assert (await get("/v1/me", token=mine_token)).ok()["handle"] == "#1"


@on_loop
async def test_one_of_two_owners_erases_no_name(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        owners = set_owners(town.federation, 1, 1, needed=2, keys=owner_keys(1, 2))
        (await town.client.post("/v1/transactions", owners)).ok()
        token = await town.client.open_session(SessionRole.MEMBER, 1, owner_key(1, 0))
        erased = await town.client.call("DELETE", "/v1/me/name", token=token)
        assert erased.problem() == "name_of_several"
        assert (await town.client.get("/v1/accounts/norte/@member1")).status == 200
        for place in (0, 1):
            steward = await town.people.steward(place)
            answer = await ask(town, 1, steward)
            assert answer.ok()["erased"] is (place == 1)


async def _are_slowed(town: Town, path: str) -> None:
    get = town.client.get
    token = await town.people.member(1)
    for _ in range(20):
        assert (await get(f"{path}/@member1")).status == 200
    told = [(await get(f"{path}/@nadie{each}")).status for each in range(10)]
    assert 4 <= told.count(404) < 10 and told[-1] == 429
    assert (await get(f"{path}/@member1")).problem() == "too_many_requests"
    if "accounts" in path:
        assert (await get(f"{path}/@nadie", token=token)).status == 404
        assert (await get(f"{path}/@member1", token=token)).status == 200


@pytest.mark.parametrize("path", ["/v1/accounts/norte", "/v1/keys"])
def test_guesses_of_names_are_slowed_and_sessions_are_not(tmp_path: Path, path: str) -> None:
    """Also where anybody may ask for what the books have of a key; there those with a session wait too, once
    their address has to."""

    @on_loop
    async def run() -> None:
        settings = QUICK + "[http]\ncostly_burst = 5\ncostly_per_minute = 1\n"
        async with one_node(tmp_path, settings=settings) as town:
            await _are_slowed(town, path)

    run()


@on_loop
async def test_who_has_a_session_looks_for_keys_by_name_without_waiting(tmp_path: Path) -> None:
    settings = QUICK + "[http]\ncostly_burst = 5\ncostly_per_minute = 1\n"
    async with one_node(tmp_path, settings=settings) as town:
        token = await town.people.member(1)
        told = [await town.client.get(f"/v1/keys/@nadie{each}", token=token) for each in range(10)]
        assert [each.status for each in told] == [404] * 10


@on_loop
async def test_a_new_name_is_not_of_digits_alone(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=1) as town:
        post, before = town.client.post, await town.digest()
        wish = {"key": town.federation.member_key(1, 2).public_key.hex(), "handle": "3"}
        assert (await post("/v1/joins/proposals", wish)).problem() == "handle_is_number"
        asked = body(town, 2, opening_of("3"))
        assert (await post("/v1/transactions", asked)).problem() == "handle_is_number"
        token = await town.people.steward(0)
        names = {"names": [{"salt": bytes(16).hex(), "handle": "37"}]}
        assert (await post("/v1/names", names, token=token)).problem() == "handle_is_number"
        assert await town.digest() == before


async def pay_page(town: Town, to: str) -> tuple[int, str]:
    """The page that asks for a payment: its status, and what it says in English."""
    async with (
        aiohttp.ClientSession(headers={"Accept": "text/html"}) as session,
        session.get(f"{town.node.url}/pay?to={to}&lang=en") as answer,
    ):
        return answer.status, await answer.text()


async def admitted_in_both(towns: Mapping[int, Town]) -> None:
    await admit(towns[1], 1, "marisol-del-norte")
    await admit(towns[2], 1, "florencia-del-sur", coop=2)
    await same_lengths(*towns.values())


@on_loop
async def test_another_coops_name_is_asked_of_its_home_and_kept_on_no_disk(tmp_path: Path) -> None:
    async with some_nodes(tmp_path, 1, 2, members=0) as towns:
        await admitted_in_both(towns)
        one, two = towns[1], towns[2]
        found = (await one.client.get("/v1/accounts/sur/@florencia-del-sur")).ok()
        assert (found["account"], found["handle"]) == (1, "florencia-del-sur")
        missing = await one.client.get("/v1/accounts/sur/@nadie")
        assert (missing.problem(), missing.json["retryable"]) == ("account_not_found", False)
        # The page of a link to somebody elsewhere knows the name too, though nobody asked before.
        assert (await pay_page(two, "marisol-del-norte@norte"))[0] == 200
        assert (await pay_page(two, "nadie@norte"))[0] == 404
        # The payer's page of the other side's history has the name too, and so has the payee's.
        pay = one.federation.pay(1, payer=1, sequence=1, payee_coop=2, payee=1, amount=5)
        (await one.client.post("/v1/payments", pay)).ok()
        token = await one.people.member(1)
        (item,) = (await one.client.get("/v1/me/history", token=token)).ok()["items"]
        assert item["other"]["handle"] == "florencia-del-sur"
        assert two.node is not one.node
    for name in (b"florencia-del-sur", b"marisol-del-norte"):
        found_in = {each.parent.name for each in without_directory(tmp_path, name)}
        assert len(found_in) == 1, found_in


def logged(caplog: pytest.LogCaptureFixture) -> list[JsonObject]:
    """The values of lines about requests that failed."""
    failed = [each for each in caplog.records if each.getMessage() == "request_failed"]
    return [vars(each)["fiado_values"] for each in failed]


@on_loop
async def test_a_home_that_can_not_be_asked_is_told_apart_from_a_name_that_nobody_has(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with one_node(tmp_path, members=1) as town:  # coop 2's node never comes
        get = town.client.get
        for named in ("@florencia-del-sur", "florencia-del-sur", "@#7", "7"):
            answer = await get(f"/v1/accounts/sur/{named}")
            assert (answer.status, answer.problem()) == (503, "home_not_asked"), named
            assert answer.json["retryable"] and answer.headers["Retry-After"] == "30"
        for nobody in ("sur/0", "sur/4294967296", "norte/@florencia-del-sur", "norte/7"):
            assert (await get(f"/v1/accounts/{nobody}")).problem() == "account_not_found"
        status, text = await pay_page(town, "florencia-del-sur@sur")
        assert status == 503 and "ask it now" in text
        assert (await pay_page(town, "florencia-del-sur@luna"))[0] == 404
    assert {each["path"] for each in logged(caplog)} == {"/v1/accounts/{coop}/{account}"}
    assert "florencia" not in str(logged(caplog))


@on_loop
async def test_nor_is_a_home_that_does_not_answer_taken_for_one_that_knows_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("node.http.base.naming._MOST_LOOKS", 2)
    async with some_nodes(tmp_path, 1, 2, members=0) as towns:
        await admitted_in_both(towns)
        with monkeypatch.context() as silent:
            silent.setattr(Names, "on_question", lambda *_: None)
            answer = await towns[1].client.get("/v1/accounts/sur/@florencia-del-sur")
        assert answer.problem() == "home_not_asked" and "linked" in answer.json["detail"]
        # What number an account has is in its log, and that comes over the link.
        assert (await towns[1].client.get("/v1/accounts/sur/7")).problem() == "account_not_found"
        (await towns[1].client.get("/v1/accounts/sur/@florencia-del-sur")).ok()


@on_loop
async def test_an_address_pays_for_guesses_but_not_for_homes_that_can_not_be_asked(
    tmp_path: Path,
) -> None:
    settings = QUICK + "[http]\ncostly_burst = 5\ncostly_per_minute = 1\n"
    async with one_node(tmp_path, members=1, settings=settings) as town:
        away = [await town.client.get(f"/v1/accounts/sur/@nadie{each}") for each in range(10)]
        assert {each.status for each in away} == {503}
        pages = [await pay_page(town, f"nadie{each}@norte") for each in range(10)]
        assert [status for status, _ in pages[-3:]] == [429] * 3


@on_loop
async def test_a_log_may_be_for_members_and_links_alone(tmp_path: Path) -> None:
    settings = QUICK + "[http]\nlog_for_members = true\n"
    async with some_nodes(tmp_path, 1, 2, settings=settings) as towns:
        one = towns[1]
        pay = one.pay()
        (await one.client.post("/v1/payments", pay)).ok()
        number = (await one.client.get("/v1/logs/norte/head")).ok()["length"]
        closed = ("/v1/logs/norte/entries", f"/v1/receipts/norte/{number}")
        paths = (*closed, "/v1/logs/sur/entries", f"/v1/payments/norte/{number}")
        for path in paths:
            assert (await one.client.get(path)).problem() == "unauthorized"
        for path in ("/v1/logs", "/v1/charter", "/v1/digest", "/v1/evidence", "/v1/federation"):
            assert (await one.client.get(path)).status == 200
        for token in (await one.people.member(1), await one.people.steward(0)):
            for path in paths:
                assert (await one.client.get(path, token=token)).status == 200
        await same_lengths(*towns.values())


@on_loop
async def test_where_the_log_is_for_members_so_are_tills(tmp_path: Path) -> None:
    settings = QUICK + "[http]\nlog_for_members = true\n"
    async with one_node(tmp_path, settings=settings) as town:
        now = (await town.client.post("/v1/sessions/challenge")).ok()["expires"]
        given = delegate(town.federation, 1, 1, until=now + 86_400)
        (await town.client.post("/v1/transactions", given)).ok()
        get = town.client.get
        for path in ("/v1/keys/1", "/v1/keys/1?till=" + "0" * 64):
            stranger = (await get(path)).ok()
            assert (stranger["delegated"], stranger["delegated_hidden"]) == ([], True)
        (own,) = (await get(f"/v1/keys/1?till={till_key(0).public_key.hex()}")).ok()["delegated"]
        assert own["spent_today"] == 0
        token = await town.people.member(2)
        told = (await get("/v1/keys/1", token=token)).ok()
        assert (len(told["delegated"]), told["delegated_hidden"]) == (1, False)
        assert (await get("/v1/keys/1", token="x" * 43)).status == 401
