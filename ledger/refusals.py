"""The closed, numbered list of reasons for which a transaction is refused.

Numbers are never reused: logs, receipts and other implementations refer to them for ever. The order in
which checks run is the order of PROTOCOL section 7, not that of the numbers. How a refusal is worded
for people is decided by the CLI's and the HTTP API's tables, not here.
"""

from enum import IntEnum


class Refusal(IntEnum):
    """Why an entry is not valid (PROTOCOL, "Refusals")."""

    ENTRY_TOO_LARGE = 1
    ENTRY_MALFORMED = 2
    KIND_UNKNOWN = 3
    TIME_FALLS = 4
    ACCOUNT_UNKNOWN = 5
    SIGNATURE_INVALID = 6
    ACCOUNT_CLOSED = 7
    ACCOUNT_FROZEN = 8
    SEQUENCE_USED = 9
    SEQUENCE_GAP = 10
    AMOUNT_OUT_OF_RANGE = 11
    FEE_OUT_OF_RANGE = 12
    COOP_UNKNOWN = 13
    PAYEE_IS_PAYER = 14
    PAYEE_UNKNOWN = 15
    PAYEE_CLOSED = 16
    PRICE_NOT_KNOWN = 17
    PRICE_STALE = 18
    PRICE_MISMATCH = 19
    LIMIT_EXCEEDED = 20
    CLEARING_LIMIT_EXCEEDED = 21
    BALANCE_OUT_OF_RANGE = 22
    TIME_OUT_OF_RANGE = 23
    DAY_FULL = 24
    ACCOUNT_EXISTS = 30
    HANDLE_TAKEN = 31
    KEY_INADMISSIBLE = 32
    STEWARD_UNKNOWN = 33
    STEWARDS_TOO_FEW = 35
    REVISION_MISMATCH = 36
    LIMIT_OUT_OF_RANGE = 37
    LIMIT_DATES_INVALID = 38
    BALANCE_NOT_ZERO = 39
    STATUS_UNCHANGED = 40
    ANCHOR_OF_SELF = 50
    ANCHOR_NOT_AHEAD = 51
    WITNESS_UNKNOWN = 52
    ANCHOR_UNSIGNED = 53
    WITNESSES_TOO_FEW = 54
    RETURN_UNKNOWN = 60
    INDEX_NOT_CHARTERED = 70
    PUBLISHER_UNKNOWN = 71
    PUBLISHERS_TOO_FEW = 72
    INDEX_PERIOD_REPEATED = 73
    INDEX_PERIOD_CONTRADICTED = 74
    INDEX_PERIOD_EARLY = 75
    INDEX_PERIOD_BEFORE_BASE = 76
    INDEX_SOURCE_WRONG = 77
    INDEX_STAND_IN_NOT_ALLOWED = 78
    INDEX_STAND_IN_VALUE_WRONG = 79
    INDEX_VALUE_IMPOSSIBLE = 80
    INDEX_STEP_ABOVE_CAP = 81
    INDEX_LATE_UNKNOWN = 82
    INDEX_TABLE_OUT_OF_RANGE = 83
    INDEX_SOURCE_NUMBER_REPEATED = 84
    INDEX_SOURCE_NUMBER_EARLY = 85
    INDEX_SOURCE_PERIOD_TAKEN = 86
    INDEX_OBSERVATIONS_MISPLACED = 87
    INDEX_OBSERVATIONS_TOO_FEW = 88
    INDEX_MEDIAN_WRONG = 89
    DECISION_OUT_OF_PLACE = 90

    @property
    def code(self) -> str:
        """The stable name used by the HTTP API, the CLI and PROTOCOL."""
        return self.name.lower()
