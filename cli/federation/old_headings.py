"""How the columns of other systems' exports are headed, in the languages that they speak."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class System:
    """What an export of a system is like: headings of each column, in small letters."""

    name: str
    columns: Mapping[str, frozenset[str]]
    needed: tuple[str, ...]
    id_otherwise: frozenset[str] = frozenset()
    """Headings of the column that tells members apart where there is no better one."""


_BALANCE: Final = frozenset({"balance", "saldo", "saldo actual", "saldo atual", "current balance"})
_NAME: Final = frozenset(
    {
        "full name",
        "name",
        "nombre completo",
        "nombre",
        "nome completo",
        "nome",
        "nom",
        "user",
        "usuario",
    }
)
_LIMIT: Final = frozenset(
    {
        "credit limit",
        "creditlimit",
        "límite de crédito",
        "limite de credito",
        "limite de crédito",
        "límit de crèdit",
        "lower credit limit",
    }
)
_GROUP: Final = frozenset({"group", "grupo", "grup", "type", "tipo", "tipus"})

SYSTEMS: Final[Mapping[str, System]] = {
    "cyclos": System(
        "Cyclos",
        {
            "id": frozenset(
                {"login name", "login", "username", "nombre de usuario", "usuario de acceso"}
            )
            | frozenset(
                {"nome de usuário", "nome de usuario", "account number", "número de cuenta"}
            ),
            "name": _NAME,
            "balance": _BALANCE,
            "limit": _LIMIT,
            "group": _GROUP,
        },
        ("id", "balance"),
        frozenset({"user", "usuario", "usuário"}),
    ),
    "komunitin": System(
        "Komunitin",
        {
            "id": frozenset(
                {"code", "account", "account code", "código", "codigo", "codi", "cuenta"}
            ),
            "name": _NAME | frozenset({"member", "miembro", "socio", "membre", "membro"}),
            "balance": _BALANCE,
            "limit": _LIMIT,
            "group": _GROUP,
        },
        ("id", "balance"),
    ),
    "timeoverflow": System(
        "TimeOverflow",
        {
            "id": frozenset({"n", "n.", "member id", "nº", "num", "número"}),
            "name": frozenset({"username", "user name", "nombre", "nom", "nome", "name"}),
            "balance": _BALANCE | frozenset({"hours", "horas", "hores", "balance (hours)"}),
        },
        ("id", "name", "balance"),
    ),
}
