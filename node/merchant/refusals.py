"""Why a merchant's request is not carried out: a code of the HTTP interface's problem table."""


class MerchantRefusal(Exception):
    """Ends a request; nothing has changed. `pointer` names the field that is wrong (RFC 6901)."""

    def __init__(self, code: str, detail: str | None = None, *, pointer: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.pointer = pointer
