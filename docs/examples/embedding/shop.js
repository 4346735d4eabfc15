// What this page of a shop does with its bill: it says thank you when the bill is paid.

const WORDS = {
  processing: "Paid, and on its way to us.",
  settled: "Paid. Thank you!",
  expired: "This took too long. Reload the page for a new bill.",
  cancelled: "This order was withdrawn.",
};

const bill = document.querySelector("fiado-bill");
bill.setAttribute("link", new URLSearchParams(location.search).get("bill") ?? "");
bill.addEventListener("fiado-bill", ({ detail }) => {
  document.getElementById("state").textContent = WORDS[detail.state] ?? "";
});
