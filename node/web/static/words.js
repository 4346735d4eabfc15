// The page's language: texts by gettext's rule (the English text is the key), amounts, times.

const { lang, dataset } = document.documentElement;
let words = {};
try {
  if (dataset.lang !== "en") words = await (await fetch(`/web/words-${dataset.lang}.json`)).json();
} catch {
  // Without a network and without a kept copy the page speaks English rather than not at all.
}

// `{name}` in a text is replaced by `values.name`.
export const say = (text, values = {}) =>
  (words[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

const decimals = new Intl.NumberFormat(lang, { minimumFractionDigits: 2 });

// Minor units as units, exactly: the digits go to the formatter as text, never as a fraction.
export function showAmount(minor) {
  const digits = String(Math.abs(minor)).padStart(3, "0");
  const text = `${minor < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  return decimals.format(text).replace("-", "\u2212");
}

export const showNumber = (value) => new Intl.NumberFormat(lang).format(value);

const times = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short" });
const days = new Intl.DateTimeFormat(lang, { dateStyle: "long" });
// A limit may end later than calendars do, meaning never: that is shown as their last day.
const LAST_TIME = 253_402_300_799;
const moment = (seconds) => Math.min(seconds, LAST_TIME) * 1000;
export const showTime = (seconds) => times.format(moment(seconds));
export const showDay = (seconds) => days.format(moment(seconds));

const DIGITS = /^([0-9]+)(?:[.,]([0-9]{1,2}))?$/;

// Minor units of what somebody typed, or the sentence that says what is wrong. As in the program: one
// decimal mark, never a thousands mark, because a misread mark pays a hundred times too much.
export function readAmount(text, { isZeroAllowed = false } = {}) {
  const typed = text.trim();
  if (typed === "") return say("Type an amount.");
  const match = DIGITS.exec(typed);
  if (/^[0-9]{1,3}[.,][0-9]{3}$/.test(typed) || /[.,].*[.,]/.test(typed)) {
    return say("Leave out thousands marks: write 1250 or 1250,00.");
  }
  if (match === null) return say("Write digits, and at most two after the comma.");
  const minor = BigInt(match[1]) * 100n + BigInt((match[2] ?? "").padEnd(2, "0"));
  if (minor > BigInt(Number.MAX_SAFE_INTEGER)) return say("That is more than an amount can be.");
  if (minor === 0n && !isZeroAllowed) return say("The amount is zero.");
  return Number(minor);
}
