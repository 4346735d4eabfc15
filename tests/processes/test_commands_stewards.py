"""Stewards' commands against real nodes: who is admitted, with which limit, and what is refused."""

from pathlib import Path

from cli.demo.founding import Founded
from cli.demo.processes import RunningNode
from cli.demo.signing import steward_key
from cli.shell.exit_codes import ExitCode
from node.member.client import NodeClient
from node.member.wallet_file import create_wallet
from node.member.wallet_lock import lock_wallet
from tests.processes.test_commands import (
    FIRST_LIMIT,
    PASSPHRASE,
    QUICK,
    SEED,
    Desk,
    alice,
    beto,
    desk,
    founded,
    nodes,
)

__all__ = ["alice", "beto", "desk", "founded", "nodes"]


def test_freezing_and_thawing(
    desk: Desk, founded: Founded, nodes: list[RunningNode], alice: Path, beto: Path
) -> None:
    first, second = (desk.steward(founded, nodes[0].url, 1, index) for index in (0, 1))
    for verb, status in (("freeze", "frozen"), ("thaw", "open")):
        words = ["steward", verb, "beto", "--reason", f"to {verb}", "--yes"]
        draft = desk.ok(words, "--key", first)
        assert draft["missing"] == 1
        pending = desk.ok(["steward", "pending"], "--key", second)["drafts"]
        assert [(each["id"], each["reason"]) for each in pending] == [(draft["id"], f"to {verb}")]
        done = desk.ok(["steward", "sign", draft["id"], "--yes"], "--key", second)
        assert done["state"] == "recorded"
        shown = desk.ok(["balance"], "--wallet", beto)
        assert shown["status"] == status
        assert shown["changes"][0]["reason"]["text"] == f"to {verb}"
        if verb == "freeze":
            error = desk.refused(ExitCode.REFUSED, ["pay", "alice@norte", "0.01"], "--wallet", beto)
            assert error["name"] == "account_frozen"
            said = desk.run(["balance"], "--wallet", beto).stdout
            assert "can spend     nothing" in said
            assert ", frozen by the stewards ana, blas: to freeze" in said
            desk.ok(["pay", "beto@norte", "0.01"], "--wallet", alice)
    assert (
        ", thawed by the stewards ana, blas: to thaw"
        in desk.run(["balance"], "--wallet", beto).stdout
    )


def test_who_asks_to_join_may_name_the_first_limit_and_change_it(
    desk: Desk, founded: Founded, nodes: list[RunningNode]
) -> None:
    wallet, url = desk.wallet("feria"), nodes[0].url
    first, second = (desk.steward(founded, url, 1, index) for index in (0, 1))
    words = ["join", "--node", url, "--handle", "feria", "--organisation", "--limit", "300"]
    asked = desk.ok(words, "--wallet", wallet)
    desk.ok(["steward", "admit", "feria", "--yes"], "--key", first)
    # Looking again changes nothing: the signature counts, and it stays an organisation's.
    assert desk.ok(["join"], "--wallet", wallet)["request"] == asked["request"]
    shown = desk.run(["join"], "--wallet", wallet).stdout
    assert "first limit    300.00" in shown
    assert "Signed so far: ana." in shown
    changed = desk.ok(["join", "--limit", "200.00"], "--wallet", wallet)
    assert changed["request"] != asked["request"]
    assert "Signed so far: nobody." in desk.run(["join"], "--wallet", wallet).stdout
    for key in (first, second):
        desk.ok(["steward", "admit", "feria", "--yes"], "--key", key)
    assert desk.ok(["join"], "--wallet", wallet)["state"] == "open"
    assert desk.ok(["balance"], "--wallet", wallet)["limit"] == 20_000
    with NodeClient(url) as client:
        assert client.get("/v1/accounts/norte/@feria")["class"] == "organisation"


