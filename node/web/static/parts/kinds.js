// The kinds of entries in people's words. Each kind of ledger/kinds.py is here; tests/test_kinds.py names one
// that is missing.
//
// many: what entries of the kind are called where they are counted; where there is none, they are not counted
// to people. headline(transaction, name): what it does, before stewards sign it, `name` being whose account it
// is about; details(transaction, draft): facts beside it, as pairs. Both for what stewards sign.

import { toHex } from "../protocol/bytes.js";
import {
  ACKNOWLEDGE, ADMIT, ANCHOR, ATTEST, BYLAWS, CHARTER, DELEGATE, ENACT, GUARANTEE, GUARDIANS, INDEX, LAPSE, LEAVE,
  LEVY, LIMIT, OBJECT, OPENING, OWNERS, PAY, PAY_DELEGATED, PROPOSE, RECOVER, REKEY, RESTORE, RETURN, SETTLE,
  SPEND, STATUS, VOTE, balancesOf,
} from "../protocol/messages.js";
import { make } from "./dom.js";
import { actionWords, detailsOfProposal } from "./voting_words.js";
import { say, showAmount, showDay } from "./words.js";

export const KINDS = {
  [PAY]: { many: () => say("Payments") },
  [PAY_DELEGATED]: { many: () => say("Payments by delegated keys") },
  [DELEGATE]: { many: () => say("Keys delegated or revoked") },
  [OWNERS]: { many: () => say("Owners of accounts changed") },
  [ADMIT]: {
    many: () => say("Admissions"),
    headline: ({ limit }, name) => say("Admit {name}, who may then owe up to {amount}", { name, amount: showAmount(limit) }),
    details: (transaction) => [
      [say("Belongs to"), classWords(transaction.class)],
      [say("Key"), make("code", {}, `${toHex(transaction.key).slice(0, 16)}…`)],
    ],
  },
  [LIMIT]: {
    many: () => say("Limits changed"),
    headline: ({ limit }, name) => say("Let {name} owe up to {amount}", { name, amount: showAmount(limit) }),
    details: detailsOfLimit,
  },
  [STATUS]: {
    many: () => say("Accounts frozen, thawed, closed"),
    headline: ({ status }, name) => [
      say("Thaw {name}: it can pay again", { name }),
      say("Freeze {name}: it can be paid, but can't pay", { name }),
      say("Close {name} for good", { name }),
    ][status],
    details: () => [],
  },
  [ANCHOR]: { many: () => say("Taken in from others") },
  [INDEX]: {},
  [RETURN]: {},
  [CHARTER]: {},
  [LEVY]: { many: () => say("Levies for the commons") },
  [SPEND]: {
    many: () => say("Paid by the commons"),
    headline: ({ amount }, name) => say("Pay {name} {amount} from the commons", { name, amount: showAmount(amount) }),
    details: () => [],
  },
  [LEAVE]: {
    many: () => say("Members who left"),
    headline: (_, name) => say("Let {name} leave: the account closes for good", { name }),
    details: ({ payee, debt }) => [
      [say("What it has goes to"), payee === null ? say("the common fund of all") : `#${payee}`],
      ...(debt > 0 ? [[say("Settles up to"), showAmount(debt)]] : []),
    ],
  },
  [SETTLE]: {
    many: () => say("Debts claimed, settled, claims withdrawn"),
    headline: ({ step }, name) => [
      say("Claim what {name} owes", { name }),
      say("Settle what {name} owes and close the account for good", { name }),
      say("Withdraw the claim about {name}", { name }),
    ][step],
    details: () => [],
  },
  [BYLAWS]: {
    many: () => say("Bylaws adopted"),
    headline: () => say("Adopt the first bylaws of the cooperative"),
    details: ({ articles }) => [[say("Articles"), String(articles.length)]],
  },
  [PROPOSE]: {
    many: () => say("Proposals"),
    headline: ({ action }) => say("Open a vote: {what}", { what: actionWords(action) }),
    details: (transaction) => detailsOfProposal(transaction),
  },
  [REKEY]: { many: () => say("Keys replaced by their owners") },
  [GUARDIANS]: { many: () => say("Guardians named") },
  [RECOVER]: {
    many: () => say("Recoveries begun"),
    headline: (_, name) => say("Begin to give {name} another key; until then the account can't pay", { name }),
    details: (transaction) => [[say("New key"), make("code", {}, `${toHex(transaction.key).slice(0, 16)}…`)]],
  },
  [OBJECT]: { many: () => say("Recoveries objected to") },
  [RESTORE]: { many: () => say("Accounts recovered") },
  [GUARANTEE]: { many: () => say("Guarantees given, changed or withdrawn") },
  [OPENING]: {
    many: () => say("Parts of the opening"),
    headline: ({ part, parts }) => say("Open the books with the balances of the system before: part {part} of {parts}", { part, parts }),
    details: ({ balances, commons, statement }) => [
      [say("Accounts"), String(balancesOf(balances).length)],
      [say("Owed together"), showAmount(-balancesOf(balances).reduce((sum, [, balance]) => sum + Math.min(0, balance), 0))],
      [say("The commons will have"), showAmount(commons)],
      [say("The old statement has the hash"), make("code", {}, toHex(statement))],
    ],
  },
  [ACKNOWLEDGE]: { many: () => say("Opening balances agreed with") },
  [LAPSE]: { many: () => say("Guarantees that went down by themselves") },
  [VOTE]: { many: () => say("Votes") },
  [ENACT]: { many: () => say("Votes counted") },
  [ATTEST]: {
    many: () => say("Results of votes held elsewhere"),
    headline: ({ proposal, yes, no, abstain }) => say("The vote about proposal {number} ended with {yes} yes, {no} no, {abstain} abstaining", { number: proposal, yes, no, abstain }),
    details: ({ result }) => [[say("The result file has the hash"), make("code", {}, toHex(result))]],
  },
};

function classWords(number) {
  if (number > 1) return say("class {number} of the bylaws", { number });
  return number === 0 ? say("a person") : say("an organisation or a shop");
}

// What a change of an account is called to its owner, by the name that the interface has for the kind.
export const CHANGES = {
  limit: () => say("Limit changed"),
  status: () => say("Account frozen, thawed or closed"),
  settle: () => say("Debt claimed or settled, or the claim withdrawn"),
};

// What happened to a debt, by the name that the interface has for the step.
export const STEPS = {
  claim: () => say("Debt claimed"),
  settle: () => say("Debt settled, and the account closed"),
  withdraw: () => say("Claim withdrawn"),
};

function detailsOfLimit({ from, until, after }, { created }) {
  // One that is left out is 0, and begins when it is recorded, as do those that have passed.
  const pairs = [[say("Begins"), from > created ? showDay(from) : say("once it is recorded")]];
  if (until !== null) pairs.push([say("Until"), showDay(until)], [say("After that"), showAmount(after)]);
  return pairs;
}
