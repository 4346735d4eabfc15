"""Why a request about notices is not carried out."""

from enum import StrEnum


class NoticesNotDone(StrEnum):
    """The reason; the value is the code of a problem of the HTTP interface, which words it for people."""

    NO_PUSH = "no_push"
    NO_MAIL = "no_mail"
    PUSH_REFUSED = "push_refused"
    MAIL_ADDRESS_REFUSED = "mail_address_refused"
    MAIL_ASKED_LATELY = "mail_asked_lately"
    NOTICES_TOO_MANY = "notices_too_many"
    NOTICE_TARGET_NOT_FOUND = "notice_target_not_found"
    NOTICE_JOIN_NOT_FOUND = "notice_join_not_found"
    NOTICE_CODE_WRONG = "notice_code_wrong"


class NoticeRefusal(Exception):
    """Ends a request; nothing has changed. `pointer` names the field that is wrong (RFC 6901)."""

    def __init__(
        self, code: NoticesNotDone, detail: str | None = None, *, pointer: str | None = None
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.pointer = pointer
