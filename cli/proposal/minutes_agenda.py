"""What is on the agenda, in the language of the minutes."""

from collections.abc import Callable, Mapping
from typing import Final, assert_never

from cli.proposal.minutes_words import Words
from ledger.government.actions import (
    Action,
    AmendBylaws,
    DecideLevy,
    DecideLimit,
    DecideRecovery,
    DecideSpend,
    DecideStatus,
    Elect,
    Expel,
    Recall,
    Resolve,
)
from ledger.government.articles import Unit
from ledger.government.bylaws import Bylaws
from node.bylaws.explain import explain, in_words
from node.plain import PlainForms

_TIME = PlainForms().time
AGENDA: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "resolution": "to decide what the text says.",
        "elect": "to elect as stewards {names}; {count} of them sign.",
        "seat": "{name} until {time}",
        "recall": "to recall the stewards of places {places}.",
        "limit": "{name} may owe up to {amount}",
        "from": ", from {time} on",
        "until": ", until {time}, and then {amount}",
        "freeze": "to freeze the account of {name}.",
        "thaw": "to thaw the account of {name}.",
        "bylaws": "to adopt these bylaws: {told}",
        "defaults": "all as the defaults say.",
        "spend": "the commons pays {amount} to {name}.",
        "levy": "to collect once, for the commons, {positive} of what members have and {negative} "
        "of what they owe.",
        "new_key": "{name} gets the new key (recovery {number}).",
        "old_key": "{name} keeps the key that the account has (recovery {number}).",
        "expel": "to expel {name}; what the account has goes to {payee}.",
        "expel_commons": "to expel {name}; what the account has goes to the commons.",
    },
    "es": {
        "resolution": "decidir lo que dice el texto.",
        "elect": "elegir como responsables a {names}; firman {count}.",
        "seat": "{name} hasta el {time}",
        "recall": "revocar a los responsables de los puestos {places}.",
        "limit": "{name} puede deber hasta {amount}",
        "from": ", desde el {time}",
        "until": ", hasta el {time}, y después {amount}",
        "freeze": "congelar la cuenta de {name}.",
        "thaw": "descongelar la cuenta de {name}.",
        "bylaws": "adoptar este estatuto: {told}",
        "defaults": "todo como siempre.",
        "spend": "el fondo común paga {amount} a {name}.",
        "levy": "cobrar una vez, para el fondo común, {positive} de lo que cada quien tiene y {negative} "
        "de lo que debe.",
        "new_key": "{name} recibe la clave nueva (recuperación {number}).",
        "old_key": "{name} conserva la clave que tiene la cuenta (recuperación {number}).",
        "expel": "excluir a {name}; lo que tiene la cuenta va a {payee}.",
        "expel_commons": "excluir a {name}; lo que tiene la cuenta va al fondo común.",
    },
    "pt": {
        "resolution": "decidir o que diz o texto.",
        "elect": "eleger como responsáveis {names}; assinam {count}.",
        "seat": "{name} até {time}",
        "recall": "destituir os responsáveis dos lugares {places}.",
        "limit": "{name} pode dever até {amount}",
        "from": ", a partir de {time}",
        "until": ", até {time}, e depois {amount}",
        "freeze": "congelar a conta de {name}.",
        "thaw": "descongelar a conta de {name}.",
        "bylaws": "adotar este estatuto: {told}",
        "defaults": "tudo como sempre.",
        "spend": "o fundo comum paga {amount} a {name}.",
        "levy": "cobrar uma vez, para o fundo comum, {positive} do que cada pessoa tem e {negative} "
        "do que deve.",
        "new_key": "{name} recebe a chave nova (recuperação {number}).",
        "old_key": "{name} fica com a chave que a conta tem (recuperação {number}).",
        "expel": "excluir {name}; o que a conta tem vai para {payee}.",
        "expel_commons": "excluir {name}; o que a conta tem vai para o fundo comum.",
    },
}


def agenda_words(action: Action, who: Callable[[int], str], language: Words) -> str:
    """What follows if it passes, as an item of the agenda."""
    code = language["code"]
    words = AGENDA[code]

    def worded(key: str, **values: object) -> str:
        return words[key].format(**values)

    match action:
        case Resolve():
            return worded("resolution")
        case Elect():
            seats = [
                worded("seat", name=who(account), time=_TIME(until))
                for account, until in action.seats
            ]
            return worded("elect", names=", ".join(seats), count=action.threshold)
        case Recall():
            return worded("recall", places=", ".join(map(str, action.places)))
        case DecideLimit():
            return _limit(action, who(action.account), words, code)
        case DecideStatus():
            return worded("freeze" if action.is_frozen else "thaw", name=who(action.account))
        case AmendBylaws():
            changed = explain(Bylaws(articles=dict(action.articles)), code)
            told = " ".join(each.sentence for each in changed if not each.is_default)
            return words["bylaws"].format(told=told or words["defaults"])
        case DecideSpend():
            return worded("spend", amount=_amount(action.amount, code), name=who(action.payee))
        case DecideLevy():
            shares = {"positive": action.positive, "negative": action.negative}
            told_ = {name: in_words(each, Unit.MILLIONTHS, code) for name, each in shares.items()}
            return worded("levy", **told_)
        case DecideRecovery():
            key = "new_key" if action.is_new_key else "old_key"
            return worded(key, name=who(action.account), number=action.recovery)
        case Expel():
            if action.payee is None:
                return worded("expel_commons", name=who(action.account))
            return worded("expel", name=who(action.account), payee=who(action.payee))
        case _:
            assert_never(action)


def _limit(action: DecideLimit, name: str, words: Mapping[str, str], code: str) -> str:
    told = words["limit"].format(name=name, amount=_amount(action.limit, code))
    if action.from_:
        told += words["from"].format(time=_TIME(action.from_))
    if action.until is not None and action.after is not None:
        after = _amount(action.after, code)
        told += words["until"].format(time=_TIME(action.until), amount=after)
    return f"{told}."


def _amount(amount: int, code: str) -> str:
    return in_words(amount, Unit.AMOUNT, code)
