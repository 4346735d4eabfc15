// Amounts as people write them, to and from minor units, by the very rule of the program (node/member/amounts.py).
//
// Digits, then at most one decimal mark (a point or a comma), then one or two digits. Marks for thousands only
// where they can be nothing else: a misread mark pays a hundred times too much. `tests/vectors/numbers.json` holds
// examples.

const LONGEST = 40;
const THOUSANDS_MARKS = /^[ '_\u00a0\u202f\u2019]*$/;
const GROUPED = /^([1-9][0-9]{0,2}(?:([., '\u00a0\u202f\u2019])[0-9]{3})(?:\2[0-9]{3})*)([.,][0-9]+)?$/;

// {minor}, or {fault} with the name of what is wrong, and with a doubtful mark {readings}, the smaller first, as
// texts with a point. Unless `isGrouped`, as in links, no mark for thousands is read, however clear.
export function parseAmount(text, { isZeroAllowed = false, isGrouped = true } = {}) {
  const trimmed = text.trim();
  const typed = isGrouped ? ungrouped(trimmed) : trimmed;
  const fault = trimmed.length > LONGEST ? "too_long" : faultIn(typed);
  if (fault !== null) return { fault, readings: fault === "thousands_mark" ? readings(typed) : [] };
  const [whole, decimals = ""] = typed.replace(",", ".").split(".");
  const minor = BigInt(whole) * 100n + BigInt(decimals.padEnd(2, "0"));
  if (minor > BigInt(Number.MAX_SAFE_INTEGER)) return { fault: "too_large" };
  if (minor === 0n && !isZeroAllowed) return { fault: "zero" };
  return { minor: Number(minor) };
}

// The number without its marks for thousands where they can be nothing else; or else as it is.
function ungrouped(text) {
  const found = GROUPED.exec(text);
  if (found === null) return text;
  const [, whole, mark, decimals = ""] = found;
  const isDoubtful = ".,".includes(mark) && whole.split(mark).length === 2 && decimals === "";
  return isDoubtful || decimals.startsWith(mark) ? text : whole.replaceAll(mark, "") + decimals;
}

function readings(text) {
  const found = /^([0-9]+)[.,]([0-9]+)$/.exec(text);
  if (found === null) return [];
  const kept = found[2].replace(/0+$/, "");
  const small = kept === "" ? found[1] : `${found[1]}.${kept.length === 3 ? `${kept}0` : kept}`;
  return [small, found[1] + found[2]];
}

function faultIn(text) {
  if (text === "") return "empty";
  if (text.startsWith("-") || text.startsWith("\u2212")) return "negative";
  const others = text.replaceAll(/[0-9.,]/g, "");
  const isSpaced = THOUSANDS_MARKS.test(others) && /^[0-9]/.test(text);
  if (others !== "") return isSpaced ? "thousands_mark" : "not_a_number";
  if (text.replaceAll(/[0-9]/g, "").length > 1) return "thousands_mark";
  const [whole, decimals] = text.replace(",", ".").split(".");
  if (whole === "" || decimals === "") return "digit_missing";
  if (decimals?.length === 3 && whole.length <= 3 && !whole.startsWith("0")) return "thousands_mark";
  if (decimals?.length > 2) return "too_many_decimals";
  return whole.length > 1 && whole.startsWith("0") ? "leading_zero" : null;
}

// As `parseAmount` reads it back, with the mark that is given.
export const plainAmount = (minor, mark = ".") =>
  `${Math.floor(minor / 100)}${mark}${String(minor % 100).padStart(2, "0")}`;
