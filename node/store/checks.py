"""What every store checks before it writes, and how it cuts stored bytes at entries.

Pure functions, shared so that all stores refuse the same writes with the same words. Entries are
told apart by MessagePack's own lengths; whether they are valid is the validator's business.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from dataclasses import replace

import msgpack

from ledger.chain import SignedHead, extend_all
from ledger.codec import split
from ledger.errors import EncodingError
from node.errors import LogDamaged, StorageFault, StoreMisuse, ValueUnstorable
from node.store.rows import (
    Entries,
    RecordKind,
    Segment,
    Witnessed,
    Write,
)

_SEGMENTS_KNOWN = 100_000

RESERVED_META = "store."
"""Names of meta values that begin so belong to the store itself."""


_LARGEST = 2**63 - 1
_LONGEST_KEY = 1_024


def check_held(*values: str | int | bytes | None) -> None:
    """Check that a store can hold these names and numbers. Raises `ValueUnstorable`.

    PostgreSQL takes no zero byte in a text and no long key in an index, neither database takes a number
    of more than 64 bits, and half of a surrogate pair can't be written down at all.
    """
    for value in values:
        if isinstance(value, int):
            if not -_LARGEST <= value <= _LARGEST:
                raise ValueUnstorable("a number is beyond 64 bits")
        elif isinstance(value, bytes):
            if len(value) > _LONGEST_KEY:
                raise ValueUnstorable("a key is too long")
        elif value is not None:
            _check_text(value)


def _check_text(text: str) -> None:
    try:
        encoded = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise ValueUnstorable("a text has half of a surrogate pair in it") from error
    if b"\0" in encoded or len(encoded) > _LONGEST_KEY:
        raise ValueUnstorable("a text is too long, or has a zero byte in it")


def check_write(write: Write) -> None:
    """Check that a store can hold all names and numbers in a write. Raises `ValueUnstorable`."""
    for segment in write.segments:
        check_held(segment.coop, segment.first, segment.count)
    for head in write.signatures:
        check_held(head.coop, head.length)
    for evidence in write.evidence:
        check_held(evidence.digest, evidence.coop, evidence.kind)
    for witnessed in write.witnessed:
        check_held(witnessed.coop, witnessed.length)
    for memo in write.memos:
        check_held(memo.reference, memo.coop, memo.account)
    for erased in write.erased_memos:
        check_held(*erased)
    for reason in write.reasons:
        check_held(reason.hash)
    for document in write.documents:
        check_held(document.id, document.created)
    for _, id_ in (*write.dropped_documents, *write.dropped_records):
        check_held(id_)
    for record in (*write.new_records, *write.records):
        check_held(record.id, record.shelf, record.created, record.due, record.mark)
    check_held(*write.meta)


def check_segments(
    write: Write, logs: Mapping[int, tuple[int, bytes]]
) -> dict[int, tuple[int, bytes]]:
    """Check that all segments continue their logs; return length and head of the logs that grow."""
    grown: dict[int, tuple[int, bytes]] = {}
    for segment in write.segments:
        if segment.count < 1 or not segment.entries:
            raise StoreMisuse(f"log {segment.coop}: a segment holds at least one entry")
        if len(segment.head) != 32 or len(segment.previous) != 32:
            raise StoreMisuse(f"log {segment.coop}: a chain hash has 32 bytes")
        held = grown.get(segment.coop) or logs.get(segment.coop)
        length = held[0] if held else 0
        if segment.first != length + 1:
            raise StoreMisuse(
                f"log {segment.coop}: a segment from entry {segment.first} "
                f"does not continue a log of {length} entries"
            )
        if held and segment.previous != held[1]:
            raise StoreMisuse(
                f"log {segment.coop}: the segment from entry {segment.first} "
                "continues another chain than the one stored"
            )
        grown[segment.coop] = (segment.last, segment.head)
    return grown


def check_witnessed(new: Witnessed, old: Witnessed | None) -> None:
    """Check that a witness never goes back, and never signs two heads of one length."""
    if old is None:
        return
    if new.length < old.length or (new.length == old.length and new.head != old.head):
        raise StoreMisuse(
            f"log {new.coop}: a head of length {new.length} was to be witnessed "
            f"after another of length {old.length}"
        )


def check_signed(new: SignedHead, head: bytes) -> None:
    """Check that a signature that comes later is over the head that is stored at its length."""
    if new.head != head:
        raise StoreMisuse(f"log {new.coop}: the signature is for another head at {new.length}")


def check_meta(write: Write) -> None:
    """Check that nobody writes over the store's own values."""
    for key in write.meta:
        if key.startswith(RESERVED_META):
            raise StoreMisuse(f"the name {key!r} is reserved for the store")


def check_new_records(write: Write, held: Container[tuple[RecordKind, str]]) -> None:
    """Check that no new record is there already, or twice in the write."""
    new = [(record.kind, record.id) for record in write.new_records]
    if len(set(new)) < len(new) or any(place in held for place in new):
        raise StoreMisuse("a new record is there already")


def check_upto(new: Mapping[int, int], old: Mapping[int, int]) -> None:
    """Check that the history index never covers less than it did."""
    for coop, length in new.items():
        if length < old.get(coop, 0):
            raise StoreMisuse(f"log {coop}: the history index can't go back to entry {length}")


def check_bookings(new: int, old: int) -> None:
    """Check that the rows of statements never cover less than they did."""
    if new < old:
        raise StoreMisuse(f"the rows of statements can't go back to entry {new}")


