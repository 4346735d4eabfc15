"""The one table that words troubles for people: what is wrong, and what helps.

The interface, the command line and the log say it in these words; the pages have their own, translated.
Names of coops, never numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from node.engine.health.troubles import Trouble, TroubleKind
from node.engine.health.words_of_links import broke, reach, unreached
from node.mark import Doubt


@dataclass(frozen=True, slots=True)
class Words:
    """What is wrong, and what helps."""

    detail: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Named:
    """A trouble with the names that its words need."""

    coop: str
    other: str
    lasted: str
    values: Mapping[str, int | str]

    def seconds(self, name: str) -> int:
        """One of the values that is a length of time."""
        return int(self.values.get(name, 0))

    @property
    def apart(self) -> str:
        """How far a clock is off, in whichever direction."""
        return duration(abs(self.seconds("apart_seconds")))


_SET_CLOCK: Final = (
    "Set this machine's clock and let the system keep it right (NTP); the node then goes on by itself. If "
    "you have looked at another clock and this one is right, start the node once with --clock-is-right."
)

_CLOCK: Final[Mapping[str, str]] = {
    "before_program": "This machine's clock shows a time from before this program was made",
    "behind_own_log": "This machine's clock is {apart} behind the newest entry of the node's own log",
    "behind_peers": "This machine's clock is {apart} behind those of the other nodes",
    "ahead_of_peers": "This machine's clock is {apart} ahead of those of the other nodes",
    "behind_other_logs": "This machine's clock is {apart} behind what most other nodes have recorded",
    "ahead_of_all_logs": "This machine's clock is {apart} ahead of all that was ever recorded here, and no "
    "other node is there to say whether it is right",
}


def _clock(named: _Named) -> str:
    return _CLOCK[str(named.values.get("reason"))].format(apart=named.apart)


_FULL: Final[Mapping[str, str]] = {
    "payments": "This cooperative has recorded as many payments today as the charter allows: the next one is "
    "taken after midnight, universal time.",
    "entries": "This cooperative's log has as many entries today, payments aside, as the charter allows: "
    "payments from elsewhere arrive, and stewards decide, after midnight, universal time.",
}

_DOUBTS: Final[Mapping[str, str]] = {
    Doubt.UNMARKED: "There is no readable node.mark in the node's folder, so nothing outside the database "
    "says how far the node has signed.",
    Doubt.COPIED: "node.mark is a copy of the file that the node wrote: the folder was copied, moved to "
    "another disk or put back.",
    Doubt.SHORTER: "The database has less than the node has signed: it is an old copy, or was emptied.",
    Doubt.OTHER_COPY: "The database is not the copy that the node used last with this folder.",
    Doubt.OTHER_HISTORY: "The database has another history than the one that the node has signed.",
    Doubt.RESTORED: "node.toml says that the database was restored from a copy.",
}


def _behind_the_end(named: _Named) -> str:
    """Who has not taken in the end of the log of a coop that has left."""
    behind = str(named.values.get("behind", ""))
    return f"Not taken in yet by: {behind}." if behind else "All others have taken that in."


def _behind(named: _Named) -> Words:
    """That the node lacks what its key has signed, and what that means when nobody gives it."""
    if "length" not in named.values:
        return Words(
            "The node lacks entries of its own log that were signed; it takes them back from the other "
            "nodes.",
            "It records again by itself once it has them all. If it stays so, see whether its links to the "
            "other nodes are up.",
        )
    return Words(
        f"For {named.lasted} the node has known that its key signed its log up to entry "
        f"{named.values.get('length')}, and nobody who is linked has given any after "
        f"{named.values.get('held')}. So it records nothing: that could be a second history.",
        "Waiting helps only if the entries are somewhere: on a disk that was lost or put back, or at a node "
        "that is not linked now. If you are certain that this node never signed them, somebody else has its "
        "key. Stop the node, and let the others decide on another key; see OPERATING, “A head without "
        "entries”.",
    )


def _evidence(named: _Named) -> str:
    evidence = str(named.values.get("evidence", ""))
    return "damaged on this node's disk; others have it" if evidence == "damaged" else evidence


_SPEAK: Final[Mapping[str, str]] = {
    "charter": "`fiado federation show URL` lists what is proposed. Stewards who change their minds, or have "
    "endorsed nothing yet, endorse one with `fiado federation endorse`.",
    "index": "`fiado index show --node URL` lists what was published. Stewards who were wrong, or have "
    "published nothing yet, do so with `fiado index publish`.",
}
"""How stewards take part in deciding, by the name of the subject."""

_SPEAK_ANYHOW: Final = (
    "Stewards who change their minds, or have said nothing yet, say so at their node."
)

_SILENT: Final = "See whether the nodes of those who are silent run, and are new enough."


def _agree(named: _Named) -> str:
    """What helps those who have not agreed."""
    speak = _SPEAK.get(str(named.values.get("subject")), _SPEAK_ANYHOW)
    said = f"Talk to each other; the next round follows by itself. {speak}"
    return f"{said} {_SILENT}" if named.values.get("silent") else said


def _standing(named: _Named) -> str:
    """Who stands for what, and who has said nothing."""
    values = named.values
    parts = [f"{values.get('stands') or 'nobody stands for anything that can be decided'}."]
    for name, words in (
        ("astray", "Something that the rules don't allow is wanted by {coops}."),
        ("silent", "Nothing has come from {coops}."),
        ("unlinked", "Not linked with this node: {coops}."),
        ("outdated", "Too old to take part: the node of {coops}."),
    ):
        if values.get(name):
            parts.append(words.format(coops=values[name]))
    return " ".join(parts)


def _undecided(named: _Named) -> str:
    return (
        f"The cooperatives have not agreed on {named.values.get('decision')} for {named.lasted}: "
        f"{_standing(named)}"
    )


def under_way(trouble: Trouble) -> str:
    """The words for what is being decided and has not taken long: one of `NodeStatus.deciding`."""
    named = _Named(coop="", other="", lasted=duration(trouble.seconds), values=trouble.values)
    return f"{named.values.get('decision')}, for {named.lasted}: {_standing(named)}"


_TABLE: Final[Mapping[TroubleKind, Callable[[_Named], Words]]] = {
    TroubleKind.HALTED: lambda named: Words(
        f"There is proof against the cooperative itself ({_evidence(named)}): its key has signed what no "
        "honest node signs. So the node has stopped recording for good.",
        "Waiting does not help. Members: tell your stewards. Operator: stop the node, keep its database, and "
        "read OPERATING, “When a coop cheats”, before anything else.",
    ),
    TroubleKind.LEFT: lambda named: Words(
        "The cooperative has left the federation, and its log has ended: nothing more is recorded. "
        + _behind_the_end(named),
        "Keep the node running until all have taken it in, so that what was still on its way goes back to "
        "those who paid. Then stop it.",
    ),
    TroubleKind.KEY_REPLACED: lambda named: Words(
        "The federation has given this cooperative's node another key: what this one signs does not count.",
        "If the node with the new key runs elsewhere, stop this one for good. Else put the new key into "
        "node.key and start it again; see OPERATING, “A node's key is lost”.",
    ),
    TroubleKind.JOINING: lambda named: Words(
        "The cooperative is joining: its node takes in the federation's decisions up to the one that lets it "
        "in.",
        "Wait a moment. If it stays so, see whether its links to the other nodes are up.",
    ),
    TroubleKind.BEHIND: _behind,
    TroubleKind.RECOVERING: lambda named: Words(
        "The node has just started and asks the other nodes what it may have missed.",
        "Try again in a few seconds. If it stays so, it can't reach enough of the other nodes: see whether "
        "its links to them are up.",
    ),
    TroubleKind.DOUBT: lambda named: Words(
        f"{_DOUBTS.get(str(named.values.get('why')), '')} Signing on it could be a second history, so the "
        "node records nothing until more than half of the other cooperatives' nodes have told it what it "
        f"signed ({named.values.get('answers', 0)} of the {named.values.get('needed', 0)} needed so far) and "
        "it holds all of that.",
        "Each of them has to be linked with this node itself, not by way of a third: write their addresses "
        "under [peers], or let them write yours, and it goes on by itself. If that can't be, and you are "
        "certain that this is the newest state of its database, start it with `fiado node run --alone`; read "
        "OPERATING, “Bringing back an old copy”, first.",
    ),
    TroubleKind.CLOCK_DOUBTFUL: lambda named: Words(
        f"{_clock(named)}, so the node records nothing: an entry with a wrong date could not be taken back.",
        _SET_CLOCK,
    ),
    TroubleKind.CLOCK_VOUCHED: lambda named: Words(
        f"{_clock(named)}, but somebody who started the node said that it is right, so it records.",
        "If that was a mistake, stop the node now, set the clock, and start it without --clock-is-right.",
    ),
    TroubleKind.LOG_AHEAD: lambda named: Words(
        f"The log of {named.coop} is {named.apart} ahead: its newest entry has a date that has not come.",
        f"Tell whoever runs {named.coop}'s node to look at its clock. Until that day comes, limits there "
        "count as of the log's date.",
    ),
    TroubleKind.CLOCK_DIFFERS: lambda named: Words(
        f"The clock of {named.coop}'s node is {named.apart} "
        f"{'ahead of' if int(named.values.get('apart_seconds', 0)) > 0 else 'behind'} this one's.",
        "Look at both clocks, and let both systems keep theirs right (NTP).",
    ),
    TroubleKind.PUT_BACK: lambda named: Words(
        "The node's database was put back to an older state, or was lost. Entries "
        f"{named.values.get('first')} to {named.values.get('last')} of its log came back from the other "
        "nodes: accounts, limits and payments are whole. What only this node had of that time is gone: "
        "requests to join, drafts, invoices and webhooks, the texts of payments, and stewards' reasons.",
        "Tell people: who asked to join asks again, stewards send their drafts again, merchants make open "
        "invoices again and look for payments of those that were paid. This is shown for two weeks.",
    ),
    TroubleKind.DAMAGED: lambda named: Words(
        f"Entries {named.values.get('first')} to {named.values.get('last')} of the log of {named.coop} are "
        "damaged on this node's disk; they are neither shown nor passed on.",
        "The node fetches them from the other nodes by itself. Look at the disk: what damaged these may "
        "damage more, also what only this node has.",
    ),
    TroubleKind.DAY_FULL: lambda named: Words(
        _FULL[str(named.values.get("of", "entries"))],
        "Nothing is lost by waiting. If a member floods the log, a steward can freeze the account; if people "
        "really pay so often, the federation needs a charter with a higher entries_per_day.",
    ),
    TroubleKind.ACCUSED: lambda named: Words(
        f"There is proof against {named.coop} ({_evidence(named)}). The other cooperatives go on paying each "
        "other; what its members pay elsewhere does not arrive, and what is paid to them stays on its way, "
        "until the cooperatives have decided.",
        "Look at the evidence together with the other cooperatives and decide what happens; see OPERATING, "
        "“When a coop cheats”.",
    ),
    TroubleKind.QUARANTINED: lambda named: Words(
        f"The cooperatives have put {named.coop} in quarantine: nobody elsewhere can pay its members or be "
        "paid by them.",
        "What its members pay among themselves goes on. The cooperatives decide how it comes back; `fiado "
        "federation history` shows what was decided.",
    ),
    TroubleKind.CUT: lambda named: Words(
        f"This node and {named.coop} hold different histories of {named.other}, so payments between the "
        "two do not arrive.",
        "What was paid stays on its way until the cooperatives decide about "
        f"{named.other}; see OPERATING, “When a coop cheats”.",
    ),
    TroubleKind.WAITING: lambda named: Words(
        f"For {named.lasted} the log of {named.coop} has waited here for entries of {named.other}: nothing "
        f"that {named.coop} records arrives meanwhile.",
        f"It goes on by itself once a node that has those entries can be reached; {named.other}'s own "
        "has them.",
    ),
    TroubleKind.HEAD_UNFOUNDED: lambda named: Words(
        f"For {named.lasted} it has been known here that {named.coop}'s key signed its log up to entry "
        f"{named.values.get('length')}, and nobody who is linked has given any after "
        f"{named.values.get('held')}. {named.coop}'s node records nothing once it hears of that: it could be "
        "a second history.",
        f"Ask whoever runs {named.coop}'s node. The entries may be on a disk that was lost, or at a node "
        "that is not linked now. If that node never signed them, somebody else has its key: agree on another "
        "one; see OPERATING, “A head without entries”.",
    ),
    TroubleKind.UNDECIDED: lambda named: Words(_undecided(named), _agree(named)),
    TroubleKind.REOPENED: lambda named: Words(
        f"After a fault the node had to open its database again, {named.lasted} ago.",
        "What was acknowledged is there. The line `fault` in the node's log says what it was; see whether "
        "the disk has room and the database answers. After a few faults in a row the node gives up.",
    ),
    TroubleKind.TWIN_NODE: lambda named: Words(
        f"It looks as if two nodes run with {named.coop}'s key: they take turns at a link.",
        f"Whoever runs {named.coop}'s node: see which of the two is the right one and stop the other at "
        "once. Two that record are two histories, which is proof against the cooperative for good.",
    ),
    TroubleKind.NO_PEERS: lambda named: Words(
        "The node has no other cooperative's node to call, and none is linked with it: nothing that it "
        "records is known elsewhere, and nothing from elsewhere arrives.",
        "Write the addresses of the others under [peers] in node.toml and start the node again, or let the "
        "others write yours; if they have, see whether their nodes run.",
    ),
    TroubleKind.PEER_BROKE_PROTOCOL: lambda named: Words(
        broke(
            named.coop, named.lasted, named.values, left=duration(named.seconds("refused_seconds"))
        ),
        f"Once may be a fault of a program or of the line. If it goes on, tell whoever runs {named.coop}'s "
        "node what this says, and see whether both run the newest version. Payments to it arrive by way of "
        "the others, or once there is a link again.",
    ),
    TroubleKind.PEER_MISSING: lambda named: Words(
        f"The node of {named.coop} is not under [peers] in node.toml and has not called for {named.lasted}.",
        f"Payments reach it by way of the others, memos don't. Write {named.coop}'s address under [peers], "
        "or let them write yours.",
    ),
    TroubleKind.LINK_DOWN: lambda named: Words(
        unreached(named.coop, named.lasted, named.values),
        reach(named.coop, named.values),
    ),
    TroubleKind.OFFICE_EMPTY: lambda named: Words(
        "Nobody who is in office as a steward here can sign: they were recalled, or their accounts are "
        "frozen or closed.",
        "Members can elect others without them: `fiado proposal new elect`, with --demand.",
    ),
    TroubleKind.OFFICE_SHORT: lambda named: Words(
        f"Of the stewards in office here only {named.values.get('able', 'some')} can sign. Most things take "
        f"{named.values.get('needed', 'more')}: the accounts of the others are frozen.",
        "Members can elect others without them: `fiado proposal new elect`, with --demand.",
    ),
    TroubleKind.OFFICE_OVER: lambda named: Words(
        f"The terms of office of {named.values.get('names', 'stewards')} ended {named.lasted} ago. They go "
        "on until there is an election.",
        "Propose an election: `fiado proposal new elect`.",
    ),
    TroubleKind.RESULT_DUE: lambda named: Words(
        f"The vote about proposal {named.values.get('proposal', '')}, held elsewhere, ended {named.lasted} "
        "ago, and nobody has attested its result. Sixty days after its end it will have decided nothing.",
        "The stewards attest it: `fiado proposal result`.",
    ),
    TroubleKind.PUBLIC_URL_MISSING: lambda named: Words(
        "node.toml does not say how the world reaches this node, so payment links begin as whoever made the "
        f"invoice reached it, the newest with {named.values.get('link', 'another address')}. Customers may "
        "not reach it there.",
        'Write public_url = "https://…" under [merchant] in node.toml, and start the node again.',
    ),
    TroubleKind.MAIL_FAILING: lambda named: Words(
        f"The mail server takes no notices from this node: {named.values.get('why', 'no reason given')}. "
        "Who asked for mail is not told what happens.",
        "Look at [notices] in node.toml, at mail.password in the node's folder, and at the mail server. "
        "The node tries again by itself.",
    ),
    TroubleKind.PUSH_FAILING: lambda named: Words(
        f"Notices to browsers don't get through: {named.values.get('why', 'no reason given')}. Phones are "
        "not told what happens.",
        "See that this machine reaches the internet by https and that its clock is right. The node tries "
        "again by itself.",
    ),
    TroubleKind.WAGES_UNREADABLE: lambda named: Words(
        f"The file of the index of wages can't be read: {named.values.get('why', 'no reason given')}. "
        "Balances show no new hours of work.",
        "Mend the file that [wage] in node.toml names; the node reads it again by itself.",
    ),
}


def word(trouble: Trouble, names: Mapping[int, str]) -> Words:
    """The words for a trouble; `names` has the coops' names by their numbers."""
    named = _Named(
        coop="" if trouble.coop is None else names[trouble.coop],
        other="" if trouble.other is None else names[trouble.other],
        lasted=duration(trouble.seconds),
        values=trouble.values,
    )
    return _TABLE[trouble.kind](named)


_LENGTHS: Final = (
    (86_400 * 365, "1 year", "{count} years"),
    (86_400, "1 day", "{count} days"),
    (3_600, "1 hour", "{count} hours"),
    (60, "1 minute", "{count} minutes"),
    (1, "1 second", "{count} seconds"),
)


def duration(seconds: int) -> str:
    """A length of time, to the unit that people would use."""
    for size, one, many in _LENGTHS:
        count = seconds // size
        if count or size == 1:
            return one if count == 1 else many.format(count=count)
    raise AssertionError("seconds are left")
