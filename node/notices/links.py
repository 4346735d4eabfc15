"""The links in mails: to the page that confirms or stops, and the address where one click stops (RFC 8058).

What follows the # stays in the browser: no proxy and no log sees the code before somebody presses.
"""

from node.notices.codes import NoticeCodes

CONFIRM = "confirm"
STOP = "stop"
NEWS = "news"


def confirm_url(public_url: str, codes: NoticeCodes, target: str) -> str:
    """The page that asks whether the address is right."""
    return f"{public_url}/notices#confirm={target}.{codes.code(CONFIRM, target)}"


def stop_url(public_url: str, codes: NoticeCodes, target: str) -> str:
    """The page that stops these mails."""
    return f"{public_url}/notices#stop={target}.{codes.code(STOP, target)}"


def one_click_url(public_url: str, codes: NoticeCodes, target: str) -> str:
    """What a mail program calls by itself when somebody presses its own button."""
    return f"{public_url}/v1/notices/{target}/stop/{codes.code(STOP, target)}"
