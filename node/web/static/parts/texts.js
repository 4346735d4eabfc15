// The translations of this page's texts, by the English text. Here there are none: a bundle has those of its page and
// language in this module's place (node/web/bundles.py).

export const TEXTS = {};
