// A button that opens a bill in a frame of your own page. Copy this file into your site; it needs nothing else.
//
//   <script type="module" src="fiado-bill.js"></script>
//   <fiado-bill link="https://norte.example/p/…" label="Pay 12.50 with Fiado"></fiado-bill>
//
// `link` is the invoice's link, which your server got when it made the invoice. With every change of the bill the
// element sends a `fiado-bill` event, whose `detail` is the bill's public view: for what your page shows. Whether to hand
// the goods over is for your server to ask, with its key or by a webhook: what happens in a browser proves nothing.

const PATIENCE_MS = 25_000;
const PAUSE_MS = 3_000;
const OVER = ["settled", "expired", "cancelled"];

class FiadoBill extends HTMLElement {
  connectedCallback() {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = this.getAttribute("label") ?? "Pay with Fiado";
    button.addEventListener("click", () => this.show(), { once: true });
    this.replaceChildren(button);
  }

  show() {
    const link = new URL(this.getAttribute("link"));
    if (!["https:", "http:"].includes(link.protocol)) throw new TypeError("the link is no web address");
    const frame = document.createElement("iframe");
    Object.assign(frame, { src: link.href, title: this.getAttribute("label") ?? "Bill" });
    this.replaceChildren(frame);
    this.follow(link);
  }

  // Asks the node again and again, each time until something has changed.
  async follow(link) {
    const address = `${link.origin}/v1/invoices/${link.pathname.split("/").pop()}/public`;
    let version = 0, state = "";
    while (this.isConnected && !OVER.includes(state)) {
      try {
        const answer = await fetch(`${address}?after=${version}&timeout_ms=${PATIENCE_MS}`);
        if (!answer.ok) throw new Error(`the node answered ${answer.status}`);
        const bill = await answer.json();
        if (bill.version > version) this.dispatchEvent(new CustomEvent("fiado-bill", { detail: bill, bubbles: true }));
        ({ version, state } = bill);
      } catch {
        await new Promise((done) => { setTimeout(done, PAUSE_MS); });
      }
    }
  }
}

customElements.define("fiado-bill", FiadoBill);
