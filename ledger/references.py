"""The references that tie payments to invoices and refunds.

    invoice reference = SHA-256( "fiado1.invoice" padded to 16 bytes ‖ federation ‖ coop, 4 bytes ‖
                        [id, account, amount, price, expires, description, SHA-256 of the private part] )
    refund reference  = SHA-256( "fiado1.refund" padded to 16 bytes ‖ federation ‖ coop ‖
                        [invoice's reference, refund's id, log, entry, amount] )

in the encoding of PROTOCOL section 2. The id has 16 random bytes, so a reference tells nothing and is
never the same twice; and it binds what the payer was shown: a merchant can't ask for something else
afterwards under the same reference.
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from ledger.codec import Value, encode
from ledger.messages import signed_bytes

TAG_INVOICE: Final = b"fiado1.invoice".ljust(16, b"\0")
TAG_REFUND: Final = b"fiado1.refund".ljust(16, b"\0")


def private_hash(order: str | None, metadata: Mapping[str, str]) -> bytes:
    """The hash of what only the merchant sees."""
    pairs: list[Value] = [[name, metadata[name]] for name in sorted(metadata)]
    return sha256(encode([order, pairs])).digest()


def invoice_reference(
    *,
    federation: bytes,
    coop: int,
    id_: bytes,
    account: int,
    amount: int,
    price: tuple[int, int] | None,
    expires: int,
    description: str,
    private: bytes,
) -> bytes:
    """The reference of an invoice. `price` is minor units and day, `expires` Unix seconds."""
    priced: Value = None if price is None else [price[0], price[1]]
    fields: list[Value] = [id_, account, amount, priced, expires, description, private]
    message = signed_bytes(TAG_INVOICE, federation=federation, coop=coop, body=encode(fields))
    return sha256(message).digest()


def refund_reference(
    *, federation: bytes, coop: int, invoice: bytes, id_: bytes, log: int, number: int, amount: int
) -> bytes:
    """The reference of a refund of entry `number` of `log`, which paid the invoice."""
    body = encode([invoice, id_, log, number, amount])
    return sha256(signed_bytes(TAG_REFUND, federation=federation, coop=coop, body=body)).digest()
