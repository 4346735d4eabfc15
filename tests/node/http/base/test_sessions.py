"""Sessions go by a clock that nobody sets, who has to go for newer ones is told so, and keys end them."""

from pathlib import Path

from node.http.base.sessions import SessionRole
from node.spellings import to_base64url
from node.world import World, steady_clock_ms, wall_clock_ms
from tests.node.http.members.test_members import sessions
from tests.node.http.towns import one_node
from tests.node.loops import on_loop
from tests.node.running import QUICK
from tests.recovery_builders import new_key, rekey

HOUR_MS = 3_600_000
MINUTE_MS = 60_000


class Hands:
    """Two clocks, each put forward or back by hand."""

    def __init__(self) -> None:
        self.wall_ms = 0
        self.steady_ms = 0

    def world(self) -> World:
        return World(
            clock_ms=lambda: wall_clock_ms() + self.wall_ms,
            steady_ms=lambda: steady_clock_ms() + self.steady_ms,
        )


@on_loop
async def test_the_seventeenth_login_tells_the_first(tmp_path: Path) -> None:
    settings = QUICK + "[http]\nsessions_each = 2\n"
    async with one_node(tmp_path, members=2, settings=settings) as town:
        key = town.federation.member_key(1, 1)
        other = await town.people.member(2)
        tokens = [await town.client.open_session(SessionRole.MEMBER, 1, key) for _ in range(3)]
        pushed_out = await town.client.get("/v1/me", token=tokens[0])
        assert (pushed_out.status, pushed_out.problem()) == (401, "session_ended")
        assert "newer" in pushed_out.json["detail"]
        for token in (*tokens[1:], other):
            assert (await town.client.get("/v1/me", token=token)).status == 200
        nobody = await town.client.get("/v1/me", token=to_base64url(bytes(32)))
        assert nobody.problem() == "session_invalid"
        # Who ended a session himself is not told of newer ones.
        await town.client.call("DELETE", "/v1/sessions", token=tokens[1])
        ended = await town.client.get("/v1/me", token=tokens[1])
        assert ended.problem() == "session_invalid"


def test_what_was_pushed_out_is_told_until_it_would_have_ended() -> None:
    kept = sessions(sessions_each=1, session_ms=1_000)

    def open_one(now_ms: int) -> bytes:
        challenge, _ = kept.challenge(now_ms)
        return kept.open(SessionRole.MEMBER, 1, key=b"", challenge=challenge, now_ms=now_ms)[0]

    first = open_one(0)
    assert not kept.was_pushed_out(first, 0)
    second = open_one(500)
    assert kept.was_pushed_out(first, 999) and not kept.was_pushed_out(first, 1_000)
    assert not kept.was_pushed_out(second, 999)


def test_what_is_remembered_of_those_is_bounded() -> None:
    kept = sessions(sessions=3, sessions_each=1)
    tokens = []
    for _ in range(6):
        challenge, _ = kept.challenge(0)
        tokens.append(kept.open(SessionRole.MEMBER, 1, key=b"", challenge=challenge, now_ms=0)[0])
    told = [kept.was_pushed_out(token, 0) for token in tokens]
    assert told == [False, False, True, True, True, False]


@on_loop
async def test_setting_the_clock_ends_no_session_and_lengthens_none(tmp_path: Path) -> None:
    hands = Hands()
    async with one_node(tmp_path, members=1, world=hands.world()) as town:
        token = await town.people.member(1)
        for step_ms in (2 * HOUR_MS, -4 * HOUR_MS, 2 * HOUR_MS):
            hands.wall_ms += step_ms
            assert (await town.client.get("/v1/me", token=token)).status == 200
        hands.wall_ms -= 24 * HOUR_MS
        hands.steady_ms += HOUR_MS - MINUTE_MS
        assert (await town.client.get("/v1/me", token=token)).status == 200
        hands.steady_ms += MINUTE_MS
        answer = await town.client.get("/v1/me", token=token)
        assert answer.problem() == "session_invalid"


@on_loop
async def test_ends_are_told_in_the_time_that_people_have(tmp_path: Path) -> None:
    hands = Hands()
    hands.steady_ms = 7 * HOUR_MS
    async with one_node(tmp_path, members=0, world=hands.world()) as town:
        earliest = wall_clock_ms() // 1000
        challenge = (await town.client.post("/v1/sessions/challenge")).ok()
        latest = wall_clock_ms() // 1000
        assert earliest + 60 <= challenge["expires"] <= latest + 60


@on_loop
async def test_a_session_ends_with_the_key_that_opened_it(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=2) as town:
        old, other = await town.people.member(1), await town.people.member(2)
        assert (await town.client.get("/v1/me", token=old)).status == 200
        moved = rekey(town.federation, 1, 1)
        (await town.client.post("/v1/transactions", moved)).ok()
        for path in ("/v1/me", "/v1/me/history", "/v1/proposals", "/v1/debts/1", "/v1/invoices"):
            assert (await town.client.get(path, token=old)).problem() == "session_invalid", path
        wanted = {"amount": {"value": "100", "scale": 2}}
        made = await town.client.post("/v1/invoices", wanted, token=old)
        assert made.problem() == "session_invalid"
        # The new key opens one, and others' go on.
        new = await town.client.open_session(SessionRole.MEMBER, 1, new_key(1))
        for token in (new, other):
            assert (await town.client.get("/v1/me", token=token)).status == 200
