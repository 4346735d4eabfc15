"""The tick under way: what will be written in its one transaction, and what will be sent after it."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from node.engine.health.troubles import Trouble
from node.engine.health.words import word
from node.engine.outbox import Notice, Outbox, Send
from node.store import Evidence, Memo, Segment, Witnessed, Write


@dataclass(slots=True)
class Tick:
    """One tick: the time, what it writes, what it sends.

    It is made by `Engine.tick`, handed to every part in turn, and gone when the tick is over. Parts add to
    its lists, and change nothing that another part has added. What is to be written has to be here before
    `write` is called; what is sent leaves after that is durable.
    """

    now_ms: int
    """The clock's time, which goes into entries. Never written again."""
    steady_ms: int
    """Runs on evenly, whatever is done to the clock; intervals and deadlines are measured by it."""
    outbox: Outbox = field(default_factory=Outbox)
    """What leaves after the commit. Parts use `send`, `notice` and `trouble`. Replies are added only once
    the commit is done, by `recording.own_log`, `asking` and `Engine`."""
    segments: list[Segment] = field(default_factory=list)
    """What logs have grown by. Only `replication.replicas` adds others', and what is taken back of the own
    log; `replication.ends` signs one; only `recording.own_log` adds new entries of the own log."""
    evidence: list[Evidence] = field(default_factory=list)
    """Only `Core.accuse` adds to it."""
    witnessed: dict[int, Witnessed] = field(default_factory=dict)
    """What this node signs as a witness, by coop. Only `recording.anchors` writes it."""
    memos: list[Memo] = field(default_factory=list)
    """Only `recording.memos` adds to it."""
    changes: list[Write] = field(default_factory=list)
    """Whatever else is kept beside the logs. Any part may add what it alone keeps: no two write a document,
    a record or a `meta` key of one name."""
    names: Callable[[], Mapping[int, str]] = dict
    """The coops' names, for the log that people read."""
    served_bytes: dict[int, int] = field(default_factory=dict)
    """How much each peer has been sent of logs that it asked for, and of evidence. `replication.serving`,
    `replication.branches` and `replication.comparing` write it."""

    def send(self, coop: int, data: bytes) -> None:
        """Send to one peer, after the commit."""
        self.outbox.sends.append(Send(coop, data))

    def notice(self, name: str, *, level: int = logging.INFO, **values: int | str) -> None:
        """Leave a line for the log that people read; `coop`, a number, becomes the coop's name there."""
        coop = values.get("coop")
        if isinstance(coop, int):
            values["coop"] = self.names().get(coop, str(coop))
        self.outbox.notices.append(Notice(name, values, level))

    def trouble(self, trouble: Trouble, *, is_over: bool = False) -> None:
        """Tell the log that something is wrong, or no longer so."""
        values: dict[str, int | str] = {"kind": trouble.kind.value}
        if trouble.coop is not None:
            values["coop"] = self.names()[trouble.coop]
        if is_over:
            self.outbox.notices.append(Notice("trouble_over", values))
            return
        words = word(trouble, self.names())
        values |= {"text": words.detail, "remedy": words.remedy}
        self.outbox.notices.append(Notice("trouble", values, trouble.level))

    def write(self) -> Write:
        """Everything that this tick writes."""
        return Write(
            segments=self.segments,
            evidence=self.evidence,
            witnessed=list(self.witnessed.values()),
            memos=[*self.memos, *(memo for change in self.changes for memo in change.memos)],
            erased_memos=[erased for change in self.changes for erased in change.erased_memos],
            reasons=[reason for change in self.changes for reason in change.reasons],
            documents=[document for change in self.changes for document in change.documents],
            dropped_documents=[
                dropped for change in self.changes for dropped in change.dropped_documents
            ],
            new_records=[record for change in self.changes for record in change.new_records],
            records=[record for change in self.changes for record in change.records],
            dropped_records=[
                dropped for change in self.changes for dropped in change.dropped_records
            ],
            meta={key: value for change in self.changes for key, value in change.meta.items()},
        )
