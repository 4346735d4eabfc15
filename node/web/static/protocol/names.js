// Names beside the log, PROTOCOL section 15: the commitment in an admission, and whether a salt and a handle open it.

import { isEqual, utf8 } from "./bytes.js";
import { HANDLE } from "./messages.js";
import { ProofError, fourBytes, sha256, tag } from "./signing.js";

export const SALT_BYTES = 16;

export async function commitment({ federation, coop, salt, handle }) {
  if (salt.length !== SALT_BYTES || !HANDLE.test(handle)) throw new ProofError("not a salt with a handle");
  return sha256(tag("fiado1.name"), federation, fourBytes(coop), salt, utf8(handle));
}

// Throws unless salt and handle open what an admission has in place of the handle.
export async function checkOpening({ federation, coop, salt, handle, committed }) {
  if (!isEqual(await commitment({ federation, coop, salt, handle }), committed)) {
    throw new ProofError("the name is not the one of this account");
  }
}
