"""What the articles of bylaws mean, in Spanish: see `words_en`."""

from typing import Final

from ledger.government.articles import Article as A

ARTICLES: Final[dict[int, tuple[str, str, str]]] = {
    A.ADMIT: ("admitir a alguien", "Para admitir a alguien alcanza con {value}.", ""),
    A.LIMIT_SMALL: (
        "límites chicos",
        "Para dar un límite de crédito chico alcanza con {value}.",
        "",
    ),
    A.LIMIT_LARGE: (
        "límites grandes",
        "Para dar un límite de crédito grande alcanza con {value}.",
        "",
    ),
    A.LIMIT_AMOUNT: (
        "qué es un límite chico",
        "Un límite es chico hasta {value}.",
        "Todo límite de crédito cuenta como grande.",
    ),
    A.FREEZE: (
        "congelar y cerrar",
        "Para congelar, descongelar o cerrar una cuenta alcanza con {value}.",
        "",
    ),
    A.PUBLISH: (
        "publicar precios",
        "Para publicar en el índice de precios alcanza con {value}.",
        "",
    ),
    A.SPEND: ("gastar", "Para gastar del fondo común alcanza con {value}.", ""),
    A.SPEND_AMOUNT: (
        "cuánto pueden gastar los responsables",
        "Los responsables pueden gastar hasta {value} por vez; para más hace falta una votación.",
        "Todo gasto del fondo común necesita una votación.",
    ),
    A.ENDORSE: ("la carta", "Para apoyar un cambio de la carta alcanza con {value}.", ""),
    A.SETTLE: ("saldar deudas", "Para reclamar y saldar una deuda alcanza con {value}.", ""),
    A.RECOVER: ("claves perdidas", "Para darle a alguien una clave nueva alcanza con {value}.", ""),
    A.PROPOSE: ("llamar a votación", "Para llamar a votación alcanza con {value}.", ""),
    A.NOTICE: (
        "aviso de una votación",
        "Una votación cierra como mínimo {value} después del llamado.",
        "",
    ),
    A.SECOND_CALL: (
        "segundo llamado",
        "El segundo llamado es {value} después del primero.",
        "El segundo llamado es enseguida.",
    ),
    A.FIRST_QUORUM: (
        "quórum del primer llamado",
        "En el primer llamado tiene que haber participado más del {value} del padrón.",
        "En el primer llamado alcanza con que participe una persona.",
    ),
    A.SECOND_QUORUM: (
        "quórum del segundo llamado",
        "En el segundo llamado tienen que haber participado al menos {value}.",
        "En el segundo llamado alcanza cualquier número.",
    ),
    A.DEMAND: (
        "votaciones pedidas desde abajo",
        "Una votación también se abre si la pide con su firma el {value} del padrón.",
        "",
    ),
    A.MEMBERSHIP: (
        "quiénes votan",
        "Vota quien forma parte desde hace {value}.",
        "Se vota desde el primer día.",
    ),
    A.LATE_WINDOW: (
        "vuelcos a último momento",
        "Si el resultado cambia dentro de {value} antes del cierre, el cierre se corre una vez.",
        "Un vuelco a último momento no corre el cierre.",
    ),
    A.EXTENSION: ("cuánto se corre el cierre", "Se corre {value}.", "No se corre."),
    A.MAJORITY_NUMERATOR: (
        "mayoría especial, partes",
        "Para el estatuto y la disolución se piden estas partes de los votos emitidos: {value}.",
        "",
    ),
    A.MAJORITY_DENOMINATOR: (
        "mayoría especial, de",
        "El total de los votos cuenta como estas partes: {value}. Quien se abstiene cuenta como ausente.",
        "",
    ),
    A.APPEAL_TERM: (
        "apelaciones",
        "Una decisión de los responsables se puede llevar a votación durante {value}.",
        "Las decisiones de los responsables no se pueden apelar.",
    ),
    A.HEARING: (
        "audiencia antes de excluir",
        "Antes de que cierre una votación de exclusión, la persona tiene {value} para ser escuchada.",
        "Una votación de exclusión puede cerrar sin tiempo para ser escuchada.",
    ),
    A.WAIT_STEWARDS: (
        "espera de una clave nueva, responsables",
        "Una clave nueva por los responsables espera {value}.",
        "",
    ),
    A.WAIT_GUARDIANS: (
        "espera de una clave nueva, personas de confianza",
        "Una clave nueva por las personas de confianza espera {value}.",
        "",
    ),
    A.OBJECTION_TERM: ("objeciones", "Una votación sobre una objeción tiene {value}.", ""),
    A.DEBT_TERM: ("deudas largas", "Una deuda de más de {value} figura como larga.", ""),
    A.CLAIM_TERM: (
        "reclamos",
        "Entre el reclamo y el saldo de una deuda pasan {value}.",
        "Una deuda reclamada se puede saldar enseguida.",
    ),
    A.SOFT_LIMIT: (
        "límite blando",
        "Se avisa a quien usó el {value} de su límite.",
        "Se avisa con cualquier deuda.",
    ),
    A.OFFICE_TERM: ("mandato", "Los responsables se eligen como máximo por {value}.", ""),
    A.OFFICE_STEWARDS: (
        "cantidad de responsables",
        "Una elección deja en el cargo al menos {value}.",
        "Una elección puede dejar en el cargo a cualquier número.",
    ),
    A.CONTRIBUTION: (
        "aporte",
        "Cada pago da al fondo común el {value} de su importe, por encima.",
        "Los pagos no deben nada al fondo común.",
    ),
    A.LEVY_POSITIVE: (
        "cuota sobre el saldo a favor",
        "En cada período el fondo común toma el {value} de los saldos a favor.",
        "Los saldos a favor no pagan cuota.",
    ),
    A.LEVY_NEGATIVE: (
        "cuota sobre la deuda",
        "En cada período el fondo común toma el {value} de lo que se debe.",
        "Las deudas no pagan cuota.",
    ),
    A.LEVY_PERIOD: ("período de la cuota", "Entre dos cuotas pasan al menos {value}.", ""),
    A.COMMONS_DEBT: (
        "deuda del fondo común",
        "El fondo común puede deber hasta {value}.",
        "El fondo común no puede deber nada.",
    ),
    A.SEE_HISTORY: (
        "qué ven los responsables",
        "El nodo les muestra a los responsables con quién comercian los miembros.",
        "El nodo muestra solo al propio miembro con quién comercia.",
    ),
    A.SEE_BALANCES: (
        "qué ven los miembros",
        "El nodo les muestra a los miembros los saldos y límites de los demás.",
        "El nodo muestra un saldo solo a su dueño y a los responsables.",
    ),
}

