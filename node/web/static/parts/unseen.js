// What nobody sees in a text, by the very list of ledger/texts.py: names that differ in it look alike, and it makes one
// text look like another. `tests/vectors/texts.json` has the whole list and examples.

export const UNSEEN = String.raw`\0-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\u{110bd}\u{110cd}\u{13430}-\u{1345f}\u{16fe4}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{10ffff}`;

// Spaces that look like U+0020.
export const SPACES = String.raw`\xa0\u1680\u2000-\u200a\u202f\u205f\u3000`;

// A text that somebody else wrote, in one line, with nothing in it that a reader does not see.
export const withoutUnseen = (text) => text.replace(RegExp(`[\\t-\\r\\x85\\u2028\\u2029${SPACES}]`, "gu"), " ")
  .replace(RegExp(`[${UNSEEN}]`, "gu"), "");
