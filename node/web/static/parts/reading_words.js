// The words of a key, as people type them: read in either language, and what is wrong with them.

import { get } from "./api.js";
import { explain } from "./explain.js";
import { WordsError, parseWords } from "../protocol/mnemonic.js";
import { say } from "./words.js";

export { seedFromWords, wordsFromEntropy } from "../protocol/mnemonic.js";

export const wordList = (language) => get(`/web/bip39-${language}.json`);

// Reads words in either language; else throws the WordsError of the language that fits best.
export async function readWords(text) {
  let best = null;
  for (const language of ["spanish", "english"]) {
    try {
      return await parseWords(text, await wordList(language));
    } catch (error) {
      if (!(error instanceof WordsError)) throw error;
      if (best === null || error.positions.length < best.positions.length) best = error;
    }
  }
  throw best;
}

export function explainWords(error) {
  if (!(error instanceof WordsError)) return explain(error);
  if (error.problem === "count") return say("There must be twelve or twenty-four words.");
  if (error.problem === "checksum") return say("All words are known, but together they are not right: one is wrong or in another place.");
  return say("These words are in no list: number {positions}. Look for slips.", { positions: error.positions.join(", ") });
}
