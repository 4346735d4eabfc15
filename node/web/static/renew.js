// Comes in place of a page's script that this node does not have any more: the page is older than the node, and is asked for
// anew. Not again and again, in case something between keeps the old page.

const AGAIN_MS = 60_000;
const last = Number(sessionStorage.getItem("renewed") ?? 0);
if (Date.now() - last > AGAIN_MS) {
  sessionStorage.setItem("renewed", String(Date.now()));
  location.reload();
}
