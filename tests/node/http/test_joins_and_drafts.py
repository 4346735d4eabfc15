"""People ask to join, stewards sign together, and members read the reasons."""

import asyncio
from dataclasses import replace
from pathlib import Path

from ledger.entries import decode_transaction
from ledger.memos import reason_hash
from ledger.signatures import SigningKey
from ledger.transactions import Admit, Limit, SetStatus, Status, encode_transaction
from node.spellings import from_base64url, to_base64url
from tests.builders import signing_key
from tests.node.http.towns import Town, one_node, signature_over
from tests.node.loops import on_loop
from tests.node.running import QUICK, Answer, JsonObject

MANY = QUICK + "[http]\ncostly_burst = 1000\n"


async def propose(town: Town, key: SigningKey, handle: str, **more: object) -> Answer:
    body = {"key": key.public_key.hex(), "handle": handle, **more}
    return await town.client.post("/v1/joins/proposals", body)


def signed_join(town: Town, proposal: JsonObject, key: SigningKey) -> JsonObject:
    """The request of a person who has signed what was proposed."""
    admit = Admit(
        account=proposal["account"],
        key=key.public_key,
        handle=proposal["handle"],
        class_=("person", "organisation").index(proposal["class"]),
        limit=proposal["limit"],
    )
    signature = signature_over(town.federation.charter, 1, admit, key)
    return {
        "transaction": to_base64url(encode_transaction(replace(admit, key_signature=signature)))
    }


def steward_signature(town: Town, draft: JsonObject, steward: int) -> JsonObject:
    """A steward's signature under a draft."""
    data = from_base64url(draft["transaction"])
    assert data is not None
    transaction = decode_transaction(data)
    assert isinstance(transaction, Admit | Limit | SetStatus)
    key = town.federation.steward_keys[town.people.coop][steward]
    signature = signature_over(town.federation.charter, town.people.coop, transaction, key)
    return {"steward": steward, "signature": signature.hex()}


@on_loop
async def test_a_person_joins_and_two_stewards_admit(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY + "first_limit = 2500\n") as town:
        key = signing_key("join", "zoe")
        proposal = (await propose(town, key, "zoe", **{"class": "organisation"})).ok()
        assert (proposal["account"], proposal["limit"]) == (4, 2_500)
        join = (await town.client.post("/v1/joins", signed_join(town, proposal, key))).ok()
        assert (join["origin"], join["state"], join["needed"]) == ("join", "waiting", 2)
        assert join["facts"]["handle"] == "zoe"
        steward = await town.people.steward(0)
        listed = (await town.client.get("/v1/drafts", token=steward)).ok()["drafts"]
        assert [draft["id"] for draft in listed] == [join["id"]]

        path = f"/v1/drafts/{join['id']}/signatures"
        first = await town.client.post(path, steward_signature(town, join, 0), token=steward)
        assert [name["name"] for name in first.ok()["signed_by"]] == ["steward 0"]
        assert (await town.client.get("/v1/accounts/1/zoe")).problem() == "account_not_found"
        second = await town.client.post(path, steward_signature(town, join, 2), token=steward)
        assert second.ok()["state"] == "recorded"
        assert second.ok()["recorded"]["number"] == 4
        account = (await town.client.get("/v1/accounts/1/zoe")).ok()
        assert (account["account"], account["class"]) == (4, "organisation")
        seen = (await town.client.get(f"/v1/joins/{join['id']}")).ok()
        assert (seen["state"], seen["account"]) == ("recorded", 4)
        assert (await town.client.get("/v1/drafts", token=steward)).ok()["drafts"] == []
        # A steward whose click was lost signs again, and is told the same.
        again = await town.client.post(path, steward_signature(town, join, 2), token=steward)
        assert again.ok()["recorded"]["number"] == 4
        assert again.ok()["recorded"]["repeated"] is True


