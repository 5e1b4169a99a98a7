// The foot of a phone: example questions, composer or custom menu, the + sheet; a follow bar for strangers.

import { button, el } from "./dom.js";
import { icon } from "./icons.js";
import { kindsGrid } from "./kinds.js";
import { MenuBar } from "./menubar.js";
import { chipsFor } from "./words.js";

const MAX_TEXT = 20_000;

export class Dock {
  #mode = "menu";
  #hasMenu = false;

  constructor(phone, act) {
    this.act = act;
    this.menu = new MenuBar(act);
    this.#makeComposer(phone);
    this.chips = el("div", { class: "chips", role: "group", "aria-label": "试试这样问" }, chipsFor(phone).map((text) => this.#chip(text)));
    this.sheet = el("div", { class: "plus-sheet", hidden: true }, kindsGrid(act, () => this.#openSheet(false)));
    this.stranger = el(
      "div",
      { class: "stranger" },
      el("span", {}, "还没有关注"),
      button("关注", () => act("follow"), { class: "primary small", dataset: { do: "follow-bar" } }),
    );
    this.inner = el("div", { class: "dock-inner" }, this.chips, el("div", { class: "dock-row" }, this.toggle, this.menu.node, this.form), this.sheet);
    this.node = el("footer", { class: "dock" }, this.inner, this.stranger);
    this.#show();
  }

  /** Show what fits the phone's state and the account's menu. */
  update(phone, menu) {
    this.inner.hidden = !phone.follows;
    this.stranger.hidden = phone.follows || phone.messages.length === 0;
    this.#hasMenu = Boolean(menu?.button?.length);
    this.menu.update(menu);
    this.#show();
  }

  #makeComposer(phone) {
    this.toggle = button("", () => this.#switch(), { class: "tool", dataset: { do: "toggle" } });
    this.input = el("textarea", { rows: 1, maxlength: MAX_TEXT, placeholder: "说点什么…", "aria-label": `${phone.name}要说的话`, enterkeyhint: "send", autocomplete: "off" });
    this.send = el("button", { type: "submit", class: "tool send", "aria-label": "发送", title: "发送" }, icon("send"));
    this.plus = button(icon("plus"), () => this.#openSheet(this.sheet.hidden), { class: "tool", "aria-label": "发送其他内容", title: "发送其他内容", "aria-expanded": "false", dataset: { do: "plus" } });
    this.form = el("form", { class: "composer" }, this.input, this.plus, this.send);
    this.form.addEventListener("submit", (event) => this.#submit(event));
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#key(event));
  }

  #key(event) {
    if (event.key === "Escape") this.#openSheet(false);
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  async #submit(event) {
    event.preventDefault();
    const text = this.input.value.trim();
    if (!text) return;
    this.input.value = "";
    this.#typed();
    const done = await this.act("text", { text });
    if (!done && !this.input.value) {
      this.input.value = text;
      this.#typed();
    }
  }

  #typed() {
    this.send.hidden = !this.input.value.trim();
    this.plus.hidden = !this.send.hidden;
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, 120)}px`;
  }

  #chip(text) {
    return button(text, () => this.act("text", { text }), { class: "chip" });
  }

  #switch() {
    this.#mode = this.#mode === "menu" ? "keyboard" : "menu";
    this.#openSheet(false);
    this.#show();
    if (this.#mode === "keyboard") this.input.focus();
  }

  #openSheet(open) {
    this.sheet.hidden = !open;
    this.plus.setAttribute("aria-expanded", String(open));
  }

  #show() {
    const menu = this.#hasMenu && this.#mode === "menu";
    const label = menu ? "切换到键盘" : "切换到菜单";
    this.toggle.hidden = !this.#hasMenu;
    if (this.toggle.title !== label) {
      this.toggle.replaceChildren(icon(menu ? "keyboard" : "menu"));
      this.toggle.title = label;
      this.toggle.setAttribute("aria-label", label);
    }
    this.menu.node.hidden = !menu;
    this.form.hidden = menu;
    this.send.hidden = !this.input.value.trim();
    this.plus.hidden = !this.send.hidden;
  }
}
