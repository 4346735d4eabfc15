"""A small honest node of a federation whose charter changes, and stewards who sign at it.

It keeps publications and requests as a node does, and shows what stands. Coops decide when the test says so:
`decide` certifies a change with as many node keys as the charter asks for.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from click.testing import CliRunner, Result

from cli.main import main
from cli.shell.exit_codes import ExitCode
from ledger.agreement import decision_message
from ledger.charter import Charter
from ledger.charter_changes import Change
from ledger.charter_entries import CharterEntry, charter_content
from ledger.codec import decode, encode
from ledger.publications import read_publication
from ledger.signatures import SigningKey
from node.changes import check_changes, write_changes
from node.join_requests import read_request
from node.member.answers import encode_bytes, read_bytes
from node.member.wallet_file import create_wallet, replace_public
from node.member.wallet_format import KeyStretching
from node.member.wallet_lock import lock_wallet
from tests.builders import START, Federation, build_federation
from tests.cli.fake_node import Answer, Request

PASSPHRASE = "cuatro palabras en un papel"
QUICK = KeyStretching(passes=1, memory_bytes=8_192)
PAGE = 2
"""So few changes are told at once, so that every test reads pages."""


@dataclass
class CharterNode:
    """The node of coop 1, norte. `lie` may change what it answers to a path."""

    federation: Federation = field(
        default_factory=lambda: build_federation(seed="charter", coops=3)
    )
    entries: list[CharterEntry] = field(default_factory=list)
    publications: dict[bytes, dict[int, bytes]] = field(default_factory=dict)
    """Content -> steward -> signature."""
    supporters: dict[bytes, list[str]] = field(default_factory=dict)
    requests: list[bytes] = field(default_factory=list)
    lie: Callable[[str, Any], Any] = lambda path, document: document
    lengths: dict[int, int] = field(default_factory=dict)
    accused: set[int] = field(default_factory=set)
    branches: list[dict[str, Any]] = field(default_factory=list)
    """The histories of coop 3's log."""
    more_keys: list[SigningKey] = field(default_factory=list)
    """Node keys that came with changes, with which coops go on to sign."""

    @property
    def charters(self) -> tuple[Charter, ...]:
        """All charters, by version."""
        return check_changes(self.federation.founding, self.entries)

    @property
    def charter(self) -> Charter:
        """The charter in force."""
        return self.charters[-1]

    def decide(self, change: Change, *, keys: Sequence[SigningKey] | None = None) -> None:
        """The coops agree on a change, and the node's log takes it in."""
        charter = self.charter
        unsigned = CharterEntry(version=charter.version + 1, base=charter.base, change=change)
        held = {
            key.public_key: key for key in [*self.federation.node_keys.values(), *self.more_keys]
        }
        members = [coop for coop in charter.members() if keys is not None or coop.node_key in held]
        signers = members[: charter.decision_quorum]
        found = [held[coop.node_key] for coop in signers] if keys is None else keys
        signatures = tuple(
            (
                coop.number,
                key.sign(
                    decision_message(
                        federation=charter.federation,
                        coop=coop.number,
                        body=unsigned.signed_body(),
                    )
                ),
            )
            for coop, key in zip(signers, found, strict=True)
        )
        self.entries.append(replace(unsigned, signatures=signatures))

    def __call__(self, request: Request) -> Answer:
        """Answer a request."""
        split = urlsplit(request.path)
        if request.method == "POST":
            return self._post(split.path, json.loads(request.body))
        if split.path == "/v1/charter":
            return Answer(body=self.federation.founding.source)
        if split.path == "/v1/charter/signatures":
            return Answer(body=self.federation.charter_signatures())
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "/v1/status": self._status,
            "/v1/federation": self._federation,
            "/v1/federation/requests": self._requests,
            "/v1/logs": self._logs,
            "/v1/federation/branches/este": lambda: {"branches": self.branches},
            "/v1/federation/fallen": lambda: {
                "complete": True,
                "payments": [],
                "next": None,
                "forks": [],
            },
            "/v1/addresses": lambda: {"addresses": []},
        }
        if split.path == "/v1/federation/changes":
            first = int(parse_qs(split.query)["first"][0])
            return Answer(document=self.lie(split.path, self._changes(first)))
        found = answers.get(split.path)
        if found is None:
            return Answer(404, {"code": "not_found"}, content_type="application/problem+json")
        return Answer(document=self.lie(split.path, found()))

    def _status(self) -> dict[str, Any]:
        return {"coop": "norte", "coop_number": 1, "troubles": [], "time": START}

    def _logs(self) -> dict[str, Any]:
        logs = [
            {
                "coop": coop.name,
                "coop_number": number,
                "length": self.lengths.get(number, 0),
                "head": bytes([number]).hex() * 32,
                "anchored": {},
                "accused": number in self.accused,
            }
            for number, coop in self.charter.coops.items()
        ]
        return {"logs": logs}

    def _changes(self, first: int) -> dict[str, Any]:
        told = self.entries[first - 1 : first - 1 + PAGE]
        end = first + len(told)
        return {
            "version": len(self.entries),
            "changes": [
                {
                    "version": entry.version,
                    "transaction": encode_bytes(write_changes([entry])),
                    "entry": entry.version,
                    "time": START + entry.version,
                    "signed_by": [],
                }
                for entry in told
            ],
            "next": end if end <= len(self.entries) else None,
        }

    def _federation(self) -> dict[str, Any]:
        charter = self.charter
        needed = charter.coops[1].steward_threshold
        standing = {
            content for content, signed in self.publications.items() if len(signed) >= needed
        } | self.supporters.keys()
        return {
            "version": charter.version,
            "matter": {
                "version": charter.version + 1,
                "round": 0,
                "contents": [
                    {
                        "change": encode_bytes(content),
                        "needed": charter.decision_quorum,
                        "supported_by": self.supporters.get(content, []),
                        "signed_by": [],
                        "is_endorsed": content in self.publications,
                    }
                    for content in sorted(standing)
                ],
                "silent": ["este"],
            },
            "publications": [
                {
                    "decision": 3,
                    "number": charter.version + 1,
                    "publication": encode_bytes(
                        encode([3, charter.version + 1, decode(content), sorted(signed.items())])
                    ),
                    "signed_by": [f"steward {number}" for number in sorted(signed)],
                    "needed": needed,
                }
                for content, signed in self.publications.items()
                if len(signed) < needed
            ],
        }

    def _requests(self) -> dict[str, Any]:
        return {
            "requests": [
                {"request": encode_bytes(each), "name": read_request(each).name}
                for each in self.requests
            ]
        }

    def _post(self, path: str, document: dict[str, Any]) -> Answer:
        if path == "/v1/federation/requests":
            data = read_bytes(document["request"])
            self.requests.append(data)
            request = read_request(data)
            return Answer(201, {"id": request.id.hex(), "expires": request.time + 1})
        assert path == "/v1/federation/publications"
        publication = read_publication(read_bytes(document["publication"]))
        publication.check_stewards(self.charter, 1)
        signed = self.publications.setdefault(publication.content_bytes(), {})
        signed |= dict(publication.stewards)
        needed = self.charter.coops[1].steward_threshold
        return Answer(
            document={
                "decision": publication.decision,
                "number": publication.number,
                "signed_by": [f"steward {number}" for number in sorted(signed)],
                "needed": needed,
                "signed": len(signed) >= needed,
            }
        )

    def support(self, change: Change, *coops: str) -> None:
        """Other coops stand for a change."""
        self.supporters[encode(charter_content(self.charter.base, change))] = list(coops)


