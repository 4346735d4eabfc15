//! The refusals that this crate can give, by their numbers in PROTOCOL. Numbers are never reused.

/// Why an entry is not valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Refusal {
    EntryTooLarge = 1,
    EntryMalformed = 2,
    KindUnknown = 3,
    TimeFalls = 4,
    AccountUnknown = 5,
    SignatureInvalid = 6,
    AccountClosed = 7,
    AccountFrozen = 8,
    SequenceUsed = 9,
    SequenceGap = 10,
    AmountOutOfRange = 11,
    FeeOutOfRange = 12,
    CoopUnknown = 13,
    PayeeIsPayer = 14,
    PayeeUnknown = 15,
    PayeeClosed = 16,
    PriceNotKnown = 17,
    PriceStale = 18,
    PriceMismatch = 19,
    LimitExceeded = 20,
    ClearingLimitExceeded = 21,
    BalanceOutOfRange = 22,
    TimeOutOfRange = 23,
    DayFull = 24,
    CoopQuarantined = 25,
    CoopLeft = 26,
    CoopNotAdmitted = 27,
    AnchorOfSelf = 50,
    AnchorNotAhead = 51,
    WitnessUnknown = 52,
    AnchorUnsigned = 53,
    WitnessesTooFew = 54,
    ReturnUnknown = 60,
    AnchorOfTheEnd = 106,
    ContributionMissing = 130,
    CeilingExceeded = 131,
    DelegateUnknown = 232,
    DelegateExpired = 234,
    DelegatePaymentCap = 235,
    DelegateDayCap = 236,
    DelegatePayee = 237,
    AccountIsJoint = 240,
    AccountNotJoint = 241,
    OwnerUnknown = 242,
    OwnersTooFew = 243,
}

impl Refusal {
    /// The number in PROTOCOL.
    pub fn number(self) -> u8 {
        self as u8
    }
}