def test_stewards_grant_a_limit_with_the_admission(
    desk: Desk, founded: Founded, nodes: list[RunningNode]
) -> None:
    wallet, url = desk.wallet("gala"), nodes[0].url
    first, second = (desk.steward(founded, url, 1, index) for index in (0, 1))
    desk.ok(["join", "--node", url, "--handle", "gala"], "--wallet", wallet)
    words = ["steward", "admit", "gala", "--limit", "300.00", "--reason", "sells bread", "--yes"]
    left = desk.ok(words, "--key", first)
    assert (left["missing"], left["limit"]["missing"]) == (1, 1)
    pending = desk.run(["steward", "pending"], "--key", second).stdout
    granted = pending.index("Set the credit limit of gala@norte to 300.00.")
    assert pending.index("Admit gala@norte") < granted
    done = desk.ok(words, "--key", second)
    assert (done["state"], done["limit"]["state"]) == ("recorded", "recorded")
    desk.ok(["join"], "--wallet", wallet)
    shown = desk.ok(["balance"], "--wallet", wallet)
    assert shown["limit"] == 30_000
    assert shown["changes"][0]["reason"]["text"] == "sells bread"


def test_an_admission_tells_of_the_limit_that_waits(
    desk: Desk, founded: Founded, nodes: list[RunningNode]
) -> None:
    wallet, url = desk.wallet("hugo"), nodes[0].url
    first, second = (desk.steward(founded, url, 1, index) for index in (0, 1))
    desk.ok(["join", "--node", url, "--handle", "hugo"], "--wallet", wallet)
    words = ["steward", "admit", "hugo"]
    same = [*words, "--limit", FIRST_LIMIT, "--reason", "usual", "--yes"]
    assert desk.ok(same, "--key", first)["limit"] is None
    grant = [*words, "--limit", "70.00", "--reason", "bakes", "--yes"]
    draft = desk.ok(grant, "--key", first)["limit"]["id"]
    admitted = desk.run([*words, "--yes"], "--key", second)
    assert "It holds from now on." in admitted.stdout
    assert f"`fiado steward sign {draft}`" in admitted.stderr
    assert desk.ok(["steward", "sign", draft, "--yes"], "--key", second)["state"] == "recorded"
    assert desk.ok(["balance"], "--wallet", wallet)["limit"] == 7_000
    error = desk.refused(ExitCode.REFUSED, grant, "--key", second)
    assert "`fiado steward limit` sets their limit" in error["remedy"]
    for bad in ([*words, "--limit", "1"], [*same, "--out", "draft.json"]):
        desk.refused(ExitCode.USAGE, bad, "--key", second)
    over = ["steward", "limit", "hugo", "1", "--until", "2020-01-01", "--after", "2"]
    error = desk.refused(ExitCode.USAGE, [*over, "--reason", "late", "--yes"], "--key", first)
    assert "--until 2020-01-01" in error["message"]
    other = ["steward", "limit", "carla@sur", "1", "--reason", "neighbour", "--yes"]
    assert desk.refused(ExitCode.REFUSED, other, "--key", first)["name"] == "other_coop"
    error = desk.refused(ExitCode.REFUSED, ["steward", "sign", "hugo"], "--key", first)
    assert "`fiado steward admit HANDLE`" in error["remedy"]


def test_who_is_admitted_without_credit_is_told_of(
    desk: Desk, founded: Founded, nodes: list[RunningNode], alice: Path
) -> None:
    wallet, url = desk.wallet("ines"), nodes[0].url
    first, second = (desk.steward(founded, url, 1, index) for index in (0, 1))
    # A capital letter counts as a small one, as in an address.
    desk.ok(["join", "--node", url, "--handle", "Ines", "--limit", "0"], "--wallet", wallet)
    desk.ok(["steward", "admit", "ines", "--yes"], "--key", first)
    admitted = desk.run(["steward", "admit", "ines", "--yes"], "--key", second)
    assert "`fiado steward limit ines AMOUNT --reason TEXT`" in admitted.stderr
    desk.ok(["pay", "ines@norte", "0.01"], "--wallet", alice)
    closing = ["steward", "close", "ines", "--reason", "moves", "--yes"]
    assert "has a balance of 0.01; closing can be" in desk.run(closing, "--key", first).stderr


