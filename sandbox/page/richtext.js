// Text of a bubble: line breaks, safe links, and tappable choices where their words stand in the text.

import { button, el, outLink, safeUrl } from "./dom.js";

const LINK = /<a\s[^>]*?href=["']([^"'<>]*)["'][^>]*>([^<]*)<\/a>|(https?:\/\/[^\s<>"'，。；！？、）】」]+)/gi;

/** Nodes for a text in which ``<a href="http…">`` and bare addresses become links; all else stays text. */
export function linked(text) {
  const nodes = [];
  let last = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[1] ?? match[3];
    nodes.push(text.slice(last, match.index));
    nodes.push(safeUrl(address) ? outLink(address, match[2] ?? address) : (match[2] ?? match[0]));
    last = match.index + match[0].length;
  }
  return [...nodes, text.slice(last)].filter((node) => node !== "");
}

/** The body of a bubble; ``onTap(choice)`` is called for a tapped choice. */
export function textWithChoices(text, choices, onTap) {
  const lines = text.split("\n");
  const open = [...choices];
  const parts = [];
  let plain = [];
  const flush = () => {
    if (plain.join("").trim()) parts.push(el("p", { class: "text" }, linked(plain.join("\n").replace(/^\n+|\n+$/g, ""))));
    plain = [];
  };
  for (const line of lines) {
    const found = open.findIndex((choice) => standsAlone(line, choice.text));
    if (found < 0) {
      plain.push(line);
      continue;
    }
    flush();
    parts.push(choiceButton(open.splice(found, 1)[0], line.trim(), onTap));
  }
  flush();
  return [...parts, ...open.map((choice) => choiceButton(choice, choice.text, onTap))];
}

function standsAlone(line, words) {
  const bare = line.trim();
  return bare === words || bare.replace(/^[\d①-⑳]+[.、)）]?\s*|^[·•▪◦\-–—👉▶]\s*/u, "") === words;
}

function choiceButton(choice, label, onTap) {
  return button(label, () => onTap(choice), { class: "choice", dataset: { choice: choice.id } });
}
