"""What an account's owners call its keys: "the till", "Eva". For them only, in no log.

The labels of an account are one document beside those of names, by the keys themselves, so that a key that
comes to the same place has none. They go when the account's name is erased.
"""

from aiohttp import web

from ledger.codec import Value, decode, encode
from ledger.errors import EncodingError
from ledger.refusals import Refusal
from ledger.rules.owning import delegates_of, keys_of
from node.engine.known_names import labels_id
from node.engine.view import View
from node.http.base import facts
from node.http.base.api import Api, json_response
from node.http.base.reading import JSON, check_query
from node.http.base.refusals_problems import refusal_problem
from node.http.base.routes import Access, Route
from node.http.keys import shapes
from node.spellings import PublicKey
from node.store import Document, DocumentKind, Write

_SUBJECT = "Keys"


async def get_labels(api: Api, request: web.Request) -> web.Response:
    """What the owners call the keys that the account has now."""
    account = await api.member(request)
    check_query(request)
    found = await api.ask_paid(request, lambda view: _labels(view, account))
    return json_response(_shown(found), is_private=True)


async def post_label(api: Api, request: web.Request) -> web.Response:
    """Call one of the account's keys so; without a label, call it nothing."""
    account = await api.member(request)
    api.check_rate(request)
    api.charge(request)
    asked = await api.read(request, shapes.KeyLabelRequest)
    key = bytes(asked.key)

    def keep(view: View) -> tuple[Write, dict[bytes, str]]:
        if key not in _keys(view, account):
            raise refusal_problem(Refusal.DELEGATE_UNKNOWN)
        labels = _labels(view, account)
        if asked.label is None:
            labels.pop(key, None)
        else:
            labels[key] = str(asked.label)
        return _written(view, account, labels), labels

    async with api.desk:
        found = await api.runner.change(keep)
    return json_response(_shown(found), is_private=True)


def _keys(view: View, account: int) -> set[bytes]:
    """All that may sign or pay for the account now."""
    log = facts.own_log(view)
    found = log.account(account)
    owners = () if found is None else keys_of(log, found)
    return {*owners, *(each.key for each in delegates_of(log, account).values() if each.key)}


def _labels(view: View, account: int) -> dict[bytes, str]:
    document = view.store.document(DocumentKind.NAME, labels_id(account))
    try:
        rows = [] if document is None else decode(document.data)
    except EncodingError:
        rows = []  # damaged: the owners name them again
    keys, found = _keys(view, account), {}
    for row in rows if isinstance(rows, list) else []:
        match row:
            case [bytes(key), str(label)] if key in keys:
                found[key] = label
            case _:
                pass
    return found


def _written(view: View, account: int, labels: dict[bytes, str]) -> Write:
    id_ = labels_id(account)
    if not labels:
        return Write(dropped_documents=((DocumentKind.NAME, id_),))
    rows: list[Value] = [[key, label] for key, label in sorted(labels.items())]
    now = view.now_ms // 1000
    row = Document(kind=DocumentKind.NAME, id=id_, created=now, data=encode(rows))
    return Write(documents=(row,))


def _shown(labels: dict[bytes, str]) -> shapes.KeyLabels:
    return shapes.KeyLabels(
        labels=[
            shapes.KeyLabel(key=PublicKey(key), label=label)
            for key, label in sorted(labels.items())
        ]
    )


ROUTES = (
    Route(
        method="GET",
        path="/v1/me/labels",
        handler=get_labels,
        name="listMyLabels",
        summary="What the account's owners call its keys",
        subject=_SUBJECT,
        access=Access.MEMBER,
        answer=shapes.KeyLabels,
    ),
    Route(
        method="POST",
        path="/v1/me/labels",
        handler=post_label,
        name="labelMyKey",
        summary="Say what a key of the account is called, for its owners only",
        subject=_SUBJECT,
        access=Access.MEMBER,
        body={JSON: shapes.KeyLabelRequest},
        answer=shapes.KeyLabels,
        problems=(Refusal.DELEGATE_UNKNOWN,),
    ),
)
