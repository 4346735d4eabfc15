// What the browser keeps for a page that can't do without it.

import { notice } from "./dom.js";
import { explain } from "./explain.js";
import { Store } from "./store.js";

// The store; where the browser allows none, the page says so and ends here.
export async function openStore(name) {
  try {
    return await Store.open(name);
  } catch (error) {
    notice(explain(error));
    throw error;
  }
}
