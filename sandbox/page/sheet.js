// Modal sheets (native dialogs): from below on phones, in the middle on wide screens.

import { button, el } from "./dom.js";
import { icon } from "./icons.js";

/** Open a sheet; ``build(close)`` gives its content. Closing gives the focus back to where it was. */
export function openSheet(title, build) {
  const back = document.activeElement;
  const dialog = el("dialog", { class: "sheet", "aria-label": title });
  const close = () => dialog.close();
  const head = el("header", {}, el("h2", {}, title), button(icon("close"), close, { class: "tool", "aria-label": "关闭" }));
  dialog.append(head, el("div", { class: "sheet-body" }, build(close)));
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    back?.focus?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

/** A sheet with a form of labelled text fields; ``onSend(values)`` gets what was filled in. */
export function formSheet(title, fields, send, onSend) {
  return openSheet(title, (close) => {
    const rows = fields.map(([name, label, value, props = {}]) =>
      el("label", { class: "field" }, label, el("input", { name, value, ...props })),
    );
    const form = el("form", { class: "stack" }, rows, el("button", { type: "submit", class: "primary" }, send));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = Object.fromEntries([...new FormData(form)].map(([name, text]) => [name, text.trim()]));
      close();
      onSend(values);
    });
    return form;
  });
}
