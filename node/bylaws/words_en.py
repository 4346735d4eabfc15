"""What the articles of bylaws mean, in English: a name, a sentence, and for some another sentence for 0."""

from typing import Final

from ledger.government.articles import Article as A

ARTICLES: Final[dict[int, tuple[str, str, str]]] = {
    A.ADMIT: ("admitting a member", "Admitting a member takes {value}.", ""),
    A.LIMIT_SMALL: ("small limits", "A small credit limit takes {value}.", ""),
    A.LIMIT_LARGE: ("large limits", "A large credit limit takes {value}.", ""),
    A.LIMIT_AMOUNT: (
        "what a small limit is",
        "A limit is small up to {value}.",
        "Every credit limit counts as a large one.",
    ),
    A.FREEZE: (
        "freezing and closing",
        "Freezing, thawing or closing an account takes {value}.",
        "",
    ),
    A.PUBLISH: ("publishing prices", "Publishing for the index of prices takes {value}.", ""),
    A.SPEND: ("spending", "Spending from the commons takes {value}.", ""),
    A.SPEND_AMOUNT: (
        "what stewards may spend",
        "Stewards may spend up to {value} at a time; more takes a vote.",
        "All spending from the commons takes a vote.",
    ),
    A.ENDORSE: ("the charter", "Endorsing a change of the charter takes {value}.", ""),
    A.SETTLE: ("settling debts", "Claiming and settling a debt takes {value}.", ""),
    A.RECOVER: ("lost keys", "Giving a member a new key takes {value}.", ""),
    A.PROPOSE: ("calling a vote", "Calling a vote takes {value}.", ""),
    A.NOTICE: (
        "notice of a vote",
        "A vote closes at the earliest {value} after it was called.",
        "",
    ),
    A.SECOND_CALL: (
        "second call",
        "The second call is {value} after the first.",
        "The second call is at once.",
    ),
    A.FIRST_QUORUM: (
        "quorum at the first call",
        "At the first call more than {value} of the members must have taken part.",
        "At the first call one member who takes part is enough.",
    ),
    A.SECOND_QUORUM: (
        "quorum at the second call",
        "At the second call at least {value} must have taken part.",
        "At the second call any number is enough.",
    ),
    A.DEMAND: (
        "members' own votes",
        "Members can call a vote themselves when {value} of them sign.",
        "",
    ),
    A.MEMBERSHIP: (
        "who may vote",
        "Whoever has been a member for {value} may vote.",
        "Every member may vote from the first day on.",
    ),
    A.LATE_WINDOW: (
        "late turns",
        "If the outcome turns in the last {value}, the close moves once.",
        "A late turn of the outcome does not move the close.",
    ),
    A.EXTENSION: ("how far the close moves", "It moves by {value}.", "It does not move."),
    A.MAJORITY_NUMERATOR: (
        "special majority, parts",
        "Bylaws and dissolution take so many parts of the votes cast: {value}.",
        "",
    ),
    A.MAJORITY_DENOMINATOR: (
        "special majority, of",
        "All votes cast are so many parts: {value}. Abstentions count as absent.",
        "",
    ),
    A.APPEAL_TERM: (
        "appeals",
        "A decision of the stewards can be taken to a vote for {value}.",
        "Decisions of the stewards can't be appealed.",
    ),
    A.HEARING: (
        "hearing before expulsion",
        "Before a vote on expulsion closes, the member has {value} to be heard.",
        "A vote on expulsion may close without a time for being heard.",
    ),
    A.WAIT_STEWARDS: (
        "wait for a new key, stewards",
        "A new key by the stewards waits {value}.",
        "",
    ),
    A.WAIT_GUARDIANS: (
        "wait for a new key, guardians",
        "A new key by the member's guardians waits {value}.",
        "",
    ),
    A.OBJECTION_TERM: ("objections", "A vote about an objection has {value}.", ""),
    A.DEBT_TERM: ("long debts", "A debt older than {value} is listed as long.", ""),
    A.CLAIM_TERM: (
        "claims",
        "Between a claim and the settling of a debt lie {value}.",
        "A claimed debt may be settled at once.",
    ),
    A.SOFT_LIMIT: (
        "soft limit",
        "Members are told when they have used {value} of their limit.",
        "Members are told with every debt.",
    ),
    A.OFFICE_TERM: ("term of office", "Stewards are elected for {value} at most.", ""),
    A.OFFICE_STEWARDS: (
        "number of stewards",
        "An election leaves at least {value} in office.",
        "An election may leave any number in office.",
    ),
    A.CONTRIBUTION: (
        "contribution",
        "Every payment gives {value} of its amount to the commons, on top.",
        "Payments owe the commons nothing.",
    ),
    A.LEVY_POSITIVE: (
        "levy on credit",
        "Each period the commons takes {value} of what members have.",
        "What members have is not levied.",
    ),
    A.LEVY_NEGATIVE: (
        "levy on debt",
        "Each period the commons takes {value} on what members owe.",
        "What members owe is not levied.",
    ),
    A.LEVY_PERIOD: ("period of the levy", "Between two levies lie at least {value}.", ""),
    A.COMMONS_DEBT: (
        "debt of the commons",
        "The commons may owe up to {value}.",
        "The commons may not owe anything.",
    ),
    A.SEE_HISTORY: (
        "what stewards see",
        "The node shows stewards with whom members trade.",
        "The node shows only members themselves with whom they trade.",
    ),
    A.SEE_BALANCES: (
        "what members see",
        "The node shows members each other's balances and limits.",
        "The node shows a balance to its owner and the stewards only.",
    ),
}

FIRST_LIMIT: Final = (
    "first limit of class {class_}",
    "{class_} may be admitted with a limit of up to {value}.",
    "{class_} are admitted without credit.",
    "{class_} may be admitted with any limit.",
)
CEILING: Final = (
    "ceiling of class {class_}",
    "Payments from members may bring {class_} up to {value}.",
    "{class_} may hold any amount.",
)
CLASSES: Final = ("people", "organisations", "members of class {number}")
CHARTER_SAYS: Final = "as many stewards as the charter says"
UNITS: Final = {
    "steward": ("steward", "stewards"),
    "person": ("person", "people"),
    "day": ("day", "days"),
    "hour": ("hour", "hours"),
    "minute": ("minute", "minutes"),
    "second": ("second", "seconds"),
}
WARNINGS: Final = {
    "one_steward": "A single steward could do this alone: {title}.",
    "short_notice": "Less than three days are little time to hear of a vote.",
    "nobody_votes": "A few votes could decide for all: neither call asks for a quorum.",
    "few_decide": (
        "At the second call two votes could decide for all, also about bylaws and expulsions, and whose "
        "account the stewards have frozen can't vote: let the second call ask for a quorum (second_quorum)."
    ),
    "short_wait": "Less than two days are little time to notice that somebody else takes one's key.",
    "high_levy": "This takes more than a tenth of a balance in a year: {title}.",
    "high_contribution": "A contribution above five per cent makes people pay each other in cash.",
    "commons_debt": "What the commons owes is owed by all members.",
    "no_appeal": "Nobody could appeal against a decision of the stewards.",
    "no_hearing": "A member could be expelled without being heard.",
}
