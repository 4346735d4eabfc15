"""Members decide by the interface: proposals with their texts, votes, and stewards whom they elect."""

import time
from dataclasses import replace
from pathlib import Path

from ledger.entries import decode_transaction
from ledger.government.actions import Elect, Resolve
from ledger.government.articles import Article
from ledger.memos import proposal_hash
from ledger.transactions import Propose, encode_transaction
from node.http.base.sessions import SessionRole
from node.http.voting.voting import MOST_VOTES
from tests.government_builders import adopt_bylaws
from tests.node.http.towns import Town, one_node
from tests.node.loops import on_loop, until
from tests.node.running import QUICK, JsonObject, as_json_transaction
from tests.recovery_builders import rekey
from tests.voting_builders import ABSTAIN, NO, YES, message, propose, vote

MANY = QUICK + "[http]\ncostly_burst = 1000\n"
SALT = bytes(range(16))
TEXT = "Compramos un horno para la feria. " * 100


async def quick_bylaws(town: Town, **articles: int) -> None:
    """Bylaws by which votes close within seconds."""
    wanted = {"notice": 2, "second_call": 1, "late_window": 0, **articles}
    numbers = {Article[name.upper()].value: value for name, value in wanted.items()}
    data = adopt_bylaws(town.federation, 1, numbers)
    (await town.client.post("/v1/transactions", data)).ok()


def proposal(town: Town, number: int = 1, *, open_s: int = 4, **more: object) -> bytes:
    """A proposal of two stewards, with the text above."""
    first = int(time.time()) + open_s
    return propose(
        town.federation,
        1,
        number,
        first=first,
        second=first + 1,
        text=proposal_hash(salt=SALT, text=TEXT),
        **more,  # type: ignore[arg-type]
    )


def with_text(data: bytes) -> JsonObject:
    return as_json_transaction(data, reason={"salt": SALT.hex(), "text": TEXT})


async def say(town: Town, *votes: bytes) -> None:
    for each in votes:
        (await town.client.post("/v1/votes", as_json_transaction(each))).ok()


