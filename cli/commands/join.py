"""`fiado join`: asking a cooperative's node for an account, or finding one's account again."""

from dataclasses import replace
from pathlib import Path

import click

from cli.addresses import Address
from cli.amounts import format_amount
from cli.answers import encode_bytes, integer, text
from cli.charters import fetch_charter, keep_charter
from cli.client import Json, NodeClient, NodeMisbehaved, NodeProblem, path_of
from cli.errors import CliError
from cli.exit_codes import ExitCode
from cli.membership import unlock
from cli.parameters import HANDLE, LIMIT, NODE_URL, output_option, passphrase_options, wallet_option
from cli.passphrase import PassphraseSource
from cli.terminal import Output
from cli.wallet_file import UnlockedWallet, check_unchanged, read_wallet, replace_public
from cli.wallet_lock import lock_wallet
from ledger.charter import Charter, Coop
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.signatures import SigningKey
from ledger.transactions import Admit, encode_transaction, signed_part

ORGANISATION = "organisation"


@click.command()
@click.option(
    "--node",
    "node_url",
    type=NODE_URL,
    metavar="URL",
    help="The address of your cooperative's node.",
)
@click.option(
    "--handle", type=HANDLE, metavar="NAME", help="The name before the @ of your address."
)
@click.option(
    "--organisation/--person",
    default=None,
    help="Whether the account is an organisation's or, as when nothing is said, a person's.",
)
@click.option(
    "--limit",
    type=LIMIT,
    help="Ask for this first credit limit, as agreed on with the stewards; otherwise the cooperative's "
    "usual one, which may be zero.",
)
@click.option(
    "--federation",
    metavar="ID",
    help="Join only the federation with this id, as your cooperative published it.",
)
@wallet_option
@passphrase_options
@output_option
def join(
    node_url: str | None,
    handle: str | None,
    organisation: bool | None,
    limit: int | None,
    federation: str | None,
    wallet: Path,
    passphrase: PassphraseSource,
    output: Output,
) -> None:
    """Ask a cooperative for an account, or see how the request stands.

    The stewards decide. Run the same command again to see whether they have; once they have admitted
    you, you can pay and be paid. While they have not, --limit, --handle or --organisation change the request;
    stewards who had signed it sign again. On a new device, with the wallet restored from its words, it finds
    your account.
    """
    public = read_wallet(wallet).public
    node_url = node_url or public.node_url
    handle = handle or public.handle
    if node_url is None or handle is None:
        raise click.UsageError("Give --node and --handle: where to ask, and under which name.")
    with NodeClient(node_url) as client:
        charter = _charter(client, public.federation, federation)
        coop = _coop_of(client, charter)
        asked = _Asked(
            client=client,
            charter=charter,
            coop=coop,
            handle=handle,
            is_organisation=organisation,
            limit=limit,
            output=output,
        )
        found = asked.find_account(public.public_key)
        unlocked = unlock(read_wallet(wallet), passphrase)
        if found is not None:
            if limit is not None:
                output.note("You are a member already; your limit is for the stewards to change.")
            asked.link(unlocked, found)
        else:
            asked.ask(unlocked)


def _charter(client: NodeClient, joined: bytes | None, wanted: str | None) -> Charter:
    expected = joined
    if wanted is not None:
        try:
            expected = bytes.fromhex(wanted)
        except ValueError:
            raise click.UsageError("--federation takes the id: 64 hex digits.") from None
    return fetch_charter(client, expected=expected)


def _coop_of(client: NodeClient, charter: Charter) -> Coop:
    coop = charter.coops.get(integer(client, client.get("/v1/status"), "coop_number"))
    if coop is None:
        raise NodeMisbehaved(client.url, "its cooperative is not in its charter")
    return coop


