// Builds DOM nodes. Text always becomes text nodes, never markup.

/** An element with attributes (on… are listeners) and children; null, undefined and false are left out. */
export function el(name, props = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(props)) setProp(node, key, value);
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function setProp(node, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
  else if (key === "class") node.className = value;
  else if (key === "dataset") Object.assign(node.dataset, value);
  else node.setAttribute(key, value === true ? "" : value);
}

/** A button that never submits a form by accident. */
export function button(label, onclick, props = {}) {
  return el("button", { type: "button", onclick, ...props }, label);
}

/** The address when it is plain http(s), otherwise null. */
export function safeUrl(text) {
  try {
    const url = new URL(text, location.href);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that opens apart from this page, or plain text when the address is not http(s). */
export function outLink(address, label, className = "") {
  const href = safeUrl(address);
  if (!href) return document.createTextNode(label);
  return el("a", { href, class: className, target: "_blank", rel: "noopener noreferrer" }, label);
}

export const byId = (id) => document.getElementById(id);