@on_loop
async def test_stewards_open_a_vote_at_the_desk_and_members_decide(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await quick_bylaws(town)
        data = decode_transaction(proposal(town))
        assert isinstance(data, Propose)
        steward = await town.people.steward(0)
        one = encode_transaction(replace(data, stewards=data.stewards[:1]))
        draft = (await town.client.post("/v1/drafts", with_text(one), token=steward)).ok()
        assert (draft["state"], draft["account"], draft["needed"]) == ("waiting", None, 2)
        assert draft["reason"]["text"] == TEXT
        place, signature = data.stewards[1]
        path = f"/v1/drafts/{draft['id']}/signatures"
        body = {"steward": place, "signature": signature.hex()}
        assert (await town.client.post(path, body, token=steward)).ok()["state"] == "recorded"

        member = await town.people.member(1)
        shown = (await town.client.get("/v1/proposals/1", token=member)).ok()
        assert shown["text"] == {"salt": SALT.hex(), "text": TEXT}
        assert shown["stewards"] == ["steward 0", "steward 1"]
        assert shown["proposal"]["mine"] == {"on_roll": True, "choice": None, "sequence": 0}
        assert (shown["proposal"]["roll"], shown["proposal"]["quorum"]) == (3, 2)

        federation = town.federation
        await say(town, vote(federation, 1, 1, 1, NO), vote(federation, 1, 2, 1, YES))
        await say(town, vote(federation, 1, 1, 1, YES, sequence=2))

        async def is_enacted() -> bool:
            found = (await town.client.get("/v1/proposals", token=member)).ok()
            return bool(found["proposals"][0]["outcome"] == "enacted")

        await until(is_enacted, "the node counts the votes")
        listed = (await town.client.get("/v1/proposals", token=member)).ok()
        (found,) = listed["proposals"]
        assert found["counts"] == {"yes": 2, "no": 0, "abstain": 0}
        assert found["mine"]["choice"] is None  # the state forgets single votes; the log has them
        assert listed["terms"]["next"] == 2
        votes = (await town.client.get("/v1/proposals/1/votes", token=member)).ok()
        assert [(each["handle"], each["choice"]) for each in votes["votes"]] == [
            ("member1", "no"),
            ("member2", "yes"),
            ("member1", "yes"),
        ]
        late = await town.client.post(
            "/v1/votes", as_json_transaction(vote(federation, 1, 3, 1, ABSTAIN))
        )
        assert late.problem() == "vote_late"


@on_loop
async def test_a_draft_that_is_signed_too_late_can_only_be_made_anew(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await quick_bylaws(town)
        data = decode_transaction(proposal(town, open_s=4))
        assert isinstance(data, Propose)
        steward = await town.people.steward(0)
        one = encode_transaction(replace(data, stewards=data.stewards[:1]))
        draft = (await town.client.post("/v1/drafts", with_text(one), token=steward)).ok()

        async def is_late() -> bool:
            (waiting,) = (await town.client.get("/v1/drafts", token=steward)).ok()["drafts"]
            return bool(waiting["state"] == "overtaken")

        await until(is_late, "the days of the draft have passed")
        place, signature = data.stewards[1]
        path = f"/v1/drafts/{draft['id']}/signatures"
        body = {"steward": place, "signature": signature.hex()}
        refused = await town.client.post(path, body, token=steward)
        assert refused.problem() == "proposal_dates_wrong"


@on_loop
async def test_members_open_a_vote_and_elect_who_then_signs_as_a_steward(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await quick_bylaws(town)
        founders = await town.people.steward(0)
        (await town.client.get("/v1/members", token=founders)).ok()
        until_ = int(time.time()) + 86_400
        election = proposal(
            town, action=Elect(seats=((2, until_), (3, until_)), threshold=1), members=(1,)
        )
        (await town.client.post("/v1/transactions", with_text(election))).ok()
        await say(town, vote(town.federation, 1, 1, 1, YES), vote(town.federation, 1, 3, 1, YES))

        async def is_in_office() -> bool:
            found = (await town.client.get("/v1/stewards")).ok()
            return [each["place"] for each in found["stewards"]] == [3, 4]

        await until(is_in_office, "the elected are in office")
        found = (await town.client.get("/v1/stewards")).ok()
        assert [(each["name"], each["account"]) for each in found["stewards"]] == [
            ("member2", 2),
            ("member3", 3),
        ]
        assert (found["threshold"], found["powers"]["admit"]) == (1, 1)
        key = town.federation.member_key(1, 2)
        token = await town.client.open_session(SessionRole.STEWARD, 3, key)
        assert (await town.client.get("/v1/me", token=token)).ok()["name"] == "member2"
        resolution = proposal(town, 2, action=Resolve(), stewards=())
        decoded = decode_transaction(resolution)
        assert isinstance(decoded, Propose)
        signature = key.sign(message(town.federation, 1, decoded))
        signed = encode_transaction(replace(decoded, stewards=((3, signature),)))
        draft = (await town.client.post("/v1/drafts", with_text(signed), token=token)).ok()
        assert draft["state"] == "recorded"
        # The session of a founder, who is not in office any more, opens no door.
        hash_ = "00" * 32
        for path in (
            "members",
            "me",
            "proposals",
            "proposals/1/roll",
            "debts/1",
            f"reasons/{hash_}",
        ):
            closed = await town.client.get(f"/v1/{path}", token=founders)
            assert closed.problem() == "forbidden", path
        founder = decode_transaction(proposal(town, 3))
        assert isinstance(founder, Propose)
        refused = await town.client.post(
            "/v1/drafts", with_text(encode_transaction(founder)), token=token
        )
        assert refused.problem() == "steward_unknown"


@on_loop
async def test_who_left_office_has_signed_no_draft(tmp_path: Path) -> None:
    async with one_node(tmp_path, members=4, settings=MANY) as town:
        await quick_bylaws(town)
        until_ = int(time.time()) + 86_400
        seats = ((2, until_), (3, until_), (4, until_))
        election = proposal(town, action=Elect(seats=seats, threshold=2), members=(1,))
        (await town.client.post("/v1/transactions", with_text(election))).ok()
        await say(town, *(vote(town.federation, 1, account, 1, YES) for account in (1, 3, 4)))

        async def is_in_office() -> bool:
            found = (await town.client.get("/v1/stewards")).ok()
            return [each["place"] for each in found["stewards"]] == [3, 4, 5]

        await until(is_in_office, "the elected are in office")
        drafted = decode_transaction(proposal(town, 2, action=Resolve(), stewards=(), open_s=600))
        assert isinstance(drafted, Propose)
        body = message(town.federation, 1, drafted)
        signed = {place: town.federation.member_key(1, place - 1).sign(body) for place in (3, 4, 5)}
        tokens = {
            place: await town.client.open_session(
                SessionRole.STEWARD, place, town.federation.member_key(1, place - 1)
            )
            for place in (3, 5)
        }
        first = encode_transaction(replace(drafted, stewards=((4, signed[4]),)))
        draft = (await town.client.post("/v1/drafts", with_text(first), token=tokens[3])).ok()
        assert [each["steward"] for each in draft["signed_by"]] == [4]
        # Who has signed first has another key now: nobody knows who held the earlier one.
        (await town.client.post("/v1/transactions", rekey(town.federation, 1, 3))).ok()
        path = f"/v1/drafts/{draft['id']}"
        assert (await town.client.get(path, token=tokens[3])).ok()["signed_by"] == []
        (listed,) = (await town.client.get("/v1/drafts", token=tokens[3])).ok()["drafts"]
        assert listed["signed_by"] == []
        answer = {}
        for place in (3, 5):
            given = {"steward": place, "signature": signed[place].hex()}
            answer = (await town.client.post(f"{path}/signatures", given, token=tokens[place])).ok()
        assert (answer["state"], [each["steward"] for each in answer["signed_by"]]) == (
            "recorded",
            [3, 5],
        )


@on_loop
async def test_what_is_no_vote_or_one_too_many_changes_nothing(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        await quick_bylaws(town)
        (await town.client.post("/v1/transactions", with_text(proposal(town, open_s=900)))).ok()
        federation = town.federation
        await say(town, vote(federation, 1, 1, 1, YES))
        before = await town.digest()
        refused = {
            "vote_repeated": vote(federation, 1, 1, 1, NO),
            "vote_unchanged": vote(federation, 1, 1, 1, YES, sequence=2),
            "vote_changed_often": vote(federation, 1, 1, 1, NO, sequence=MOST_VOTES + 1),
            "proposal_unknown": vote(federation, 1, 1, 2, NO),
            "signature_invalid": vote(
                federation, 1, 2, 1, NO, signed_by=federation.member_key(1, 3)
            ),
            "wrong_endpoint": town.pay(),
            "entry_malformed": b"\x90",
        }
        for problem, data in refused.items():
            answer = await town.client.post("/v1/votes", as_json_transaction(data))
            assert answer.problem() == problem
        to_others = await town.client.post("/v1/transactions", vote(federation, 1, 2, 1, NO))
        assert to_others.problem() == "wrong_endpoint"
        assert await town.digest() == before
        other_text = as_json_transaction(
            proposal(town, 2), reason={"salt": SALT.hex(), "text": "x"}
        )
        malformed = await town.client.post("/v1/transactions", other_text)
        assert malformed.problem() == "request_malformed"


@on_loop
async def test_strangers_read_no_votes(tmp_path: Path) -> None:
    async with one_node(tmp_path, settings=MANY) as town:
        one = "/v1/proposals/1"
        for path in ("/v1/proposals", one, f"{one}/votes", f"{one}/roll"):
            assert (await town.client.get(path)).problem() == "unauthorized"
        steward = await town.people.steward(0)
        missing = await town.client.get("/v1/proposals/1", token=steward)
        assert missing.problem() == "proposal_not_found"
