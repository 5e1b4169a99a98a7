// Short messages at the edge of the page.

import { byId, el } from "./dom.js";

const STAY_MS = 5000;
const MOST = 3;

/** Show a message for a few seconds; ``tone`` is good or bad. */
export function toast(text, tone = "good") {
  const box = byId("toasts");
  const same = [...box.children].find((node) => node.textContent === text);
  same?.remove();
  const node = el("p", { class: `toast ${tone}` }, text);
  box.append(node);
  while (box.children.length > MOST) box.firstChild.remove();
  setTimeout(() => node.remove(), STAY_MS);
}
