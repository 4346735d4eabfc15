"""One run of `fiado join`: from the node that was asked to the account in the wallet."""

from dataclasses import replace
from typing import Final

import click

from cli.shell.consent import agree_to_replace
from cli.shell.errors import CliError
from cli.shell.exit_codes import ExitCode
from cli.shell.forms import in_units, when
from cli.shell.language import later, say
from cli.shell.likeness import likeness
from cli.shell.terminal import Output
from cli.steward.office import coop_in_office
from ledger.charter import Coop
from ledger.messages import TAG_ENTRY, signed_bytes
from ledger.signatures import SigningKey
from ledger.transactions import Admit, encode_transaction, signed_part
from node.member.addresses import Address
from node.member.answers import encode_bytes, integer, number, text
from node.member.charters import KnownCharter, keep_charter
from node.member.client import Json, NodeClient, NodeMisbehaved, NodeProblem, path_of
from node.member.naming import own_opening
from node.member.owning import fetch_keys
from node.member.wallet_file import UnlockedWallet, check_unchanged, replace_public
from node.member.wallet_format import PublicPart
from node.member.wallet_lock import lock_wallet

ORGANISATION: Final = "organisation"


class Asking:
    """One run of `join`."""

    def __init__(
        self,
        *,
        client: NodeClient,
        known: KnownCharter,
        coop: Coop,
        handle: str,
        is_organisation: bool | None,
        limit: int | None,
        may_replace: bool,
        output: Output,
    ) -> None:
        self.may_replace = may_replace
        self.client = client
        self.known = known
        self.founding = known.founding
        self.coop = coop
        self.handle = handle
        self.is_organisation = is_organisation
        self.limit = limit
        self.output = output

    def agree_to_replace(self, known: PublicPart) -> None:
        """Ask before a wallet that is for one account becomes one for another."""
        place = (known.federation, known.coop, known.handle)
        wanted = (self.founding.federation, self.coop.name, self.handle)
        if known.account is None or self.may_replace or place == wanted:
            return
        self.output.note(
            say(
                "This wallet is for {handle}@{coop}. From now on it would be for {handle_2}@{name}; "
                "the key stays the same.",
                handle=known.handle,
                coop=known.coop,
                handle_2=self.handle,
                name=self.coop.name,
            )
        )
        if self.output.is_json:
            raise click.UsageError(say("With --json give --replace too: nobody can be asked."))
        agree_to_replace(say("Let the wallet be for that account?"), option="--replace")

    def check_handle(self, public_key: bytes, *, is_ours: bool) -> None:
        """Refuse a handle that is somebody else's; and an account that the node only says is ours."""
        try:
            found = self.client.get(path_of("v1", "accounts", self.coop.name, f"@{self.handle}"))
        except NodeProblem as problem:
            if problem.code == "account_not_found" and not is_ours:
                return
            raise
        if found.get("key") == public_key.hex():
            return
        if is_ours:
            keys = fetch_keys(self.client, integer(self.client, found, "account"))
            if public_key in keys.owners:
                return
            raise NodeMisbehaved(
                self.client.url, say("it says that an account of another key is ours")
            )
        address = Address(handle=self.handle, coop=self.coop.name)
        raise CliError(
            ExitCode.REFUSED,
            "handle_taken",
            say(
                "The address {address} belongs to another key than this wallet's.", address=address
            ),
            say(
                "Choose another handle. If it is yours, bring back the right key with `fiado wallet "
                "restore`."
            ),
        )

    def ask(self, wallet: UnlockedWallet) -> None:
        """Sign the admission that the node proposes and leave it for the stewards."""
        known = wallet.public
        same = (known.handle, known.coop, known.federation)
        draft: Json | None = None
        if known.account is not None and same == (
            self.handle,
            self.coop.name,
            self.founding.federation,
        ):
            draft = self._leave(wallet, known.account, self._proposal(wallet, known.account))
        if draft is None:
            proposal = self._proposal(wallet, None)
            account = integer(self.client, proposal, "account")
            draft = self._leave(wallet, account, proposal)
        if draft is None:
            raise NodeMisbehaved(self.client.url, say("it refuses the account number it proposed"))
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
        federation, coop = self.founding.federation, self.coop.number
        opening = own_opening(wallet.seed, handle=self.handle, federation=federation, coop=coop)
        admit = Admit(
            account=account,
            key=key.public_key,
            handle=opening.commitment(federation=federation, coop=coop),
            class_=int(text(self.client, proposal, "class") == ORGANISATION),
            limit=integer(self.client, proposal, "limit"),
        )
        message = signed_bytes(
            TAG_ENTRY,
            federation=self.founding.federation,
            coop=self.coop.number,
            body=signed_part(admit),
        )
        transaction = encode_transaction(replace(admit, key_signature=key.sign(message)))
        try:
            return self.client.post(
                "/v1/joins",
                {
                    "transaction": encode_bytes(transaction),
                    "name": {"salt": opening.salt.hex(), "handle": opening.handle},
                },
            )
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
            federation=self.founding.federation,
            coop=self.coop.name,
            account=account,
            handle=self.handle,
            node_url=self.client.url,
        )
        if public != wallet.public:
            with lock_wallet(wallet.path) as lock:
                check_unchanged(wallet)
                replace_public(lock, wallet, public=public)
        keep_charter(wallet.path, self.known)
        address = f"{self.handle}@{self.coop.name}"
        fields = {
            say("federation"): self.founding.name,
            say("federation id"): self.founding.federation.hex(),
            say("cooperative"): f"{self.coop.title} ({self.coop.name})",
            say("address"): address,
            say("account"): str(account),
        }
        if draft is not None:
            limit = integer(self.client, draft.get("facts") or {}, "limit")
            fields[say("first limit")] = in_units(limit)
        self.output.fields(fields)
        self.output.line()
        if draft is None:
            self.output.line(say("You are a member: `fiado balance` shows your account."))
        else:
            self._say_who_signs(draft)
        self.output.result(
            {
                "federation": self.founding.federation.hex(),
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
        coop = coop_in_office(self.client.url, self.coop)
        stewards = ", ".join(steward.name for steward in coop.stewards if steward.key)
        needed = coop.steward_threshold
        asked = later(
            "Your request is with the cooperative. {needed} of its stewards have to sign it: "
            "{stewards}. Signed so far: {names}."
        )
        if needed == 1:
            asked = later(
                "Your request is with the cooperative. 1 of its stewards has to sign it: {stewards}. "
                "Signed so far: {names}."
            )
        signed = ", ".join(names) or say("nobody")
        self.output.line(say(asked, needed=needed, stewards=stewards, names=signed))
        self.output.line(say("Tell them, and run `fiado join` again to see whether they have."))
        self.output.line(
            say("The request waits until {time}.", time=when(number(self.client, draft, "expires")))
        )
        for line in likeness(self.client, draft):
            self.output.note(say("Careful: {line}", line=line))
