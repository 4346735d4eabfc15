// The charter, PROTOCOL section 4, read in the browser from its exact bytes.
//
// It reads the part of TOML that charters are written in: tables, lists of tables, plain strings,
// whole numbers and lists of them, comments. Whatever else TOML has makes it stop with CharterError rather
// than guess. Rules of validity are the nodes' business; here only what verifying needs is taken.

import { fromHex, fromUtf8 } from "./bytes.js";
import { sha256 } from "./signing.js";

export class CharterError extends Error {}

const KEY_VALUE = /^([A-Za-z0-9_-]+)\s*=\s*(.+)$/;
const STRING = /^"((?:[^"\\\u0000-\u001f]|\\["\\])*)"\s*(?:#.*)?$/;
const INTEGER = /^([0-9]+)\s*(?:#.*)?$/;
const LIST = /^\[\s*([0-9]+(?:\s*,\s*[0-9]+)*)?\s*,?\s*\]\s*(?:#.*)?$/;
const TABLE = /^\[([a-z.]+)\]\s*(?:#.*)?$/;
const TABLES = /^\[\[([a-z.]+)\]\]\s*(?:#.*)?$/;

function readValue(text) {
  let match;
  if ((match = STRING.exec(text))) return match[1].replaceAll(/\\(["\\])/g, "$1");
  if ((match = INTEGER.exec(text))) return Number(match[1]);
  if ((match = LIST.exec(text))) return (match[1] ?? "").split(",").filter(Boolean).map(Number);
  throw new CharterError(`this page can't read: ${text.slice(0, 40)}`);
}

function open(root, path, isList) {
  let table = root;
  const names = path.split(".");
  names.forEach((name, depth) => {
    const isLast = depth === names.length - 1;
    if (isLast && isList) {
      table[name] ??= [];
      table[name].push({});
    } else {
      table[name] ??= {};
    }
    table = Array.isArray(table[name]) ? table[name].at(-1) : table[name];
  });
  return table;
}

export function readToml(text) {
  const root = {};
  let table = root;
  for (const raw of text.split(/\r?\n/)) {
    const line = raw.trim();
    let match;
    if (line === "" || line.startsWith("#")) continue;
    if ((match = TABLES.exec(line))) table = open(root, match[1], true);
    else if ((match = TABLE.exec(line))) table = open(root, match[1], false);
    else if ((match = KEY_VALUE.exec(line)) && !Object.hasOwn(table, match[1])) {
      table[match[1]] = readValue(match[2]);
    } else throw new CharterError(`this page can't read: ${line.slice(0, 40)}`);
  }
  return root;
}

// {federation, name, unit, witnessQuorum, decisionQuorum, chosen: {the quorums that people chose last}, coops: Map(number -> {number, name, title, nodeKey, threshold, stewards})}
export async function readCharter(source) {
  let document;
  try {
    document = readToml(fromUtf8(source));
    const coops = new Map(document.coop.map((coop) => [coop.number, {
      number: coop.number,
      name: coop.name,
      title: coop.title,
      nodeKey: fromHex(coop.node_key),
      threshold: coop.steward_threshold,
      stewards: coop.steward.map(({ name, key }) => ({ name, key: fromHex(key) })),
    }]));
    const chosen = {
      witnessQuorum: document.federation.witness_quorum, decisionQuorum: document.federation.decision_quorum,
    };
    return {
      federation: await sha256(source),
      name: document.federation.name,
      unit: document.federation.unit,
      ...chosen,
      chosen,
      coops,
    };
  } catch (error) {
    throw error instanceof CharterError ? error : new CharterError(String(error.message));
  }
}

export const coopNamed = (charter, name) =>
  [...charter.coops.values()].find((coop) => coop.name === name);

// The node key that signs the head of a coop's log at `length`.
export function keyAt(coop, length) {
  const earlier = (coop.earlierKeys ?? []).find(({ until }) => length <= until);
  return (earlier ?? { key: coop.nodeKey }).key;
}

// Every node key that a coop has had, the present one first.
export const allKeys = (coop) => [coop.nodeKey, ...(coop.earlierKeys ?? []).map(({ key }) => key).reverse()];
