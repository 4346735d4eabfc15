// The little that pages need to build themselves. Text from anywhere goes in as text, never as markup.

export const byId = (id) => document.getElementById(id);

// An element with attributes and children; a child that is a string becomes text.
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) element.setAttribute(attribute, value);
  element.append(...children);
  return element;
}

// The pairs of a `dl.facts`.
export const facts = (pairs) =>
  pairs.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value)));

// Shows one of the page's sections and puts the focus at its heading, so that a screen reader says it.
export function showSection(id) {
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = section.id !== id;
  }
  const heading = byId(id).querySelector("h1");
  if (heading !== null) {
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }
  scrollTo(0, 0);
}

// Says what is wrong; or, `isGood`, what was done.
export function notice(text, { isGood = false } = {}) {
  byId("notice").replaceChildren(...(text ? [make("p", isGood ? { class: "done" } : {}, text)] : []));
}

// Runs what a form or button asks for, with the button out of reach meanwhile.
export function onAction(element, action) {
  element.addEventListener(element.tagName === "FORM" ? "submit" : "click", async (event) => {
    event.preventDefault();
    const button = event.submitter ?? (element.tagName === "FORM" ? null : element);
    if (button?.disabled) return;
    if (button) button.disabled = true;
    try {
      await action(event);
    } finally {
      if (button) button.disabled = false;
    }
  });
}
