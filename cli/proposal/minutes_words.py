"""The sentences of minutes, by language."""

from collections.abc import Mapping
from typing import Final

Words = Mapping[str, str]

LANGUAGES: Final[Mapping[str, Words]] = {
    "en": {
        "title": "Minutes: {coop}, proposal {number}",
        "agenda": "On the agenda",
        "text": "The text that was voted about",
        "no_text": "(The node has no text; its hash is {hash}.)",
        "opened": "Opened on {time} by {who}, entry {entry}.",
        "stewards": "the stewards {names}",
        "members": "the members {names}",
        "roll": "On the roll: {roll} members.",
        "about": "Not on the roll, since it is about them: {names}.",
        "closed": "The vote closed on {time}.",
        "moved": "A late vote had turned the outcome; so the close was moved once.",
        "elsewhere": "The vote was secret and held elsewhere (election file {ballot}, result {result}).",
        "took_part": "Who took part, and how",
        "counts": "Counted: {yes} yes, {no} no, {abstain} abstaining (who count as absent); {all} took part.",
        "open": "The vote goes on.",
        "rejected": "REJECTED.",
        "enacted": "PASSED and carried out.",
        "impossible": "PASSED, but it could not be carried out ({against}).",
        "proof": "Proof: opened by entry {coop}/{entry}, counted by entry {coop}/{enacted}; each vote by the "
        "entry beside it. `fiado receipt` proves an entry; `fiado audit` counts all votes anew.",
        "signatures": "Signatures:",
        "yes": "yes",
        "no": "no",
        "abstain": "abstains",
    },
    "es": {
        "title": "Acta: {coop}, propuesta {number}",
        "agenda": "Orden del día",
        "text": "El texto sobre el que se votó",
        "no_text": "(El nodo no tiene el texto; su hash es {hash}.)",
        "opened": "Abierta el {time} por {who}, asiento {entry}.",
        "stewards": "los responsables {names}",
        "members": "las personas asociadas {names}",
        "roll": "En el padrón: {roll} personas asociadas.",
        "about": "Fuera del padrón, por tratarse de ellas: {names}.",
        "closed": "La votación cerró el {time}.",
        "moved": "Un voto tardío había cambiado el resultado; por eso el cierre se corrió una vez.",
        "elsewhere": "La votación fue secreta, en otro lugar (archivo {ballot}, resultado {result}).",
        "took_part": "Quiénes participaron, y cómo",
        "counts": "Recuento: {yes} sí, {no} no, {abstain} abstenciones (cuentan como ausentes); "
        "participaron {all}.",
        "open": "La votación sigue abierta.",
        "rejected": "RECHAZADA.",
        "enacted": "APROBADA y ejecutada.",
        "impossible": "APROBADA, pero no pudo ejecutarse ({against}).",
        "proof": "Prueba: abierta por el asiento {coop}/{entry}, contada por el asiento {coop}/{enacted}; "
        "cada voto por el asiento a su lado. `fiado receipt` prueba un asiento; `fiado audit` cuenta todo de "
        "nuevo.",
        "signatures": "Firmas:",
        "yes": "sí",
        "no": "no",
        "abstain": "se abstiene",
    },
    "pt": {
        "title": "Ata: {coop}, proposta {number}",
        "agenda": "Ordem do dia",
        "text": "O texto sobre o qual se votou",
        "no_text": "(O nó não tem o texto; seu hash é {hash}.)",
        "opened": "Aberta em {time} por {who}, lançamento {entry}.",
        "stewards": "os responsáveis {names}",
        "members": "as pessoas associadas {names}",
        "roll": "Na lista de votantes: {roll} pessoas associadas.",
        "about": "Fora da lista, por se tratar delas: {names}.",
        "closed": "A votação encerrou em {time}.",
        "moved": "Um voto tardio tinha mudado o resultado; por isso o encerramento foi adiado uma vez.",
        "elsewhere": "A votação foi secreta, em outro lugar (arquivo {ballot}, resultado {result}).",
        "took_part": "Quem participou, e como",
        "counts": "Contagem: {yes} sim, {no} não, {abstain} abstenções (contam como ausentes); "
        "participaram {all}.",
        "open": "A votação continua aberta.",
        "rejected": "REJEITADA.",
        "enacted": "APROVADA e executada.",
        "impossible": "APROVADA, mas não pôde ser executada ({against}).",
        "proof": "Prova: aberta pelo lançamento {coop}/{entry}, contada pelo lançamento {coop}/{enacted}; "
        "cada voto pelo lançamento ao lado. `fiado receipt` prova um lançamento; `fiado audit` conta tudo de "
        "novo.",
        "signatures": "Assinaturas:",
        "yes": "sim",
        "no": "não",
        "abstain": "abstém-se",
    },
}
"""By language, the sentences of the minutes."""
