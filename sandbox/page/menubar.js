// The account's custom menu: up to three buttons, each with up to five below it.

import { button, el, safeUrl } from "./dom.js";
import { toast } from "./toast.js";

export class MenuBar {
  #json = "";
  #act;
  #open = null;

  constructor(act) {
    this.#act = act;
    this.node = el("div", { class: "menubar", role: "group", "aria-label": "公众号菜单" });
    this.node.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("pointerdown", (event) => {
      if (!this.node.contains(event.target)) this.#close();
    });
  }

  /** Take the account's menu (null: none). */
  update(menu) {
    const json = JSON.stringify(menu);
    if (json === this.#json) return;
    this.#json = json;
    this.#open = null;
    this.node.replaceChildren(...(menu?.button ?? []).map((item) => this.#top(item)));
  }

  #top(item) {
    const subs = item.sub_button ?? [];
    if (!subs.length) return el("div", { class: "menu-cell" }, button(item.name, () => this.#tap(item), { class: "menu-top" }));
    const list = el("div", { class: "menu-list", role: "menu", "aria-label": item.name, hidden: true }, subs.map((sub) => this.#sub(sub)));
    const top = button(item.name, () => this.#toggle(top, list), { class: "menu-top has-subs", "aria-haspopup": "menu", "aria-expanded": "false" });
    return el("div", { class: "menu-cell" }, list, top);
  }

  #sub(sub) {
    const tap = () => {
      this.#close();
      this.#tap(sub);
    };
    return button(sub.name, tap, { class: "menu-sub", role: "menuitem" });
  }

  #tap(item) {
    if (item.key) return this.#act("menu", { key: item.key });
    if (!item.url) return toast("这类菜单由平台直接发内容，沙盒里不演示", "bad");
    const href = item.type === "view" ? safeUrl(item.url) : null;
    if (href) window.open(href, "_blank", "noopener,noreferrer");
    return this.#act("menu", { url: item.url });
  }

  #toggle(top, list) {
    const opening = list.hidden;
    this.#close();
    if (!opening) return;
    list.hidden = false;
    top.setAttribute("aria-expanded", "true");
    this.#open = { top, list };
    list.firstElementChild.focus();
  }

  #close() {
    if (!this.#open) return;
    this.#open.list.hidden = true;
    this.#open.top.setAttribute("aria-expanded", "false");
    this.#open = null;
  }

  #key(event) {
    if (!this.#open) return;
    const { top, list } = this.#open;
    if (event.key === "Escape") {
      this.#close();
      top.focus();
      return;
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = [...list.children];
    const at = items.indexOf(document.activeElement);
    items[(at + step + items.length) % items.length].focus();
  }
}
