"""The audit: replays logs from the beginning and says exactly where something does not hold.

`run` goes through all logs, `replay` through one, `store` reads them from a node's database and checks
what is kept beside them, `report` has the values.
"""

from node.audit.report import (
    AuditReport,
    BranchReport,
    Fault,
    Finding,
    KeptBranch,
    LogReport,
    LogSource,
    Piece,
    SourceFault,
)
from node.audit.run import run_audit
from node.audit.store import StoreSource, audit_store, evidence_finding

__all__ = [
    "AuditReport",
    "BranchReport",
    "Fault",
    "Finding",
    "KeptBranch",
    "LogReport",
    "LogSource",
    "Piece",
    "SourceFault",
    "StoreSource",
    "audit_store",
    "evidence_finding",
    "run_audit",
]
