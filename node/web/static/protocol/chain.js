// The hash chain of a log and what a node signs of it, PROTOCOL section 5.

import { encode } from "./codec.js";
import { fourBytes, sha256, signedBytes, tag } from "./signing.js";

export const genesis = ({ federation, coop }) =>
  sha256(tag("fiado1.log"), federation, fourBytes(coop));

export const extend = (head, entry) => sha256(head, entry);

export const headMessage = ({ federation, coop, length, head }) =>
  signedBytes("fiado1.head", { federation, coop, body: encode([length, head]) });
