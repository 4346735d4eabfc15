"""Faults that the ledger raises.

A *refusal* (`ledger.refusals`) is the ledger's answer to a transaction and is a value. What is here are
faults: bytes that are not a message at all, a charter that can't be read, a proof that proves nothing.
Wording for people is not done here.
"""


class LedgerError(Exception):
    """Anything that the ledger raises on purpose."""


class EncodingError(LedgerError):
    """Bytes that are not one canonical value (PROTOCOL section 2)."""


class CharterError(LedgerError):
    """A charter or its signatures that break PROTOCOL section 4. The text names the field."""


class ProofError(LedgerError):
    """A signed head, receipt, certificate or piece of evidence that does not verify."""


class NotStanding(ProofError):
    """A receipt that its coop has signed, of an entry in a history of its log that does not stand."""


class SnapshotError(LedgerError):
    """A snapshot that can't be loaded; replay the logs instead."""


class DependencyMissing(LedgerError):
    """A node tried to append an anchor of a log that it does not hold that far: its own mistake."""


class ValidatorFault(LedgerError):
    """A bug in a validator: it stopped half way, and its state is not to be used again.

    Load a snapshot and replay what follows it; nothing that was appended is lost by that.
    """
