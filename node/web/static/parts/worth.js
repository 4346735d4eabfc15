// Amounts with their unit, and what they are worth in national currency today: a hint, the node converts exactly.

import { get } from "./api.js";
import { say, showAmount, showNumber } from "./words.js";

const MILLION = 1_000_000n;
const ROUGH_FROM = 10_000n; // minor units from which on only whole ones are shown
const FRESH_MS = 600_000;
const { unit, indexed } = document.body.dataset;
const kept = { value: null, until: 0 };

// {currency, value, wage} of today in millionths for a unit; null in a federation without an index, or while nobody knows.
export async function todaysValue() {
  if (!indexed) return null;
  if (kept.value === null || performance.now() > kept.until) {
    const { currency, value, wage } = await get("/v1/index").catch(() => ({ value: null }));
    kept.value = value === null ? kept.value : { currency, value, wage };
    kept.until = performance.now() + FRESH_MS;
  }
  return kept.value;
}

// Minor units of the currency for minor units, as they are shown: roughly.
export function roughly(minor, { currency, value }) {
  const worth = (BigInt(minor) * BigInt(value) + MILLION / 2n) / MILLION;
  const amount = worth < ROUGH_FROM ? showAmount(Number(worth)) : showNumber((worth + 50n) / 100n);
  return say("about {money}", { money: `${currency}\u00a0${amount}` });
}

export const withUnit = (minor) => `${showAmount(minor)} ${unit}`;

// "1,50 fiado, unos ARS 1.570"; without a value the first half.
export const withWorth = (minor, today) =>
  (today === null ? withUnit(minor) : `${withUnit(minor)}, ${roughly(minor, today)}`);
