"""A wallet looks for its node where the node's own key says, and believes nobody else."""

from pathlib import Path

import pytest

from cli.demo.processes import free_ports
from node.addresses import NodeAddress
from node.member.client import AnswerLost, NodeClient, NodeUnreachable
from node.member.moves import (
    addresses_file,
    ask_briefly,
    find_node,
    known_addresses,
    learn_addresses,
    renew_addresses,
)
from tests.builders import build_federation
from tests.cli.fake_node import Answer, Request, serve
from tests.node.test_addresses import said

FEDERATION = build_federation(coops=3)
CHARTER = FEDERATION.charter
HOME = CHARTER.coops[1]
OLD = "https://old.example"


def tells(*statements: NodeAddress, more: object = None) -> Answer:
    """What a node answers that knows these."""
    listed: list[object] = [each.as_json() for each in statements]
    return Answer(document={"addresses": [*listed, *([] if more is None else [more])]})


def word(coop: int, url: str, serial: int = 7) -> NodeAddress:
    return said(coop, serial, url=url, federation=FEDERATION)


def learn(wallet: Path, answer: Answer) -> dict[int, NodeAddress]:
    with serve(lambda _: answer) as url, NodeClient(url) as client:
        return learn_addresses(wallet, client, CHARTER)


def nobody(url: str) -> NodeClient:
    raise AssertionError(f"{url} was asked")


@pytest.fixture
def wallet(tmp_path: Path) -> Path:
    return tmp_path / "wallet.json"


def test_what_a_node_tells_is_kept_and_the_highest_serial_counts(wallet: Path) -> None:
    older, newer = word(1, "https://a.example", 7), word(1, "https://b.example", 8)
    assert learn(wallet, tells(older, word(2, "https://sur.example")))[1] == older
    assert learn(wallet, tells(newer))[1] == newer
    assert learn(wallet, tells(older))[1] == newer
    assert sorted(known_addresses(wallet, CHARTER)) == [1, 2]


def test_what_is_not_signed_by_its_coop_is_passed_over(wallet: Path) -> None:
    forged = {**word(1, "https://a.example").as_json(), "url": "https://thief.example"}
    for answer in (
        tells(more=forged),
        tells(more=5),
        Answer(document={"addresses": {}}),
        Answer(document={}),
    ):
        assert learn(wallet, answer) == {}


@pytest.mark.parametrize("content", ["", "{", '{"addresses": 5}', "[" * 9_000, "\x00"])
def test_a_damaged_copy_is_as_good_as_none(wallet: Path, content: str) -> None:
    addresses_file(wallet).write_text(content, encoding="utf-8")
    assert known_addresses(wallet, CHARTER) == {}
    learn(wallet, tells(word(1, OLD)))
    assert known_addresses(wallet, CHARTER)[1].url == OLD


def test_a_forged_copy_is_not_believed(wallet: Path) -> None:
    learn(wallet, tells(word(1, "https://norte.example")))
    path = addresses_file(wallet)
    path.write_text(path.read_text().replace("norte", "thief"), encoding="utf-8")
    assert known_addresses(wallet, CHARTER) == {}


def test_the_own_copy_is_looked_at_first(wallet: Path) -> None:
    new = word(1, "https://new.example")
    learn(wallet, tells(new, word(2, "https://sur.example")))
    assert find_node(wallet, CHARTER, HOME, old_url=OLD, ask=nobody) == new


def test_other_nodes_are_asked_and_one_that_lies_or_is_away_is_passed_over(wallet: Path) -> None:
    new = word(1, "https://new.example", 8)
    forged = {**new.as_json(), "url": "https://thief.example"}
    with serve(lambda _: tells(more=forged)) as liar, serve(lambda _: tells(new)) as honest:
        learn(wallet, tells(word(1, OLD), word(2, liar), word(3, honest)))
        assert find_node(wallet, CHARTER, HOME, old_url=OLD, ask=ask_briefly) == new
    (port,) = free_ports(1)
    with serve(lambda _: tells(word(1, OLD))) as unknowing:
        away = f"http://127.0.0.1:{port}"
        addresses_file(wallet).unlink()
        learn(wallet, tells(word(1, OLD), word(2, away), word(3, unknowing)))
        assert find_node(wallet, CHARTER, HOME, old_url=OLD, ask=ask_briefly) is None


def test_a_copy_is_renewed_once_a_day_and_a_node_that_does_not_know_is_no_matter(
    wallet: Path,
) -> None:
    asked: list[str] = []

    def respond(request: Request) -> Answer:
        asked.append(request.path)
        return Answer(status=404, document={"code": "not_found", "title": "No"})

    with serve(respond) as url, NodeClient(url) as client:
        renew_addresses(wallet, client, CHARTER)
        assert asked == ["/v1/addresses"]
        learn(wallet, tells())
        renew_addresses(wallet, client, CHARTER)
        assert len(asked) == 1


class TestClient:
    def test_a_node_that_nobody_answers_for_is_looked_for_once(self) -> None:
        (port,) = free_ports(1)
        looked: list[int] = []

        def find() -> None:
            looked.append(1)

        with NodeClient(f"http://127.0.0.1:{port}", attempts=3, sleep=lambda _: None) as client:
            client.when_unreachable(find)
            with pytest.raises(NodeUnreachable):
                client.get("/v1/status")
        assert looked == [1]

    def test_what_may_have_been_done_is_never_sent_elsewhere(self) -> None:
        (port,) = free_ports(1)
        with serve(lambda _: Answer(is_lost=True)) as url:
            client = NodeClient(url, attempts=2, sleep=lambda _: None)
            client.when_unreachable(lambda: pytest.fail("it was looked for"))

            def away(_: object) -> None:
                client.url = f"http://127.0.0.1:{port}"

            client._on_lost = away
            with client, pytest.raises(AnswerLost):
                client.post_bytes("/v1/payments", b"bytes")

    def test_the_same_request_goes_to_the_new_place(self) -> None:
        (port,) = free_ports(1)
        seen: list[bytes] = []

        def respond(request: Request) -> Answer:
            seen.append(request.body)
            return Answer(document={})

        with (
            serve(respond) as url,
            NodeClient(f"http://127.0.0.1:{port}", attempts=1) as client,
        ):
            client.when_unreachable(lambda: url)
            client.post_bytes("/v1/payments", b"bytes")
            assert (seen, client.url) == ([b"bytes"], url)