@on_loop
async def test_numbers_of_proposals_are_kept_apart(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        keys = [signing_key("join", number) for number in range(12)]
        proposals = await asyncio.gather(
            *(propose(town, key, f"person{number}") for number, key in enumerate(keys))
        )
        accounts = [proposal.ok()["account"] for proposal in proposals]
        assert sorted(accounts) == list(range(4, 16))
        repeated = (await propose(town, keys[0], "person0")).ok()
        assert repeated["account"] == accounts[0]
        # Who takes a number that was promised to somebody else is told so.
        stolen = {**proposals[1].ok(), "handle": "thief", "key": keys[2].public_key.hex()}
        answer = await town.client.post("/v1/joins", signed_join(town, stolen, keys[2]))
        assert answer.problem() == "number_taken"
        for number, key in enumerate(keys):
            join = signed_join(town, proposals[number].ok(), key)
            first = (await town.client.post("/v1/joins", join)).ok()
            assert (await town.client.post("/v1/joins", join)).ok()["id"] == first["id"]
        late = {**proposals[1].ok(), "handle": "late", "key": keys[2].public_key.hex()}
        answer = await town.client.post("/v1/joins", signed_join(town, late, keys[2]))
        assert answer.problem() == "number_taken"


@on_loop
async def test_who_waits_may_ask_again_with_another_limit(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY + "first_limit = 2500\n") as town:
        key, other = signing_key("join", "zoe"), signing_key("join", "thief")
        said = {"class": "organisation", "limit": 30_000}
        proposal = (await propose(town, key, "zoe", **said)).ok()
        first = (await town.client.post("/v1/joins", signed_join(town, proposal, key))).ok()
        steward = await town.people.steward(0)
        path = f"/v1/drafts/{first['id']}/signatures"
        await town.client.post(path, steward_signature(town, first, 0), token=steward)
        # With nothing new the request is found as it is, signatures and all.
        again = (await propose(town, key, "zoe")).ok()
        assert (again["account"], again["class"], again["limit"]) == (4, "organisation", 30_000)
        same = (await town.client.post("/v1/joins", signed_join(town, again, key))).ok()
        assert same["id"] == first["id"]
        assert len(same["signed_by"]) == 1
        # Nobody else can take the number, and the key itself may ask for something else.
        stolen = signed_join(town, {**proposal, "handle": "thief"}, other)
        assert (await town.client.post("/v1/joins", stolen)).problem() == "number_taken"
        changed = (await propose(town, key, "zoe", limit=20_000)).ok()
        second = (await town.client.post("/v1/joins", signed_join(town, changed, key))).ok()
        assert (second["account"], second["facts"]["limit"], second["signed_by"]) == (4, 20_000, [])
        listed = (await town.client.get("/v1/drafts", token=steward)).ok()["drafts"]
        assert [draft["id"] for draft in listed] == [second["id"]]
        answer = await town.client.post(path, steward_signature(town, first, 2), token=steward)
        assert answer.problem() == "draft_not_found"
        path = f"/v1/drafts/{second['id']}/signatures"
        for index in (0, 2):
            signature = steward_signature(town, second, index)
            signed = (await town.client.post(path, signature, token=steward)).ok()
        assert signed["state"] == "recorded"
        member = (await town.client.get("/v1/members/4", token=steward)).ok()
        assert (member["limit"], member["handle"]) == (20_000, "zoe")


@on_loop
async def test_bad_requests_to_join(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY + "joins = 1\nproposals = 2\n") as town:
        key, other = signing_key("join", "a"), signing_key("join", "b")
        assert (await propose(town, key, "member1")).problem() == "handle_taken"
        assert (await propose(town, key, "Capital")).problem() == "request_malformed"
        assert (await propose(town, key, "fine", limit=-1)).problem() == "request_malformed"
        weak = {"key": "00" * 32, "handle": "weak"}
        answer = await town.client.post("/v1/joins/proposals", weak)
        assert answer.problem() == "key_inadmissible"
        proposal = (await propose(town, key, "fine")).ok()
        forged = signed_join(town, proposal, other)
        forged_admit = decode_transaction(from_base64url(forged["transaction"]) or b"")
        assert isinstance(forged_admit, Admit)
        stolen = encode_transaction(replace(forged_admit, key=key.public_key))
        answer = await town.client.post("/v1/joins", {"transaction": to_base64url(stolen)})
        assert answer.problem() == "signature_invalid"
        complete = {"transaction": to_base64url(town.federation.admit(1, 9))}
        assert (await town.client.post("/v1/joins", complete)).problem() == "request_malformed"
        pay = {"transaction": to_base64url(town.pay())}
        assert (await town.client.post("/v1/joins", pay)).problem() == "request_malformed"
        taken = signed_join(town, {**proposal, "account": 1}, key)
        assert (await town.client.post("/v1/joins", taken)).problem() == "number_taken"
        commons = signed_join(town, {**proposal, "account": 0}, key)
        assert (await town.client.post("/v1/joins", commons)).problem() == "number_taken"
        (await town.client.post("/v1/joins", signed_join(town, proposal, key))).ok()
        second = (await propose(town, other, "second")).ok()
        full = await town.client.post("/v1/joins", signed_join(town, second, other))
        assert full.problem() == "busy"
        third = await propose(town, signing_key("join", "c"), "third")
        assert third.ok()["account"] == 6
        fourth = await propose(town, signing_key("join", "d"), "fourth")
        assert fourth.problem() == "busy"
        assert (await town.client.get("/v1/joins/ffff")).problem() == "draft_not_found"


@on_loop
async def test_one_address_proposes_only_so_often(tmp_path: Path) -> None:
    settings = QUICK + "[http]\ncostly_burst = 3\ncostly_per_minute = 1\n"
    async with one_node(tmp_path, settings=settings) as town:
        codes = [
            (await propose(town, signing_key("join", number), f"p{number}")).status
            for number in range(6)
        ]
        assert codes == [201, 201, 201, 201, 429, 429]


def limit_draft(town: Town, text: str, *, limit: int = 5_000, revision: int = 1) -> JsonObject:
    salt = b"s" * 16
    change = Limit(
        account=1,
        revision=revision,
        limit=limit,
        from_=0,
        until=None,
        after=None,
        reason=reason_hash(salt=salt, text=text),
    )
    return {
        "transaction": to_base64url(encode_transaction(change)),
        "reason": {"salt": salt.hex(), "text": text},
    }


@on_loop
async def test_a_limit_is_drafted_signed_and_its_reason_read(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        first, second = await town.people.steward(0), await town.people.steward(1)
        text = "Compró el horno: más harina · 2026"
        request = limit_draft(town, text)
        draft = (await town.client.post("/v1/drafts", request, token=first)).ok()
        same = (await town.client.post("/v1/drafts", request, token=second)).ok()
        assert same["id"] == draft["id"]
        path = f"/v1/drafts/{draft['id']}"
        assert (await town.client.get(path, token=second)).ok()["reason"]["text"] == text
        signatures = path + "/signatures"
        await town.client.post(signatures, steward_signature(town, draft, 0), token=first)
        # A slow click twice counts once.
        once = await town.client.post(signatures, steward_signature(town, draft, 0), token=first)
        assert once.ok()["state"] == "waiting"
        done = await town.client.post(signatures, steward_signature(town, draft, 1), token=second)
        assert done.ok()["state"] == "recorded"
        assert (await town.client.get(path, token=first)).problem() == "draft_not_found"

        me = await town.people.me(1)
        assert (me["limit"], me["revision"]) == (5_000, 1)
        member, other = await town.people.member(1), await town.people.member(2)
        changes = (await town.client.get("/v1/me/changes", token=member)).ok()["changes"]
        assert [(change["kind"], change["reason"]["text"]) for change in changes] == [
            ("limit", text)
        ]
        assert [(change["limit"], change["status"]) for change in changes] == [(5_000, None)]
        reason = f"/v1/reasons/{changes[0]['reason']['hash']}"
        assert (await town.client.get(reason, token=member)).ok()["text"] == text
        assert (await town.client.get(reason, token=first)).ok()["account"] == 1
        assert (await town.client.get(reason, token=other)).problem() == "reason_not_found"
        nobody = await town.client.get(f"/v1/reasons/{'0' * 64}", token=first)
        assert nobody.problem() == "reason_not_found"


@on_loop
async def test_bad_drafts(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        token = await town.people.steward(0)

        async def post(path: str, body: object) -> str:
            before = await town.digest()
            code = (await town.client.post(path, body, token=token)).problem()
            assert await town.digest() == before
            return code

        request = limit_draft(town, "a reason")
        other_reason = {**request, "reason": {"salt": "00" * 16, "text": "a reason"}}
        assert await post("/v1/drafts", other_reason) == "request_malformed"
        pay = {"transaction": to_base64url(town.pay())}
        assert await post("/v1/drafts", pay) == "wrong_endpoint"
        assert await post("/v1/drafts", {"transaction": "AAAA"}) == "entry_malformed"
        too_long = {**request, "reason": {"salt": "00" * 16, "text": "ñ" * 300}}
        assert await post("/v1/drafts", too_long) == "request_malformed"
        surrogate = {**request, "reason": {"salt": "00" * 16, "text": "\ud800"}}
        assert await post("/v1/drafts", surrogate) == "request_malformed"
        draft = (await town.client.post("/v1/drafts", request, token=token)).ok()
        path = f"/v1/drafts/{draft['id']}/signatures"
        good = steward_signature(town, draft, 0)
        assert await post(path, {**good, "steward": 1}) == "signature_invalid"
        assert await post(path, {**good, "steward": 9}) == "steward_unknown"
        assert await post(path, {**good, "steward": 64}) == "request_malformed"
        assert await post(path, {**good, "signature": "AB" * 64}) == "request_malformed"
        assert await post("/v1/drafts/ffff/signatures", good) == "draft_not_found"


def unsigned(transaction: Limit | SetStatus | Admit) -> JsonObject:
    """A draft that nobody has signed yet."""
    return {"transaction": to_base64url(encode_transaction(transaction))}


@on_loop
async def test_a_draft_that_no_signature_can_help_is_refused_when_it_is_made(
    tmp_path: Path,
) -> None:
    async with one_node(tmp_path) as town:
        token = await town.people.steward(0)

        async def draft(transaction: Limit | SetStatus | Admit) -> Answer:
            return await town.client.post("/v1/drafts", unsigned(transaction), token=token)

        def status(account: int, status: Status, revision: int) -> SetStatus:
            return SetStatus(account=account, revision=revision, status=status, reason=bytes(32))

        def limit(account: int, revision: int, *, from_: int = 0, until: int = 9) -> Limit:
            return Limit(
                account=account,
                revision=revision,
                limit=5,
                from_=from_,
                until=until,
                after=1,
                reason=bytes(32),
            )

        for account, become in ((2, Status.FROZEN), (3, Status.CLOSED)):
            change = town.federation.status(1, account, revision=1, status=become)
            (await town.client.post("/v1/transactions", change)).ok()
        refused: list[tuple[Limit | SetStatus, str]] = [
            (status(2, Status.FROZEN, 2), "status_unchanged"),
            (status(3, Status.OPEN, 2), "account_closed"),
            (status(1, Status.OPEN, 1), "status_unchanged"),
            (status(1, Status.FROZEN, 2), "revision_mismatch"),
            (limit(1, 0), "revision_mismatch"),
            (limit(1, 1, from_=9, until=9), "limit_dates_invalid"),
            (limit(99, 1), "account_unknown"),
        ]
        for transaction, code in refused:
            assert (await draft(transaction)).problem() == code, transaction
        assert (await town.client.get("/v1/drafts", token=token)).ok()["drafts"] == []
        (await draft(status(2, Status.OPEN, 2))).ok()
        town.pay()
        (await draft(status(1, Status.CLOSED, 1))).ok()
        # An account that somebody waits to be given may have its first change drafted.
        key = signing_key("join", "zoe")
        proposal = (await propose(town, key, "zoe")).ok()
        (await town.client.post("/v1/joins", signed_join(town, proposal, key))).ok()
        (await draft(limit(proposal["account"], 1))).ok()


@on_loop
async def test_a_draft_that_was_overtaken_says_so_and_can_be_discarded(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        token = await town.people.steward(0)
        draft = (await town.client.post("/v1/drafts", limit_draft(town, "x"), token=token)).ok()
        path = f"/v1/drafts/{draft['id']}"
        meanwhile = town.federation.limit(1, 1, revision=1, limit=7)
        (await town.client.post("/v1/transactions", meanwhile)).ok()
        assert (await town.client.get(path, token=token)).ok()["state"] == "overtaken"
        answer = await town.client.post(
            path + "/signatures", steward_signature(town, draft, 0), token=token
        )
        assert answer.problem() == "revision_mismatch"
        assert (await town.client.call("DELETE", path, token=token)).status == 204
        gone = await town.client.call("DELETE", path, token=token)
        assert gone.problem() == "draft_not_found"


@on_loop
async def test_a_complete_draft_is_recorded_at_once_and_again_for_the_same_bytes(
    tmp_path: Path,
) -> None:
    async with one_node(tmp_path) as town:
        token = await town.people.steward(0)
        freeze = town.federation.status(1, 2, revision=1, status=Status.FROZEN)
        body = {"transaction": to_base64url(freeze)}
        done = (await town.client.post("/v1/drafts", body, token=token)).ok()
        assert done["state"] == "recorded"
        again = (await town.client.post("/v1/transactions", freeze)).ok()
        assert (again["number"], again["repeated"]) == (done["recorded"]["number"], True)
        admit = town.federation.admit(1, 8)
        first = (await town.client.post("/v1/transactions", admit)).ok()
        second = (await town.client.post("/v1/transactions", admit)).ok()
        assert second == {**first, "repeated": True}


@on_loop
async def test_a_reason_that_came_late_is_kept(tmp_path: Path) -> None:
    """The node died after recording, or the reason was forgotten: the same bytes again, with it."""
    async with one_node(tmp_path) as town:
        text, salt = "seasonal work", b"t" * 16
        change = town.federation.limit(
            1, 1, revision=1, limit=9, reason=reason_hash(salt=salt, text=text)
        )
        (await town.client.post("/v1/transactions", change)).ok()
        body = {
            "transaction": to_base64url(change),
            "reason": {"salt": salt.hex(), "text": text},
        }
        assert (await town.client.post("/v1/transactions", body)).ok()["repeated"] is True
        token = await town.people.member(1)
        changes = (await town.client.get("/v1/me/changes", token=token)).ok()["changes"]
        assert [change["reason"]["text"] for change in changes] == [text]


@on_loop
async def test_a_change_says_what_the_status_became(tmp_path: Path) -> None:
    async with one_node(tmp_path) as town:
        for revision, status in ((1, Status.FROZEN), (2, Status.OPEN), (3, Status.CLOSED)):
            change = town.federation.status(1, 1, revision=revision, status=status)
            (await town.client.post("/v1/transactions", change)).ok()
        token = await town.people.member(1)
        changes = (await town.client.get("/v1/me/changes", token=token)).ok()["changes"]
        assert [(change["kind"], change["status"], change["limit"]) for change in changes] == [
            ("status", "closed", None),
            ("status", "open", None),
            ("status", "frozen", None),
        ]