class _Asked:
    """One run of `join`."""

    def __init__(
        self,
        *,
        client: NodeClient,
        charter: Charter,
        coop: Coop,
        handle: str,
        is_organisation: bool | None,
        limit: int | None,
        output: Output,
    ) -> None:
        self.client = client
        self.charter = charter
        self.coop = coop
        self.handle = handle
        self.is_organisation = is_organisation
        self.limit = limit
        self.output = output

    def find_account(self, public_key: bytes) -> int | None:
        """The account of this handle if it has our key; refuses when somebody else has the handle."""
        try:
            found = self.client.get(path_of("v1", "accounts", self.coop.name, f"@{self.handle}"))
        except NodeProblem as problem:
            if problem.code == "account_not_found":
                return None
            raise
        if found.get("key") != public_key.hex():
            address = Address(handle=self.handle, coop=self.coop.name)
            raise CliError(
                ExitCode.REFUSED,
                "handle_taken",
                f"The address {address} belongs to another key than this wallet's.",
                "Choose another handle. If it is yours, bring back the right key with "
                "`fiado wallet restore`.",
            )
        return integer(self.client, found, "account")

    def ask(self, wallet: UnlockedWallet) -> None:
        """Sign the admission that the node proposes and leave it for the stewards."""
        known = wallet.public
        same = (known.handle, known.coop, known.federation)
        draft: Json | None = None
        if known.account is not None and same == (
            self.handle,
            self.coop.name,
            self.charter.federation,
        ):
            draft = self._leave(wallet, known.account, self._proposal(wallet, known.account))
        if draft is None:
            proposal = self._proposal(wallet, None)
            account = integer(self.client, proposal, "account")
            draft = self._leave(wallet, account, proposal)
        if draft is None:
            raise NodeMisbehaved(self.client.url, "it refuses the account number it proposed")
        self.link(wallet, integer(self.client, draft, "account"), draft=draft)

    def _proposal(self, wallet: UnlockedWallet, account: int | None) -> Json:
        """What the node proposes; for an account asked for before, with that number."""
        asked: Json = {"key": wallet.public.public_key.hex(), "handle": self.handle}
        if self.is_organisation is not None:
            asked["class"] = ORGANISATION if self.is_organisation else "person"
        if self.limit is not None:
            asked["limit"] = self.limit
        proposal = self.client.post("/v1/joins/proposals", asked)
        return proposal if account is None else proposal | {"account": account}

    def _leave(self, wallet: UnlockedWallet, account: int, proposal: Json) -> Json | None:
        """Leave the signed admission with the node; None when the number was taken meanwhile."""
        key = SigningKey(wallet.seed)
        admit = Admit(
            account=account,
            key=key.public_key,
            handle=self.handle,
            class_=int(text(self.client, proposal, "class") == ORGANISATION),
            limit=integer(self.client, proposal, "limit"),
        )
        message = signed_bytes(
            TAG_ENTRY,
            federation=self.charter.federation,
            coop=self.coop.number,
            body=signed_part(admit),
        )
        transaction = encode_transaction(replace(admit, key_signature=key.sign(message)))
        try:
            return self.client.post("/v1/joins", {"transaction": encode_bytes(transaction)})
        except NodeProblem as problem:
            if problem.code in ("number_taken", "account_exists"):
                return None
            raise

    def link(self, wallet: UnlockedWallet, account: int, *, draft: Json | None = None) -> None:
        """Note in the wallet which account it is for, and say what happens next.

        `draft` is the request while it waits; without one the account is open.
        """
        public = replace(
            wallet.public,
            federation=self.charter.federation,
            coop=self.coop.name,
            account=account,
            handle=self.handle,
            node_url=self.client.url,
        )
        if public != wallet.public:
            with lock_wallet(wallet.path) as lock:
                check_unchanged(wallet)
                replace_public(lock, wallet, public=public)
        keep_charter(wallet.path, self.charter)
        address = f"{self.handle}@{self.coop.name}"
        fields = {
            "federation": self.charter.name,
            "federation id": self.charter.federation.hex(),
            "cooperative": f"{self.coop.title} ({self.coop.name})",
            "address": address,
            "account": str(account),
        }
        if draft is not None:
            limit = integer(self.client, draft.get("facts") or {}, "limit")
            fields["first limit"] = format_amount(limit)
        self.output.fields(fields)
        self.output.line()
        if draft is None:
            self.output.line("You are a member: `fiado balance` shows your account.")
        else:
            self._say_who_signs(draft)
        self.output.result(
            {
                "federation": self.charter.federation.hex(),
                "coop": self.coop.name,
                "account": account,
                "handle": self.handle,
                "address": address,
                "state": "open" if draft is None else "waiting",
                "request": None if draft is None else text(self.client, draft, "id"),
            }
        )

    def _say_who_signs(self, draft: Json) -> None:
        """Whom to talk to about a request that waits."""
        names = [str(each.get("name")) for each in draft.get("signed_by") or []]
        stewards = ", ".join(steward.name for steward in self.coop.stewards)
        self.output.line(
            f"Your request is with the cooperative. {self.coop.steward_threshold} of its stewards have to "
            f"sign it: {stewards}. Signed so far: {', '.join(names) or 'nobody'}."
        )
        self.output.line("Tell them, and run `fiado join` again to see whether they have.")