@dataclass
class Desk:
    """Stewards' keys and folders of a test, and the commands that they run."""

    root: Path
    node: CharterNode
    url: str

    def __post_init__(self) -> None:
        self.passphrase = self.root / "passphrase"
        self.passphrase.touch(mode=0o600)
        self.passphrase.write_text(PASSPHRASE, encoding="utf-8")
        for number, key in enumerate(self.node.federation.steward_keys[1]):
            self.add_steward(number, key)

    def add_steward(self, number: int, key: SigningKey) -> None:
        """A key file that says where its steward serves."""
        with lock_wallet(self.root / f"steward{number}.json") as lock:
            made = create_wallet(lock, seed=key.seed, passphrase=PASSPHRASE, stretching=QUICK)
            public = replace(
                made.public,
                federation=self.node.federation.id,
                coop="norte",
                node_url=self.url,
            )
            replace_public(lock, made, public=public)

    def as_steward(
        self, number: int, *words: str | Path, code: ExitCode = ExitCode.OK
    ) -> dict[str, Any]:
        """A command with a steward's key."""
        key = ("--key", self.root / f"steward{number}.json", "--yes")
        return self.run(*words, *key, "--passphrase-file", self.passphrase, code=code)

    def run(self, *words: str | Path, code: ExitCode = ExitCode.OK) -> dict[str, Any]:
        """A command with `--json`; its result, or the error it reports."""
        result = self.say(*words, "--json", code=code)
        document: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
        return document if code is ExitCode.OK else document.get("error", document)

    def say(self, *words: str | Path, code: ExitCode = ExitCode.OK, typed: str = "") -> Result:
        """A command as people run it."""
        result = CliRunner().invoke(main, ["federation", *map(str, words)], input=typed)
        assert result.exit_code == code, result.output
        return result