FIRST_LIMIT: Final = (
    "primer límite de la clase {class_}",
    "Se puede admitir a {class_} con un límite de hasta {value}.",
    "Se admite a {class_} sin crédito.",
    "Se puede admitir a {class_} con cualquier límite.",
)
CEILING: Final = (
    "tope de la clase {class_}",
    "Los pagos internos pueden llevar el saldo de {class_} hasta {value}.",
    "El saldo de {class_} no tiene tope.",
)
CLASSES: Final = ("personas", "organizaciones", "miembros de la clase {number}")
CHARTER_SAYS: Final = "tantas firmas de responsables como dice la carta"
UNITS: Final = {
    "steward": ("firma de responsable", "firmas de responsables"),
    "person": ("persona", "personas"),
    "day": ("día", "días"),
    "hour": ("hora", "horas"),
    "minute": ("minuto", "minutos"),
    "second": ("segundo", "segundos"),
}
WARNINGS: Final = {
    "one_steward": "Un solo responsable podría hacer esto sin nadie más: {title}.",
    "short_notice": "Menos de tres días es poco tiempo para enterarse de una votación.",
    "nobody_votes": "Unos pocos votos podrían decidir por todos: ningún llamado pide quórum.",
    "few_decide": (
        "En el segundo llamado dos votos podrían decidir por todos, también sobre estatuto y exclusiones, "
        "y quien tiene la cuenta congelada por los responsables no vota: que el segundo llamado pida un "
        "quórum (second_quorum)."
    ),
    "short_wait": "Menos de dos días es poco tiempo para notar que alguien se queda con la clave de una.",
    "high_levy": "Esto toma más de la décima parte de un saldo por año: {title}.",
    "high_contribution": "Con un aporte de más del cinco por ciento la gente se paga en efectivo.",
    "commons_debt": "Lo que debe el fondo común lo deben todos.",
    "no_appeal": "Nadie podría apelar una decisión de los responsables.",
    "no_hearing": "Se podría excluir a alguien sin escucharlo.",
}
