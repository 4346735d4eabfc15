// The parts of every change of a balance, by the very rule of the program (node/member/bookkeeping/bookings.py);
// `tests/vectors/statement.json` holds examples.

const PAYMENTS = { out: "paid", in: "received", returned: "came_back" };

// The parts of a line of /v1/me/statement, each with the balance after it; what a payment gave to the commons is
// a part of its own. `memo` is the line's, where it could be read; else what the bill says, or why it gave back, is what it was for.
export function bookingsOf(line, { coop, memo = "" }) {
  const { payment, amount, time } = line;
  const kind = payment === null ? line.cause : PAYMENTS[payment.direction];
  const fee = payment?.fee ?? 0;
  const parts = fee ? [[kind, amount + fee], ["contribution", -fee]] : [[kind, amount]];
  let balance = line.balance - amount;
  return parts.map(([part, moved]) => {
    balance += moved;
    const isContribution = part === "contribution";
    return {
      time,
      entry: `${coop}/${line.entry}`,
      kind: part,
      amount: moved,
      balance,
      other: isContribution ? "" : otherOf(line),
      memo: isContribution || payment === null ? "" : memo || (payment.bill ?? payment.refund ?? ""),
      paid: payment === null ? "" : `${payment.coop}/${payment.number}`,
      worth: isContribution ? null : worthOf(payment),
    };
  });
}

// What the node says that a payment was worth: {currency, minor}; null where it does not say.
export function worthOf(payment) {
  if (!payment?.worth) return null;
  const { currency, minor } = payment.worth;
  return { currency, minor };
}

// Whose address is on the other side; nobody's where it is the commons.
function otherOf({ payment, other }) {
  const found = payment === null ? other : payment.other;
  if (found === null || (payment !== null && found.account === 0)) return "";
  return `${found.handle ?? found.account}@${found.coop}`;
}
