// A balance in money and in hours of work, by the index of wages that the node names: a hint, nothing depends on it.

import { roughly, todaysValue } from "./worth.js";
import { say, showAmount, showDay } from "./words.js";

const CENTS = 10_000n; // millionths in a hundredth

// "about ARS 1.570; about 2,50 hours of work (CVS: an hour is paid ARS 628, 31 may 2026)", where these are known.
export async function showWorth(place, balance) {
  const today = await todaysValue();
  place.hidden = today === null || balance === 0;
  if (place.hidden) return;
  const amount = Math.abs(balance);
  place.textContent = [roughly(amount, today), ...inWork(amount, today)].join("; ");
}

export function inWork(amount, { currency, value, wage }) {
  if (!wage) return [];
  const pay = BigInt(wage.value);
  const hours = (BigInt(amount) * BigInt(value) + pay / 2n) / pay;
  return [say("about {hours} hours of work ({name}: an hour is paid {pay}, {day})", {
    hours: showAmount(Number(hours)),
    name: wage.name,
    pay: `${currency}\u00a0${showAmount(Number((pay + CENTS / 2n) / CENTS))}`,
    day: showDay(Date.parse(`${wage.day}T00:00:00Z`) / 1000),
  })];
}
