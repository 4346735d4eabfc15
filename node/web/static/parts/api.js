// The node's HTTP interface as the pages use it, and sessions with it.
//
// Three kinds of end: an answer; a Problem, which the node said; Unreachable, when nobody knows.

import { fromBase64url, isEqual, fromHex, toBase64url, toHex } from "../protocol/bytes.js";
import { sign } from "../protocol/signing.js";
import { keyMessage, sessionMessage } from "../protocol/messages.js";

const PATIENCE_MS = 30_000;

export class Problem extends Error {
  constructor(fields) {
    super(fields.detail);
    Object.assign(this, { code: fields.code, title: fields.title, detail: fields.detail });
    Object.assign(this, { remedy: fields.remedy, status: fields.status });
    Object.assign(this, { number: fields.number, retryable: fields.retryable });
  }
}

export class Unreachable extends Error {}

// The node answers for another federation or coop than the wallet's: nothing it says is for us.
export class WrongNode extends Error {}

export async function call(method, path, { body, token } = {}) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token !== undefined) headers.Authorization = `Bearer ${token}`;
  let response, content;
  try {
    response = await fetch(path, {
      method, headers, body, cache: "no-store", signal: outOfPatience(),
    });
    content = new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new Unreachable(error.message);
  }
  const type = response.headers.get("Content-Type") ?? "";
  if (response.ok) return { content, headers: response.headers, type };
  if (type.startsWith("application/problem+json")) throw new Problem(parsed(content));
  throw new Unreachable(`an answer ${response.status} that is not the node's`);
}

// Browsers before 2022 have no `AbortSignal.timeout`.
function outOfPatience() {
  const waiting = new AbortController();
  setTimeout(() => waiting.abort(new DOMException("no answer in time", "TimeoutError")), PATIENCE_MS);
  return waiting.signal;
}

function parsed(content) {
  try {
    return JSON.parse(new TextDecoder().decode(content));
  } catch {
    throw new Unreachable("an answer cut short");
  }
}

export const get = async (path, token) => parsed((await call("GET", path, { token })).content);

export async function post(path, value, token) {
  const body = value === undefined ? undefined : JSON.stringify(value);
  return parsed((await call("POST", path, { body, token })).content);
}

// A challenge to sign, of the node that the wallet is for.
async function askChallenge({ federation, coop }) {
  const given = await post("/v1/sessions/challenge");
  if (!isEqual(fromHex(given.federation), federation) || given.coop_number !== coop) {
    throw new WrongNode();
  }
  return fromBase64url(given.challenge);
}

// The accounts of a wallet's key that are not closed, as the node says: `{account, handle, status}`.
export async function accountsOfKey({ publicKey: key, privateKey, federation, coop }) {
  const challenge = await askChallenge({ federation, coop });
  const signature = toHex(await sign(privateKey, keyMessage({ federation, coop, key, challenge })));
  const { accounts } = await post("/v1/sessions/accounts", {
    key: toHex(key), challenge: toBase64url(challenge), signature,
  });
  return accounts.filter(({ status }) => status !== "closed");
}

// A session of a member or steward, opened when first needed and again when the node has forgotten it.
//
// `kept`, if given, keeps its token for the next page: {read(), write(token)}, as `Store.session` gives it. It opens what
// the key beside it opens, and the node forgets it after an hour at most.
export class Session {
  constructor({ role, number, privateKey, federation, coop, kept = null }) {
    Object.assign(this, { role, number, privateKey, federation, coop, kept });
    this.token = null;
    this.opening = null;
  }

  // Opened once, however many ask for it at the same time.
  ready(isKeptGood = true) {
    this.opening ??= this.begin(isKeptGood).finally(() => { this.opening = null; });
    return this.opening;
  }

  async begin(isKeptGood) {
    this.token = isKeptGood ? (await this.kept?.read().catch(() => null)) ?? null : null;
    if (this.token === null) await this.open();
  }

  async open() {
    const challenge = await askChallenge(this);
    const message = sessionMessage({ ...this, challenge });
    const signature = toHex(await sign(this.privateKey, message));
    const { role, number } = this;
    const opened = await post("/v1/sessions", {
      role, number, challenge: toBase64url(challenge), signature,
    });
    this.token = opened.token;
    this.kept?.write(opened.token).catch(() => {}); // the next page opens one of its own
  }

  // Calls `request(token)`.
  async with(request) {
    if (this.token === null) await this.ready();
    const { token } = this;
    try {
      return await request(token);
    } catch (error) {
      if (error.code !== "session_invalid" && error.code !== "session_ended") throw error;
      // Of several that are refused at once the first opens another.
      if (this.token === token || this.token === null) await this.ready(false);
      return request(this.token);
    }
  }

  get(path) {
    return this.with((token) => get(path, token));
  }

  post(path, value) {
    return this.with((token) => post(path, value, token));
  }

  delete(path) {
    return this.with((token) => call("DELETE", path, { token }));
  }
}