def test_a_handle_that_can_not_be_one_says_so(desk: Desk, nodes: list[RunningNode]) -> None:
    wallet = desk.wallet("eva")
    for handle in ("eva maria", "eva@norte", "ñandú"):
        words = ["join", "--node", nodes[0].url, "--handle", handle]
        assert desk.refused(ExitCode.USAGE, words, "--wallet", wallet)["name"] == "handle_malformed"


def test_a_limit_signed_in_files(
    desk: Desk, founded: Founded, nodes: list[RunningNode], beto: Path, tmp_path: Path
) -> None:
    first, second = (desk.steward(founded, nodes[0].url, 1, index) for index in (0, 1))
    file, copy = tmp_path / "draft.json", tmp_path / "copy.json"
    words = ["steward", "limit", "beto", "80.00", "--reason", "harvest", "--yes"]
    words += ["--until", "2090-01-01", "--after", "20.00", "--out", str(file)]
    desk.ok(words, "--key", first)
    error = desk.refused(ExitCode.REFUSED, ["steward", "submit", str(file)], "--key", first)
    assert error["name"] == "stewards_too_few"
    copy.write_bytes(file.read_bytes())
    desk.ok(["steward", "sign", str(copy), "--yes"], "--key", second)
    done = desk.ok(["steward", "submit", str(file), str(copy)], "--key", first)
    assert done["state"] == "recorded"
    shown = desk.ok(["balance"], "--wallet", beto)
    assert shown["limit"] == 8_000
    assert shown["schedule"]["after"] == 2_000


def test_a_stewards_key_of_another_coop_is_not_taken(
    desk: Desk, founded: Founded, nodes: list[RunningNode], tmp_path: Path
) -> None:
    path = tmp_path / "steward.json"
    key = steward_key(SEED, coop=2, steward=0)
    with lock_wallet(path) as lock:
        create_wallet(lock, seed=key.seed, passphrase=PASSPHRASE, stretching=QUICK)
    words = ["steward", "key", "use", nodes[0].url]
    assert desk.refused(ExitCode.REFUSED, words, "--key", path)["name"] == "not_a_steward"


def test_a_stewards_key_that_is_not_there_is_named_as_one(
    desk: Desk, nodes: list[RunningNode], tmp_path: Path
) -> None:
    missing = tmp_path / "nowhere" / "steward.json"
    for words in (["steward", "pending"], ["steward", "key", "use", nodes[0].url]):
        error = desk.refused(ExitCode.WALLET, words, "--key", missing)
        assert error["name"] == "steward_key_missing"
        assert "`fiado steward key new`" in error["remedy"]
    assert not missing.parent.exists()


def test_a_restored_wallet_finds_its_account_by_its_key_alone(
    desk: Desk, founded: Founded, nodes: list[RunningNode], tmp_path: Path
) -> None:
    wallet, url = desk.wallet("nora"), nodes[0].url
    first, second = (desk.steward(founded, url, 1, index) for index in (0, 1))
    asked = desk.ok(["join", "--node", url, "--handle", "nora"], "--wallet", wallet)
    for key in (first, second):
        desk.ok(["steward", "admit", "nora", "--yes"], "--key", key)
    fresh = desk.wallet("nora-again", seed_of="nora")
    error = desk.refused(ExitCode.USAGE, ["join"], "--wallet", fresh)
    assert "--node" in error["message"]
    found = desk.ok(["join", "--node", url], "--wallet", fresh)
    assert (found["state"], found["account"], found["handle"]) == ("open", asked["account"], "nora")
    # A second account under the same key is asked for in so many words, and replaces nothing by itself.
    error = desk.refused(ExitCode.REFUSED, ["join", "--handle", "norita"], "--wallet", fresh)
    assert (error["name"], "nora@norte" in error["message"]) == ("key_has_account", True)
    words = ["join", "--handle", "norita", "--another"]
    error = desk.refused(ExitCode.USAGE, words, "--wallet", fresh)
    assert "--replace" in error["message"]
    assert desk.ok(["join"], "--wallet", fresh)["handle"] == "nora"
    second_account = desk.ok([*words, "--replace"], "--wallet", fresh)
    assert (second_account["state"], second_account["handle"]) == ("waiting", "norita")


