/** Short notices that go by themselves. */

import { h } from "./dom.js";

const LASTS = 5000;
const shelf = h("div", { class: "toasts", role: "status" });

export function tell(text, kind = "plain") {
  if (!shelf.isConnected) document.body.append(shelf);
  const note = h("div", { class: ["toast", `toast-${kind}`] }, text);
  shelf.append(note);
  setTimeout(() => note.remove(), LASTS);
}

export const complain = (text) => tell(text, "bad");
