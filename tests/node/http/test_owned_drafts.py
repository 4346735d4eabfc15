"""What owners of a joint account leave at the node for one another: who sees it, and when it goes."""

from dataclasses import replace
from pathlib import Path

from ledger.government.opening import Acknowledge
from ledger.signatures import SigningKey
from ledger.transactions import encode_transaction
from node.http.base.sessions import SessionRole
from node.spellings import to_base64url
from tests.node.http.test_waiting_fairly import DAY_MS, Sleeping
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop
from tests.node.running import QUICK, Answer, JsonObject
from tests.opening_builders import STATEMENT, open_books_with
from tests.owning_builders import owner_key, owner_keys, pay_jointly, set_owners, sign

MANY = QUICK + "[http]\ncostly_burst = 1000\n"
WHERE = "/v1/me/drafts"


async def joint(town: Town, *accounts: int) -> None:
    """These accounts belong to three owners each, of whom two sign."""
    for account in accounts:
        data = set_owners(town.federation, 1, account)
        (await town.client.post("/v1/transactions", data)).ok()


async def owner(town: Town, place: int, account: int = 1) -> str:
    """A session of an owner."""
    key = owner_key(account, place)
    return await town.client.open_session(SessionRole.MEMBER, account, key)


def payment(town: Town, *owners: int, amount: int = 60, sequence: int = 1) -> bytes:
    return pay_jointly(
        town.federation, 1, 1, sequence=sequence, payee=2, amount=amount, owners=owners
    )


async def leave(town: Town, token: str, data: bytes) -> Answer:
    return await town.client.post(WHERE, {"transaction": to_base64url(data)}, token=token)


async def waiting(town: Town, token: str) -> list[JsonObject]:
    found: list[JsonObject] = (await town.client.get(WHERE, token=token)).ok()["drafts"]
    return found