def test_a_request_is_declined_and_members_are_listed(
    desk: Desk, founded: Founded, nodes: list[RunningNode]
) -> None:
    url = nodes[0].url
    first = desk.steward(founded, url, 1, 0)
    wallet, twin = desk.wallet("olga"), desk.wallet("olga-twin")
    asked = desk.ok(["join", "--node", url, "--handle", "olga"], "--wallet", wallet)
    said = desk.run(["join", "--node", url, "--handle", "olga"], "--wallet", twin)
    assert "Another request for the same handle" in said.stderr
    assert "The request waits until 20" in said.stdout
    pending = desk.run(["steward", "pending"], "--key", first).stdout
    assert pending.count("Careful: Another request for the same handle") == 2
    assert "It waits until 20" in pending
    words = ["steward", "discard", asked["request"]]
    error = desk.refused(ExitCode.USAGE, words, "--key", first)
    assert "--yes" in error["message"]
    assert desk.ok([*words, "--yes"], "--key", first)["state"] == "discarded"
    error = desk.refused(ExitCode.REFUSED, [*words, "--yes"], "--key", first)
    assert error["name"] == "draft_not_found"
    left = desk.ok(["steward", "pending"], "--key", first)["drafts"]
    alike = {each["account"]: each["alike"] for each in left}
    assert asked["account"] not in alike
    assert alike[asked["account"] + 1] == []
    members = desk.ok(["steward", "members"], "--key", first)["members"]
    listed = {each["handle"]: each for each in members}
    assert {"alice", "beto"} <= listed.keys() and "olga" not in listed
    assert (listed["beto"]["status"], listed["alice"]["class"]) == ("open", "person")
    shown = desk.run(["steward", "members"], "--key", first).stdout
    assert "beto" in shown and "balance" in shown


def test_a_draft_that_can_not_succeed_is_refused_at_once(
    desk: Desk, founded: Founded, nodes: list[RunningNode], alice: Path
) -> None:
    first = desk.steward(founded, nodes[0].url, 1, 0)
    thaw = ["steward", "thaw", "alice", "--reason", "no need", "--yes"]
    error = desk.refused(ExitCode.REFUSED, thaw, "--key", first)
    assert error["name"] == "status_unchanged"
    left = desk.ok(["steward", "pending"], "--key", first)["drafts"]
    assert (1, "status") not in [(each["account"], each["kind"]) for each in left]


def test_a_draft_that_came_too_late_says_so_before_anybody_signs(
    desk: Desk, founded: Founded, nodes: list[RunningNode], beto: Path
) -> None:
    first, second = (desk.steward(founded, nodes[0].url, 1, index) for index in (0, 1))
    kept, late = (
        desk.ok(["steward", "limit", "beto", limit, "--reason", limit, "--yes"], "--key", first)[
            "id"
        ]
        for limit in ("61.00", "62.00")
    )
    assert desk.ok(["steward", "sign", kept, "--yes"], "--key", second)["state"] == "recorded"
    error = desk.refused(ExitCode.REFUSED, ["steward", "sign", late], "--key", second)
    assert error["name"] == "draft_overtaken"
    pending = desk.run(["steward", "pending"], "--key", second)
    assert f"Draft {late} came too late" in pending.stderr
    assert late not in pending.stdout
    desk.ok(["steward", "discard", late, "--yes"], "--key", second)
    assert "came too late" not in desk.run(["steward", "pending"], "--key", second).stderr
