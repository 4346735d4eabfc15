"""The branches that are kept beside the logs, as a list that is made once and not for everybody who asks.

Which there are changes only when the engine makes its state anew, so the list is good for as long as that
is the same. Of what is in a branch only the part that is asked for is read.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledger.chain import SignedHead
from ledger.validators.interface import Validator
from node.engine.branches_kept import Branch, branch_documents, load_branches, read_part
from node.engine.view import View
from node.engine.wire import Entries
from node.store import DocumentKind


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptBranch:
    """A branch without what is in it. `parts` has the first and last entry of each part, and its document."""

    coop: int
    base: int
    tip: SignedHead
    parts: Sequence[tuple[int, int, str]]


@dataclass(slots=True)
class KeptBranches:
    """The list; asked in the engine's thread only."""

    _validator: Validator | None = None
    _found: list[KeptBranch] = field(default_factory=list)

    def listed(self, view: View) -> Sequence[KeptBranch]:
        """All of them, by coop and by where they part."""
        if self._validator is not view.validator:
            self._found = [_without_entries(branch) for branch in load_branches(view.store)]
            self._validator = view.validator
        return self._found

    def forget(self) -> None:
        """Look again when asked next."""
        self._validator = None

    def entries(self, view: View, branch: KeptBranch, first: int) -> Entries | None:
        """Entries of a branch from `first`, beyond its base, to the end of a part; None where it has none."""
        for start, last, document_id in branch.parts:
            if start <= first <= last:
                document = view.store.document(DocumentKind.BRANCH, document_id)
                part = None if document is None else read_part(document)
                return None if part is None else Branch((part,)).from_entry(view.store, first)
        return None


def _without_entries(branch: Branch) -> KeptBranch:
    documents = branch_documents(branch, created=0)
    return KeptBranch(
        coop=branch.coop,
        base=branch.base,
        tip=branch.tip,
        parts=[
            (part.first, part.signed.length, document.id)
            for part, document in zip(branch.parts, documents, strict=True)
        ],
    )
