"""Sessions and what members see: their own, and nobody else's."""

import os
from pathlib import Path

import pytest

from node.http.base.sessions import SessionRole, Sessions, session_message
from node.http.base.settings import HttpSettings
from node.spellings import from_base64url, to_base64url
from tests.node.http.towns import one_node
from tests.node.loops import on_loop
from tests.node.running import QUICK, JsonObject

PRIVATE = ("/v1/me", "/v1/me/history", "/v1/me/changes", f"/v1/me/memos/{'0' * 64}")
STEWARDS = ("/v1/members", "/v1/members/1", "/v1/members/1/history", "/v1/drafts")


@on_loop
async def test_private_things_need_a_session(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        for path in (*PRIVATE, *STEWARDS, f"/v1/reasons/{'0' * 64}"):
            answer = await town.client.get(path)
            assert (answer.status, answer.problem()) == (401, "unauthorized"), path
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            for token in ("nonsense!", to_base64url(bytes(32)), ""):
                answer = await town.client.get(path, token=token)
                assert answer.problem() == "session_invalid", path


@on_loop
async def test_members_see_their_own_and_stewards_see_all(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        (await town.client.post("/v1/payments", town.pay(amount=70))).ok()
        member, steward = await town.people.member(1), await town.people.steward(0)
        for path in STEWARDS:
            assert (await town.client.get(path, token=member)).problem() == "forbidden"
        for path in PRIVATE[1:]:
            assert (await town.client.get(path, token=steward)).problem() == "forbidden"
        me = await town.people.me(1)
        assert (me["role"], me["balance"], me["available"]) == ("member", -70, 99_930)
        assert me["next_sequence"] == 2
        seen = (await town.client.get("/v1/members/1", token=steward)).ok()
        assert me.pop("paid_for") == [] and me.pop("erasure") is None
        assert me.pop("recent") is None
        assert {"role": "member", **seen, "time": 0} == {**me, "time": 0}
        history = (await town.client.get("/v1/members/1/history", token=steward)).ok()
        assert history["items"] == await town.people.history(1)
        who = (await town.client.get("/v1/me", token=steward)).ok()
        assert (who["role"], who["name"]) == ("steward", "steward 0")
        missing = await town.client.get("/v1/members/99", token=steward)
        assert missing.problem() == "account_not_found"
        missing = await town.client.get("/v1/members/99/history", token=steward)
        assert missing.problem() == "account_not_found"


@on_loop
async def test_members_are_listed_in_pages(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=5) as town:
        steward = await town.people.steward(0)
        found: list[int] = []
        path = "/v1/members?limit=2"
        while True:
            page = (await town.client.get(path, token=steward)).ok()
            found += [member["account"] for member in page["members"]]
            if page["next"] is None:
                break
            path = f"/v1/members?limit=2&after={page['next']}"
        assert found == [1, 2, 3, 4, 5]


@on_loop
async def test_history_goes_back_page_by_page(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        for sequence in range(1, 8):
            (await town.client.post("/v1/payments", town.pay(sequence=sequence))).ok()
        token = await town.people.member(1)
        items: list[JsonObject] = []
        path = "/v1/me/history?limit=3"
        while True:
            page = (await town.client.get(path, token=token)).ok()
            items += page["items"]
            if page["next"] is None:
                break
            path = f"/v1/me/history?limit=3&before={page['next']}"
        assert [item["sequence"] for item in items] == [7, 6, 5, 4, 3, 2, 1]
        assert all(item["delivered"] and item["direction"] == "out" for item in items)
        other = await town.people.history(2)
        assert [item["sequence"] for item in other] == [None] * 7
        assert {item["direction"] for item in other} == {"in"}
        for cursor in ("x", "1.2", "1.2.x", "1.2.3.4", "9" * 40 + ".1.1"):
            answer = await town.client.get(f"/v1/me/history?before={cursor}", token=token)
            assert answer.problem() == "request_malformed"


@on_loop
async def test_the_account_and_its_newest_payments_come_in_one_answer(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        for sequence in range(1, 5):
            (await town.client.post("/v1/payments", town.pay(sequence=sequence))).ok()
        token = await town.people.member(1)
        me = (await town.client.get("/v1/me?recent=3", token=token)).ok()
        assert me["next_sequence"] == 5
        assert [item["sequence"] for item in me["recent"]] == [4, 3, 2]
        history = (await town.client.get("/v1/me/history?limit=3", token=token)).ok()
        assert me["recent"] == history["items"]
        assert (await town.client.get("/v1/me", token=token)).ok()["recent"] is None
        for wrong in ("recent=-1", "recent=x", "recent=100000", "newest=3"):
            answer = await town.client.get(f"/v1/me?{wrong}", token=token)
            assert answer.problem() == "request_malformed"


@on_loop
async def test_an_account_is_found_by_number_and_by_handle(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=1) as town:
        digits = town.federation.admit(1, 2, handle="123")
        (await town.client.post("/v1/transactions", digits)).ok()
        get = town.client.get
        assert (await get("/v1/accounts/norte/1")).ok()["handle"] == "member1"
        assert (await get("/v1/accounts/1/member1")).ok()["account"] == 1
        assert (await get("/v1/accounts/1/@123")).ok()["account"] == 2
        assert (await get("/v1/accounts/norte/123")).problem() == "account_not_found"
        assert (await get("/v1/accounts/norte/4294967296")).problem() == "account_not_found"
        assert (await get("/v1/accounts/norte/9999999999")).problem() == "account_not_found"
        assert (await get("/v1/accounts/norte/nobody")).problem() == "account_not_found"
        assert (await get("/v1/accounts/norte/0")).problem() == "account_not_found"
        public = (await get("/v1/accounts/norte/1")).ok()
        assert set(public) == {
            "coop",
            "coop_number",
            "account",
            "handle",
            "class",
            "key",
            "status",
            "commitment",
            "salt",
            "erased",
            "warnings",
        }


@on_loop
async def test_a_session_ends(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        token = await town.people.member(1)
        assert (await town.client.call("DELETE", "/v1/sessions", token=token)).status == 204
        assert (await town.client.get("/v1/me", token=token)).problem() == "session_invalid"


@on_loop
async def test_a_challenge_works_once_and_only_for_who_signed_it(tmp_path: Path) -> None:
    settings = QUICK + "[http]\ncostly_burst = 1000\n"
    async with one_node(tmp_path, settings=settings) as town:
        key = town.federation.member_key(1, 1)

        async def answer(
            *, role: str = "member", number: int = 1, signed_number: int = 1, coop: int = 1
        ) -> JsonObject:
            challenge = (await town.client.post("/v1/sessions/challenge")).ok()["challenge"]
            data = from_base64url(challenge)
            assert data is not None
            message = session_message(
                federation=town.federation.id,
                coop=coop,
                role=SessionRole.MEMBER,
                number=signed_number,
                challenge=data,
            )
            signature = key.sign(message).hex()
            return {
                "role": role,
                "number": number,
                "challenge": challenge,
                "signature": signature,
            }

        post = town.client.post
        request = await answer()
        assert (await post("/v1/sessions", request)).status == 201
        assert (await post("/v1/sessions", request)).problem() == "challenge_invalid"
        for wrong in (
            await answer(number=2),
            await answer(number=2, signed_number=2),
            await answer(number=99, signed_number=99),
            await answer(role="steward", number=0),
            await answer(role="steward", number=63),
            await answer(coop=2),
            {**await answer(), "challenge": to_base64url(bytes(40))},
        ):
            assert (await post("/v1/sessions", wrong)).problem() == "challenge_invalid"


def sessions(**settings: int) -> Sessions:
    return Sessions(HttpSettings(**settings), os.urandom)  # type: ignore[arg-type]


def test_challenges_and_sessions_expire() -> None:
    kept = sessions(challenge_ms=100, session_ms=1_000)
    challenge, expires_ms = kept.challenge(5_000)
    assert expires_ms == 5_100
    assert kept.is_challenge(challenge, 5_099)
    assert not kept.is_challenge(challenge, 5_100)
    token, session = kept.open(SessionRole.MEMBER, 1, key=b"", challenge=challenge, now_ms=5_050)
    assert not kept.is_challenge(challenge, 5_050), "it was used"
    assert kept.find(token, 6_049) == session
    assert kept.find(token, 6_050) is None
    assert kept.find(token, 5_050) is None, "once over, it is forgotten"


def test_a_challenge_of_another_node_is_none_here() -> None:
    challenge, _ = sessions().challenge(0)
    assert not sessions().is_challenge(challenge, 0)


def test_the_number_of_sessions_is_bounded() -> None:
    kept = sessions(sessions=4, sessions_each=2)

    def open_one(number: int) -> bytes:
        challenge, _ = kept.challenge(0)
        return kept.open(SessionRole.MEMBER, number, key=b"", challenge=challenge, now_ms=0)[0]

    mine = [open_one(1) for _ in range(3)]
    assert [kept.find(token, 0) is not None for token in mine] == [False, True, True]
    others = [open_one(number) for number in (2, 3, 4)]
    alive = [kept.find(token, 0) is not None for token in (*mine, *others)]
    assert alive == [False, False, True, True, True, True]
    kept.close(mine[2])
    kept.close(mine[2])
    assert kept.find(mine[2], 0) is None


@pytest.mark.parametrize("token", ["Basic abc", "Bearer", "bearer  ", ""])
def test_odd_authorizations_are_refused(token: str, tmp_path: Path) -> None:
    @on_loop
    async def run() -> None:
        async with one_node(tmp_path, members=0) as town:
            headers = {"Authorization": token}
            answer = await town.client.call("GET", "/v1/me", headers=headers)
            assert answer.status == 401

    run()
