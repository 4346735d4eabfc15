"""What owners call the keys of their account: told to them only, and gone with the key and with the name."""

from pathlib import Path

from node.http.base.sessions import SessionRole
from tests.node.http.members.test_names import admit
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop
from tests.node.running import QUICK, Answer, JsonObject
from tests.owning_builders import delegate, revoke, till_key

MANY = QUICK + "[http]\ncostly_burst = 1000\n"
FOR_LONG = 365 * 86_400
WHERE = "/v1/me/labels"


async def give(town: Town, account: int) -> None:
    """Delegate the key of a till."""
    now = (await town.client.post("/v1/sessions/challenge")).ok()["expires"]
    data = delegate(town.federation, 1, account, until=now + FOR_LONG)
    (await town.client.post("/v1/transactions", data)).ok()


async def label(town: Town, token: str, key: bytes, name: str | None) -> Answer:
    return await town.client.post(WHERE, {"key": key.hex(), "label": name}, token=token)


async def labels(town: Town, token: str) -> list[JsonObject]:
    found: list[JsonObject] = (await town.client.get(WHERE, token=token)).ok()["labels"]
    return found


@on_loop
async def test_a_label_is_told_to_the_owner_only_and_goes_with_its_key(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await give(town, 1)
        own, other = await town.people.member(1), await town.people.member(2)
        before, key = await town.digest(), till_key().public_key
        (await label(town, own, key, "kiosco")).ok()
        assert await town.digest() == before
        assert await labels(town, own) == [{"key": key.hex(), "label": "kiosco"}]
        assert await labels(town, other) == []
        assert "kiosco" not in str((await town.client.get("/v1/keys/1", token=other)).ok())
        assert (await label(town, other, key, "mine")).problem() == "delegate_unknown"
        for wrong in ("", "x" * 41, "two\nlines", " blank"):
            assert (await label(town, own, key, wrong)).problem() == "request_malformed"
        (await label(town, own, key, None)).ok()
        assert await labels(town, own) == []
        (await label(town, own, key, "kiosco")).ok()
        gone = revoke(town.federation, 1, 1, revision=2)
        (await town.client.post("/v1/transactions", gone)).ok()
        assert await labels(town, own) == []
        assert (await label(town, own, key, "kiosco")).problem() == "delegate_unknown"


@on_loop
async def test_labels_are_erased_with_the_name(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=1, settings=MANY) as town:
        await admit(town, 2, "beatriz")
        key = town.federation.member_key(1, 2)
        token = await town.client.open_session(SessionRole.MEMBER, 2, key)
        (await label(town, token, key.public_key, "her phone")).ok()
        assert (await town.client.call("DELETE", "/v1/me/name", token=token)).status == 204
        assert await labels(town, token) == []
