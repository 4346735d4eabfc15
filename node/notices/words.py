"""What notices say, in each language: sentences for a phone's notice and for mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from node.notices.notice import Notice, NoticeKind
from node.words.forms import WrittenForms

SENTENCES: Final[Mapping[str, Mapping[NoticeKind, str]]] = {
    "en": {
        NoticeKind.PAID: "You were paid {amount}.",
        NoticeKind.NEAR_LIMIT: "You are near your limit: {left} are left to pay with.",
        NoticeKind.LIMIT_FALLS: "On {time} your limit falls to {limit}. That is {beyond} less than you owe "
        "or answer for: from then on you can't pay until you have earned it.",
        NoticeKind.LIMIT_CHANGED: "You may owe up to {limit} now.",
        NoticeKind.TO_SIGN: "Something waits for your signature at the stewards' desk.",
        NoticeKind.TO_ADMIT: "Somebody has asked to join: the request waits at the stewards' desk.",
        NoticeKind.ADMITTED: "You were admitted: your account is open.",
    },
    "es": {
        NoticeKind.PAID: "Te pagaron {amount}.",
        NoticeKind.NEAR_LIMIT: "Estás cerca de tu límite: te quedan {left} para pagar.",
        NoticeKind.LIMIT_FALLS: "El {time} tu límite baja a {limit}. Son {beyond} menos de lo que debés o "
        "respondés: desde entonces no vas a poder pagar hasta que los hayas ganado.",
        NoticeKind.LIMIT_CHANGED: "Ahora podés deber hasta {limit}.",
        NoticeKind.TO_SIGN: "Hay algo que espera tu firma en la mesa de responsables.",
        NoticeKind.TO_ADMIT: "Alguien pidió entrar: el pedido espera en la mesa de responsables.",
        NoticeKind.ADMITTED: "Te admitieron: tu cuenta está abierta.",
    },
    "pt": {
        NoticeKind.PAID: "Você recebeu {amount}.",
        NoticeKind.NEAR_LIMIT: "Você está perto do seu limite: restam {left} para pagar.",
        NoticeKind.LIMIT_FALLS: "Em {time} seu limite cai para {limit}. São {beyond} a menos do que você "
        "deve ou garante: a partir daí não poderá pagar até ter ganhado isso.",
        NoticeKind.LIMIT_CHANGED: "Agora você pode dever até {limit}.",
        NoticeKind.TO_SIGN: "Algo espera a sua assinatura na mesa dos responsáveis.",
        NoticeKind.TO_ADMIT: "Alguém pediu para entrar: o pedido espera na mesa dos responsáveis.",
        NoticeKind.ADMITTED: "Você foi admitido: sua conta está aberta.",
    },
}

PLACES: Final[Mapping[NoticeKind, str]] = {
    NoticeKind.PAID: "/wallet",
    NoticeKind.NEAR_LIMIT: "/me",
    NoticeKind.LIMIT_FALLS: "/me",
    NoticeKind.LIMIT_CHANGED: "/me",
    NoticeKind.TO_SIGN: "/desk",
    NoticeKind.TO_ADMIT: "/desk",
    NoticeKind.ADMITTED: "/wallet",
}
"""The page that shows more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWords:
    """The sentences of a mail around what it tells."""

    subject: str
    look: str
    why: str
    stop: str
    confirm_subject: str
    confirm: str
    confirm_here: str
    never: str


MAILS: Final[Mapping[str, MailWords]] = {
    "en": MailWords(
        subject="{coop}: news for you",
        look="Look at it: {url}",
        why="You get this because you asked the node of {coop} for it. Nobody needs an answer.",
        stop="To get no more of these mails: {url}",
        confirm_subject="{coop}: is this your address?",
        confirm="Somebody has asked the node of {coop} to send notices of a Fiado account to this address.",
        confirm_here="If it was you, say so within a day: {url}",
        never="If not, do nothing. To get nothing from this node any more, whoever asks: {url}",
    ),
    "es": MailWords(
        subject="{coop}: novedades para vos",
        look="Miralo: {url}",
        why="Te llega porque se lo pediste al nodo de {coop}. No hace falta responder.",
        stop="Para no recibir más estos correos: {url}",
        confirm_subject="{coop}: ¿es tuya esta dirección?",
        confirm="Alguien pidió al nodo de {coop} que mande avisos de una cuenta de Fiado a esta dirección.",
        confirm_here="Si fuiste vos, confirmalo dentro de un día: {url}",
        never="Si no, no hagas nada. Para no recibir nada más de este nodo, lo pida quien lo pida: {url}",
    ),
    "pt": MailWords(
        subject="{coop}: novidades para você",
        look="Veja: {url}",
        why="Você recebe isto porque pediu ao nó de {coop}. Não é preciso responder.",
        stop="Para não receber mais estes e-mails: {url}",
        confirm_subject="{coop}: este endereço é seu?",
        confirm="Alguém pediu ao nó de {coop} que envie avisos de uma conta de Fiado a este endereço.",
        confirm_here="Se foi você, confirme dentro de um dia: {url}",
        never="Se não, não faça nada. Para não receber mais nada deste nó, peça quem pedir: {url}",
    ),
}

FALLBACKS: Final[Mapping[str, str]] = {
    "en": "There is news in your wallet.",
    "es": "Hay novedades en tu billetera.",
    "pt": "Há novidades na sua carteira.",
}
"""What a phone says when it was told to look and could not."""


def sentence(notice: Notice, *, language: str, unit: str) -> str:
    """What a notice says."""
    forms = WrittenForms(code=language)

    def written(name: str, value: int) -> str:
        if name == "time":
            return forms.date(datetime.fromtimestamp(value, UTC))
        return f"{forms.amount(value)} {unit}"

    values = {name: written(name, value) for name, value in notice.values.items()}
    return SENTENCES[language][notice.kind].format(**values)


def sentences(notices: Sequence[Notice], *, language: str, unit: str) -> list[str]:
    """What several say, the oldest first; the same sentence once."""
    ordered = sorted(notices, key=lambda each: (each.created_ms, each.id))
    said = [sentence(each, language=language, unit=unit) for each in ordered]
    return [
        words if said.count(words) == 1 else f"{words} (×{said.count(words)})"
        for words in dict.fromkeys(said)
    ]
