"""What the articles of bylaws mean, in Portuguese: see `words_en`."""

from typing import Final

from ledger.government.articles import Article as A

ARTICLES: Final[dict[int, tuple[str, str, str]]] = {
    A.ADMIT: ("admitir alguém", "Para admitir alguém é preciso ter {value}.", ""),
    A.LIMIT_SMALL: (
        "limites pequenos",
        "Para dar um limite de crédito pequeno é preciso ter {value}.",
        "",
    ),
    A.LIMIT_LARGE: (
        "limites grandes",
        "Para dar um limite de crédito grande é preciso ter {value}.",
        "",
    ),
    A.LIMIT_AMOUNT: (
        "o que é um limite pequeno",
        "Um limite é pequeno até {value}.",
        "Todo limite de crédito conta como grande.",
    ),
    A.FREEZE: (
        "congelar e fechar",
        "Para congelar, descongelar ou fechar uma conta é preciso ter {value}.",
        "",
    ),
    A.PUBLISH: (
        "publicar preços",
        "Para publicar no índice de preços é preciso ter {value}.",
        "",
    ),
    A.SPEND: ("gastar", "Para gastar do fundo comum é preciso ter {value}.", ""),
    A.SPEND_AMOUNT: (
        "quanto os responsáveis podem gastar",
        "Os responsáveis podem gastar até {value} por vez; mais do que isso exige uma votação.",
        "Todo gasto do fundo comum exige uma votação.",
    ),
    A.ENDORSE: ("a carta", "Para apoiar uma mudança da carta é preciso ter {value}.", ""),
    A.SETTLE: ("quitar dívidas", "Para cobrar e quitar uma dívida é preciso ter {value}.", ""),
    A.RECOVER: (
        "chaves perdidas",
        "Para dar a alguém uma chave nova é preciso ter {value}.",
        "",
    ),
    A.PROPOSE: ("convocar uma votação", "Para convocar uma votação é preciso ter {value}.", ""),
    A.NOTICE: (
        "aviso de uma votação",
        "Uma votação encerra no mínimo {value} depois da convocação.",
        "",
    ),
    A.SECOND_CALL: (
        "segunda chamada",
        "A segunda chamada é {value} depois da primeira.",
        "A segunda chamada é em seguida.",
    ),
    A.FIRST_QUORUM: (
        "quórum da primeira chamada",
        "Na primeira chamada precisa ter participado mais de {value} da lista.",
        "Na primeira chamada basta que participe uma pessoa.",
    ),
    A.SECOND_QUORUM: (
        "quórum da segunda chamada",
        "Na segunda chamada precisam ter participado pelo menos {value}.",
        "Na segunda chamada basta qualquer número.",
    ),
    A.DEMAND: (
        "votações pedidas pela base",
        "Uma votação também se abre quando {value} da lista a pedem com sua assinatura.",
        "",
    ),
    A.MEMBERSHIP: (
        "quem vota",
        "Vota quem faz parte há {value}.",
        "Vota-se desde o primeiro dia.",
    ),
    A.LATE_WINDOW: (
        "viradas de última hora",
        "Se o resultado vira dentro de {value} antes do encerramento, ele é adiado uma vez.",
        "Uma virada de última hora não adia o encerramento.",
    ),
    A.EXTENSION: ("quanto se adia o encerramento", "É adiado por {value}.", "Não é adiado."),
    A.MAJORITY_NUMERATOR: (
        "maioria especial, partes",
        "Para o estatuto e a dissolução pedem-se estas partes dos votos dados: {value}.",
        "",
    ),
    A.MAJORITY_DENOMINATOR: (
        "maioria especial, de",
        "O total dos votos conta como estas partes: {value}. Quem se abstém conta como ausente.",
        "",
    ),
    A.APPEAL_TERM: (
        "recursos",
        "Uma decisão dos responsáveis pode ser levada a votação durante {value}.",
        "Não cabe recurso das decisões dos responsáveis.",
    ),
    A.HEARING: (
        "audiência antes de excluir",
        "Antes de encerrar uma votação de exclusão, a pessoa tem {value} para ser ouvida.",
        "Uma votação de exclusão pode encerrar sem tempo para que a pessoa seja ouvida.",
    ),
    A.WAIT_STEWARDS: (
        "espera de uma chave nova, responsáveis",
        "Uma chave nova pelos responsáveis espera {value}.",
        "",
    ),
    A.WAIT_GUARDIANS: (
        "espera de uma chave nova, pessoas de confiança",
        "Uma chave nova pelas pessoas de confiança espera {value}.",
        "",
    ),
    A.OBJECTION_TERM: ("objeções", "Uma votação sobre uma objeção tem {value}.", ""),
    A.DEBT_TERM: ("dívidas longas", "Uma dívida de mais de {value} aparece como longa.", ""),
    A.CLAIM_TERM: (
        "cobranças",
        "Entre a cobrança e a quitação de uma dívida passam {value}.",
        "Uma dívida cobrada pode ser quitada em seguida.",
    ),
    A.SOFT_LIMIT: (
        "limite suave",
        "Avisa-se quem usou {value} do seu limite.",
        "Avisa-se a cada dívida.",
    ),
    A.OFFICE_TERM: ("mandato", "Os responsáveis são eleitos por no máximo {value}.", ""),
    A.OFFICE_STEWARDS: (
        "quantidade de responsáveis",
        "Uma eleição deixa no cargo pelo menos {value}.",
        "Uma eleição pode deixar no cargo qualquer número.",
    ),
    A.CONTRIBUTION: (
        "contribuição",
        "Cada pagamento dá ao fundo comum {value} do seu valor, por cima.",
        "Os pagamentos não devem nada ao fundo comum.",
    ),
    A.LEVY_POSITIVE: (
        "cota sobre o saldo",
        "Em cada período o fundo comum toma {value} dos saldos positivos.",
        "Os saldos positivos não pagam cota.",
    ),
    A.LEVY_NEGATIVE: (
        "cota sobre a dívida",
        "Em cada período o fundo comum toma {value} do que se deve.",
        "As dívidas não pagam cota.",
    ),
    A.LEVY_PERIOD: ("período da cota", "Entre duas cotas passam pelo menos {value}.", ""),
    A.COMMONS_DEBT: (
        "dívida do fundo comum",
        "O fundo comum pode dever até {value}.",
        "O fundo comum não pode dever nada.",
    ),
    A.SEE_HISTORY: (
        "o que os responsáveis veem",
        "O nó mostra aos responsáveis com quem os membros comerciam.",
        "O nó mostra só ao próprio membro com quem ele comercia.",
    ),
    A.SEE_BALANCES: (
        "o que os membros veem",
        "O nó mostra aos membros os saldos e limites dos demais.",
        "O nó mostra um saldo só ao seu dono e aos responsáveis.",
    ),
}

