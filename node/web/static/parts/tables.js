// Tables as CSV for people, who open them in a spreadsheet: by the very rule of the program (cli/shell/csv_text.py).
//
// A byte order mark; a semicolon between fields where people write 12,50 and a comma where they write 12.50;
// every field in quotes; a row is one line; and what a spreadsheet could take for a formula gets an
// apostrophe. `tests/vectors/csv.json` holds examples.

import { plainAmount } from "./amounts.js";
import { SPACES, UNSEEN } from "./unseen.js";

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;
// Whatever of it nobody sees stands before.
const FORMULA = RegExp(String.raw`^[ ${UNSEEN}${SPACES}]*[=+\-@\ufe62\ufe63\ufe66\ufe6b\uff0b\uff0d\uff1d\uff20]`, "u");

// An amount as a cell, in minor units. Other cells are texts and whole numbers.
export const amountCell = (minor) => ({ minor });

// What stands between two fields where people write numbers as in that language tag.
export const separatorOf = (lang) =>
  (new Intl.NumberFormat(lang).format(0.5).includes(",") ? ";" : ",");

export const csvLine = (row, separator) => row.map((cell) => field(cell, separator)).join(separator);

export const csvText = (rows, separator) =>
  `\ufeff${rows.map((row) => `${csvLine(row, separator)}\r\n`).join("")}`;

function field(cell, separator) {
  if (typeof cell === "object") {
    const { minor } = cell;
    const sign = minor < 0 ? "-" : "";
    return `"${sign}${plainAmount(Math.abs(minor), separator === ";" ? "," : ".")}"`;
  }
  if (typeof cell === "number") return `"${cell}"`;
  const text = cell.replaceAll(CONTROL, " ");
  return `"${FORMULA.test(text) ? "'" : ""}${text.replaceAll('"', '""')}"`;
}