@on_loop
async def test_the_second_owner_finds_what_the_first_has_signed(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await joint(town, 1)
        ana, eva = await owner(town, 0), await owner(town, 1)
        before = await town.digest()
        kept = (await leave(town, ana, payment(town, 0))).ok()
        assert (kept["kind"], kept["signed_by"], kept["needed"]) == ("pay", [0], 2)
        assert kept["expires"] - kept["created"] == 60 * 86_400
        assert await waiting(town, eva) == [kept]
        # The same content is one draft, whoever signs it, however often.
        both = (await leave(town, eva, payment(town, 1))).ok()
        assert (both["id"], both["signed_by"]) == (kept["id"], [0, 1])
        assert (await leave(town, ana, payment(town, 0))).ok() == both
        assert await waiting(town, ana) == [both]
        assert await town.digest() == before
        (await town.client.post("/v1/payments", payment(town, 0, 1))).ok()
        assert await waiting(town, ana) == []
        late = await leave(town, ana, payment(town, 0, amount=70))
        assert late.problem() == "sequence_used"


@on_loop
async def test_only_owners_see_leave_and_discard(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await joint(town, 1, 3)
        ana, other = await owner(town, 0), await owner(town, 0, 3)
        kept = (await leave(town, ana, payment(town, 0))).ok()
        assert (await town.client.get(WHERE)).status == 401
        steward = await town.people.steward(0)
        assert (await town.client.get(WHERE, token=steward)).status == 403
        assert await waiting(town, other) == []
        assert (await leave(town, other, payment(town, 0))).problem() == "draft_of_another"
        path = f"{WHERE}/{kept['id']}"
        gone = await town.client.call("DELETE", path, token=other)
        assert gone.problem() == "owned_draft_not_found"
        assert await waiting(town, ana) == [kept]
        assert (await town.client.call("DELETE", path, token=await owner(town, 2))).status == 204
        assert await waiting(town, ana) == []


@on_loop
async def test_signatures_of_others_and_single_ones_are_refused(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        single = town.federation.pay(1, payer=1, sequence=1, payee_coop=1, payee=2, amount=60)
        token = await town.people.member(1)
        assert (await leave(town, token, single)).problem() == "account_not_joint"
        assert await waiting(town, token) == []
        await joint(town, 1)
        ana = await owner(town, 0)
        assert (await leave(town, ana, single)).problem() == "account_is_joint"
        assert (await leave(town, ana, payment(town, 5))).problem() == "owner_unknown"
        stranger = SigningKey(bytes(32))
        forged = pay_jointly(
            town.federation, 1, 1, sequence=1, payee=2, owners=(0,), signed_by=stranger
        )
        assert (await leave(town, ana, forged)).problem() == "signature_invalid"
        admit = town.federation.admit(1, 9)
        assert (await leave(town, ana, admit)).problem() == "wrong_endpoint"
        assert (await leave(town, ana, b"\xc0")).problem() == "entry_malformed"
        assert (await leave(town, ana, bytes(4_097))).problem() == "request_malformed"
        assert await waiting(town, ana) == []


@on_loop
async def test_an_account_has_so_many_places(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await joint(town, 1)
        ana = await owner(town, 0)
        for amount in range(1, 17):
            (await leave(town, ana, payment(town, 0, amount=amount))).ok()
        more = await leave(town, ana, payment(town, 0, amount=17))
        assert more.problem() == "owned_drafts_too_many"
        # What is there may be signed further.
        (await leave(town, ana, payment(town, 2, amount=16))).ok()
        assert [len(each["signed_by"]) for each in await waiting(town, ana)] == [1] * 15 + [2]
        # One of them is recorded, and all others are overtaken by it.
        (await town.client.post("/v1/payments", payment(town, 0, 2, amount=16))).ok()
        (await leave(town, ana, payment(town, 0, sequence=2))).ok()
        assert len(await waiting(town, ana)) == 1


@on_loop
async def test_it_goes_after_its_time_and_with_owners_who_own_it_no_more(tmp_path: Path) -> None:
    machine = Sleeping()
    async with one_node(tmp_path, settings=MANY, world=machine.world) as town:
        await joint(town, 1)
        (await leave(town, await owner(town, 0), payment(town, 0))).ok()
        (await leave(town, await owner(town, 1), payment(town, 1, amount=70))).ok()
        keys = (*owner_keys(1)[:1], owner_key(1, 5).public_key)
        changed = set_owners(town.federation, 1, 1, revision=2, keys=keys, owners=(0, 1))
        (await town.client.post("/v1/transactions", changed)).ok()
        left = await waiting(town, await owner(town, 0))
        assert [each["signed_by"] for each in left] == [[0]]
        machine.slept_ms = 60 * DAY_MS - 60_000
        assert await waiting(town, await owner(town, 0)) == left
        machine.slept_ms = 60 * DAY_MS
        assert await waiting(town, await owner(town, 0)) == []


@on_loop
async def test_owners_agree_together_with_their_opening(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await joint(town, 1)
        opened = open_books_with(town.federation, 1, ((1, 70), (2, -90)))
        (await town.client.post("/v1/transactions", opened)).ok()
        bare = Acknowledge(account=1, statement=STATEMENT, balance=70)

        def signed(*owners: int) -> bytes:
            signature = sign(town.federation, 1, bare, account=1, owners=owners)
            return encode_transaction(replace(bare, signature=signature))

        ana = await owner(town, 0)
        kept = (await leave(town, ana, signed(0))).ok()
        assert (kept["kind"], kept["signed_by"]) == ("acknowledge", [0])
        alone = await town.client.post("/v1/transactions", signed(0))
        assert alone.problem() == "owners_too_few"
        (await town.client.post("/v1/transactions", signed(0, 2))).ok()
        mine = (await town.client.get("/v1/me/opening", token=ana)).ok()
        assert mine["acknowledged"] is not None
        assert await waiting(town, ana) == []
        assert (await leave(town, ana, signed(1))).problem() == "acknowledged_already"


@on_loop
async def test_who_leaves_many_waits(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=QUICK + "[http]\ncostly_burst = 12\n") as town:
        await joint(town, 1)
        ana = await owner(town, 0)
        answers = [await leave(town, ana, payment(town, 0)) for _ in range(30)]
        assert "too_many_requests" in {each.problem() for each in answers if each.status >= 400}