FIRST_LIMIT: Final = (
    "primeiro limite da classe {class_}",
    "{class_} podem ser admitidas com um limite de até {value}.",
    "{class_} são admitidas sem crédito.",
    "{class_} podem ser admitidas com qualquer limite.",
)
CEILING: Final = (
    "teto da classe {class_}",
    "Pagamentos internos podem levar o saldo de {class_} até {value}.",
    "O saldo de {class_} não tem teto.",
)
CLASSES: Final = ("pessoas", "organizações", "pessoas da classe {number}")
CHARTER_SAYS: Final = "tantas assinaturas de responsáveis quantas diz a carta"
UNITS: Final = {
    "steward": ("assinatura de responsável", "assinaturas de responsáveis"),
    "person": ("pessoa", "pessoas"),
    "day": ("dia", "dias"),
    "hour": ("hora", "horas"),
    "minute": ("minuto", "minutos"),
    "second": ("segundo", "segundos"),
}
WARNINGS: Final = {
    "one_steward": "Um só responsável poderia fazer isto sem mais ninguém: {title}.",
    "short_notice": "Menos de três dias é pouco tempo para saber de uma votação.",
    "nobody_votes": "Poucos votos poderiam decidir por todos: nenhuma chamada pede quórum.",
    "few_decide": (
        "Na segunda chamada dois votos poderiam decidir por todos, também sobre o estatuto e as exclusões, "
        "e quem tem a conta congelada pelos responsáveis não vota: que a segunda chamada peça um quórum "
        "(second_quorum)."
    ),
    "short_wait": "Menos de dois dias é pouco tempo para notar que alguém fica com a chave da gente.",
    "high_levy": "Isto toma mais de um décimo de um saldo por ano: {title}.",
    "high_contribution": "Com uma contribuição acima de cinco por cento as pessoas se pagam em dinheiro.",
    "commons_debt": "O que o fundo comum deve, devem todos.",
    "no_appeal": "Ninguém poderia recorrer de uma decisão dos responsáveis.",
    "no_hearing": "Alguém poderia ser excluído sem ser ouvido.",
}
