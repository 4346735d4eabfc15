// The page's language: texts by gettext's rule (the English text is the key), amounts, times.

import { parseAmount, plainAmount } from "./amounts.js";
import { TEXTS } from "./texts.js";

const { lang } = document.documentElement;

// `{name}` in a text is replaced by `values.name`.
export const say = (text, values = {}) =>
  (TEXTS[text] ?? text).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

const decimals = new Intl.NumberFormat(lang, { minimumFractionDigits: 2 });

// Minor units as units, exactly: the digits go to the formatter as text, never as a fraction.
export function showAmount(minor) {
  const digits = String(Math.abs(minor)).padStart(3, "0");
  const text = `${minor < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
  return decimals.format(text).replace("-", "\u2212");
}

// As a person of this language would type it.
const mark = decimals.formatToParts(1.5).find(({ type }) => type === "decimal").value;
export const typedAmount = (minor) => plainAmount(minor, mark);

export const showNumber = (value) => new Intl.NumberFormat(lang).format(value);

// The protocol's times end with the year 9999, limits may begin and end later. All are shown, none fails.
const LAST_TIME = 253_402_300_799;
const moment = (format, seconds) =>
  (seconds > LAST_TIME ? say("after the year 9999") : format.format(seconds * 1000));

const times = new Intl.DateTimeFormat(lang, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });
const days = new Intl.DateTimeFormat(lang, { dateStyle: "long" });
export const showTime = (seconds) => moment(times, seconds);
export const showDay = (seconds) => moment(days, seconds);

// How times are shown in a zone by its name, or in UTC where this browser doesn't know it: `show` for people,
// `plain` as 2026-11-21 09:05:00, and the `zone` that they are in.
export function timesIn(name) {
  const formats = (timeZone) => ({
    zone: timeZone,
    shown: new Intl.DateTimeFormat(lang, { timeZone, timeStyle: "short", hourCycle: "h23" }),
    written: new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" }),
  });
  let found;
  try {
    found = formats(name);
  } catch {
    found = formats("UTC");
  }
  const { zone, shown, written } = found;
  return { zone, show: (seconds) => moment(shown, seconds), plain: (seconds) => moment(written, seconds) };
}

// Minor units of what somebody typed, or the sentence that says what is wrong.
export function readAmount(text, { isZeroAllowed = false } = {}) {
  const { minor, fault, readings } = parseAmount(text, { isZeroAllowed });
  switch (fault) {
    case undefined: return minor;
    case "empty": return say("Type an amount.");
    case "thousands_mark": return doubtOf(text.trim(), readings);
    case "too_large": return say("That is more than an amount can be.");
    case "zero": return say("The amount is zero.");
    case "negative": return say("Write the amount without a minus.");
    case "leading_zero": return say("Leave out the zero at the beginning.");
    default: return say("Write digits, and at most two after the comma.");
  }
}

// What a mark that may be for decimals or for thousands could mean, each as it can be typed without doubt.
function doubtOf(text, [small, large] = []) {
  if (small === undefined) return say("The marks in “{text}” make no number: write it with one at most.", { text });
  const canBeSmall = (small.split(".")[1] ?? "").length <= 2;
  const words = { text, large, small: small.replace(".", mark) };
  return canBeSmall
    ? say("“{text}” could be {large} or {small}: write the one that you mean.", words)
    : say("“{text}” could be {large}: write it so if you mean that.", words);
}
