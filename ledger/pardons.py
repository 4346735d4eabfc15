"""Which evidence a readmission has ended: it goes on to prove what was, and accuses nobody any more.

What a coop has signed since, with a key that it has had since, accuses it again (PROTOCOL section 7.9).
"""

from dataclasses import replace

from ledger.chain import SignedHead, is_signed_by
from ledger.charter import Charter, Coop
from ledger.errors import ProofError
from ledger.evidence import Evidence, ForkEvidence, InvalidEntryEvidence


def is_pardoned(evidence: Evidence, charter: Charter) -> bool:
    """Whether `charter` has readmitted the coop since it signed what is in this evidence."""
    coop = charter.coops.get(evidence.coop)
    if coop is None or coop.readmission is None:
        return False
    match evidence:
        case ForkEvidence():
            # With a head from before, anybody could accuse it anew: what it has signed since contradicts that
            # other history, as was decided.
            heads = (evidence.shorter, evidence.longer)
            return not all(_is_since(signed, coop, charter) for signed in heads)
        case InvalidEntryEvidence():
            return not _is_since(evidence.signed, coop, charter)
        case _:
            return not any(
                _proves(evidence, charter, coop, key) for key in coop.keys_since_readmission
            )


def _is_since(signed: SignedHead, coop: Coop, charter: Charter) -> bool:
    """Whether a head lies beyond where the readmission begins, under a key from then on."""
    if coop.readmission is None or signed.length <= coop.readmission.length:
        return False
    return is_signed_by(signed, coop.keys_since_readmission, charter)


def _proves(evidence: Evidence, charter: Charter, coop: Coop, key: bytes) -> bool:
    """Whether evidence about decisions holds with that key."""
    if isinstance(evidence, ForkEvidence | InvalidEntryEvidence):
        raise AssertionError("evidence about a log is judged by its heads")
    coops = {**charter.coops, coop.number: replace(coop, node_key=key)}
    try:
        evidence.check(replace(charter, coops=coops))
    except ProofError:
        return False
    return True