def read_bookings_upto(value: bytes | None) -> int:
    """How far they cover the own log; what can't be read covers nothing."""
    text = b"" if value is None else value
    return int(text) if text.isdigit() and len(text) < 17 else 0


def skip_entries(entries: bytes, count: int) -> int:
    """The offset after the first `count` entries; `StorageFault` when the bytes end before."""
    unpacker = msgpack.Unpacker(None, max_buffer_size=max(len(entries), 1))
    unpacker.feed(entries)
    try:
        for _ in range(count):
            unpacker.skip()
    except Exception as error:  # msgpack raises several unrelated types on bad bytes
        raise StorageFault("a stored segment can't be split into its entries") from error
    return int(unpacker.tell())


def split_entries(entries: bytes) -> list[bytes]:
    """The single entries of a segment; `StorageFault` when the bytes are not whole entries."""
    try:
        return split(entries)
    except EncodingError as error:
        raise StorageFault("a stored segment can't be split into its entries") from error


def damaged(segment: Segment) -> LogDamaged:
    """What is raised about a segment that is not what was written."""
    return LogDamaged(coop=segment.coop, first=segment.first, last=segment.last)


def entry_at(segment: Segment, number: int) -> bytes:
    """The exact bytes of entry `number`, which the segment holds. Raises `LogDamaged`."""
    try:
        start = skip_entries(segment.entries, number - segment.first)
        end = skip_entries(segment.entries, number - segment.first + 1)
    except StorageFault as error:
        raise damaged(segment) from error
    return segment.entries[start:end]


def entries_of(segment: Segment, numbers: Iterable[int]) -> dict[int, bytes]:
    """The exact bytes of entries that the segment holds, taken apart once. Raises `LogDamaged`."""
    wanted = set(numbers)
    if len(wanted) == 1:
        return {number: entry_at(segment, number) for number in wanted}
    try:
        entries = split_entries(segment.entries)
    except StorageFault as error:
        raise damaged(segment) from error
    return {number: entries[number - segment.first] for number in wanted}


def gather_at(
    numbers: Collection[int], *, length: int, containing: Callable[[int], Segment | None]
) -> dict[int, bytes]:
    """These entries of a log of that length, by the segments that hold them, each asked for once."""
    found: dict[int, bytes] = {}
    for number in sorted(set(numbers)):
        if number in found or not 1 <= number <= length:
            continue
        segment = containing(number)
        if segment is not None:
            within = (each for each in numbers if segment.first <= each <= segment.last)
            found |= entries_of(segment, within)
    return found


def cut_front(segment: Segment, first: int) -> Segment:
    """The segment from entry `first` on. Raises `LogDamaged`."""
    if first <= segment.first:
        return segment
    dropped = first - segment.first
    try:
        offset = skip_entries(segment.entries, dropped)
        previous = extend_all(segment.previous, split_entries(segment.entries[:offset]))
    except StorageFault as error:
        raise damaged(segment) from error
    return replace(
        segment,
        first=first,
        count=segment.count - dropped,
        entries=segment.entries[offset:],
        previous=previous,
    )


def is_sound(segment: Segment) -> bool:
    """Whether the entries are as many as the segment says, and lead from one of its heads to the other."""
    try:
        entries = split(segment.entries)
    except EncodingError:
        return False
    return len(entries) == segment.count and extend_all(segment.previous, entries) == segment.head


def check_sound(segment: Segment) -> Segment:
    """The segment; raises `LogDamaged` when it is not sound."""
    if not is_sound(segment):
        raise damaged(segment)
    return segment


class SoundSegments:
    """Lets through segments that are sound. Each is hashed when it is first read, not every time."""

    def __init__(self) -> None:
        self._known: set[tuple[int, int, bytes]] = set()

    def check(self, segment: Segment) -> Segment:
        """The segment, or its end after `cut_front`; raises `LogDamaged`."""
        # Where it ends stays the same when its front is cut, and so does the head there.
        key = (segment.coop, segment.last, segment.head)
        if key not in self._known:
            check_sound(segment)
            if len(self._known) >= _SEGMENTS_KNOWN:
                self._known.clear()
            self._known.add(key)
        return segment

    def look(self, segment: Segment) -> bool:
        """Whether the segment is sound now, whatever it was before."""
        key = (segment.coop, segment.last, segment.head)
        if is_sound(segment):
            return True
        self._known.discard(key)
        return False


def cut_back(segment: Segment, max_bytes: int) -> Entries:
    """As many entries from the segment's beginning as fit in `max_bytes`, but at least one."""
    end, count = len(segment.entries), segment.count
    if end > max_bytes:
        end, count = 0, 0
        for entry in split_entries(segment.entries):
            if count and end + len(entry) > max_bytes:
                break
            end += len(entry)
            count += 1
    return Entries(
        coop=segment.coop,
        first=segment.first,
        count=count,
        entries=segment.entries[:end],
        previous=segment.previous,
    )


def gather(segments: Iterator[Segment], max_bytes: int) -> Entries | None:
    """As many entries from the segments' beginning as fit in `max_bytes`, but at least one."""
    gathered: list[Entries] = []
    room = max_bytes
    for segment in segments:
        part = cut_back(segment, room)
        if gathered and len(part.entries) > room:
            break
        gathered.append(part)
        room -= len(part.entries)
        if part.count < segment.count or room <= 0:
            break
    if not gathered:
        return None
    return replace(
        gathered[0],
        count=sum(part.count for part in gathered),
        entries=b"".join(part.entries for part in gathered),
    )
