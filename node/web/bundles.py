"""Bundles: all that a page's script imports, as one file, so that a phone asks once and not fifty times.

A bundle has each module as a function that is called once and gives what the module exports. What is loaded
later (`import("…")` in a source) comes as a bundle of its own, with what the page lacks, and with the texts
that only this says: nobody waits for words of what they don't use. There is no build
step: the node makes them of the sources when a page is first asked for. Modules and bundles mean the same,
but for one thing: a name that is exported can't be given another value afterwards.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from node.web.modules import Reader, in_order, read_module, with_later

TEXTS: Final = "parts/texts.js"
"""The module whose place the translations of a page take."""

_START: Final = """\
const made = {};
const use = (name) => made[name];
const take = (parts) => { for (const [name, make] of Object.entries(parts)) made[name] ??= make(); };
const later = async (name) => {
if (!(name in made)) {
const { parts, texts } = await import(places[name]);
Object.assign((await use("parts/texts.js"))?.TEXTS ?? {}, texts);
take(parts(use, later));
}
return made[name];
};
"""


def page_bundle(
    page: str,
    words: Mapping[str, Mapping[str, str]],
    publish: Callable[[str, bytes], str],
    read: Reader = read_module,
) -> bytes:
    """The script that a page loads. `words` are the translations of what each script says; `publish` is given
    a name and the bytes of each bundle that may be loaded later, and says where it can be asked for."""
    held = in_order([page], read)
    texts = _texts(held, words)
    places = {}
    for later in sorted({each for name in with_later(page, read) for each in read(name).later}):
        more = [name for name in in_order([later], read) if name not in held]
        if more:
            body = f"export const parts = (use, later) => ({{\n{_functions(more, {}, read)}}});\n"
            own = {text: said for text, said in _texts(more, words).items() if text not in texts}
            body += f"export const texts = {_json(own)};\n" if own else ""
            places[later] = publish(later, body.encode("utf-8"))
    lines = [f"const places = {json.dumps(places, indent=0)};\n", _START]
    lines += [f"take({{\n{_functions(held, texts, read)}}});\n", f'await use("{page}");\n']
    return "".join(lines).encode("utf-8")


def _texts(names: Iterable[str], words: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for name in names:
        texts |= words.get(name, {})
    return texts


def _json(texts: Mapping[str, str]) -> str:
    return json.dumps(texts, ensure_ascii=False, sort_keys=True)


def _functions(names: Iterable[str], texts: Mapping[str, str], read: Reader) -> str:
    return "".join(f'"{name}": async () => {{\n{_body(name, texts, read)}}},\n' for name in names)


def _body(name: str, texts: Mapping[str, str], read: Reader) -> str:
    if name != TEXTS:
        return read(name).body
    return f"return {{ TEXTS: {_json(texts)} }};\n"
