// The scrolling chat of a phone: adds what is new, keeps the reader's place, groups times.

import { button, el } from "./dom.js";
import { bubbleNode } from "./bubbles.js";
import { moment } from "./time.js";

const GAP_MS = 5 * 60_000;
const NEAR_PX = 80;

export class ChatLog {
  #shown = [];
  #pinned = true;
  #onTap;

  constructor(name, onTap) {
    this.#onTap = onTap;
    this.list = el("div", { class: "log", role: "log", tabindex: 0, "aria-label": `${name}的聊天记录` });
    this.typing = el(
      "div",
      { class: "typing", hidden: true },
      el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
      "正在等待助手回复…",
    );
    this.newer = button("有新消息 ↓", () => this.toEnd(), { class: "newer", hidden: true });
    this.list.addEventListener("scroll", () => {
      this.#pinned = this.#nearEnd();
      if (this.#pinned) this.newer.hidden = true;
    });
    this.#keepEnd();
    this.node = el("div", { class: "log-frame" }, this.list, this.newer);
  }

  /** Show these bubbles; true when the account said something new. */
  update(messages, now) {
    const ids = messages.map((bubble) => bubble.id);
    const same = this.#shown.length <= ids.length && this.#shown.every((id, index) => id === ids[index]);
    const first = this.#shown.length === 0;
    if (!same) this.list.replaceChildren();
    const from = same ? this.#shown.length : 0;
    const fresh = messages.slice(from);
    if (same && !fresh.length) return false;
    const stay = !first && !this.#pinned && !fresh.some((bubble) => bubble.from === "user");
    fresh.forEach((bubble, index) => this.#append(bubble, messages[from + index - 1], now));
    this.#shown = ids;
    if (stay && same) this.newer.hidden = false;
    else this.toEnd();
    return same && !first && fresh.some((bubble) => bubble.from === "account");
  }

  /** The three dots while a push is in flight. */
  wait(waiting) {
    if (this.typing.hidden !== waiting) return;
    this.typing.hidden = !waiting;
    if (waiting) this.list.append(this.typing);
    else this.typing.remove();
    if (this.#pinned) this.toEnd();
  }

  toEnd() {
    this.list.scrollTop = this.list.scrollHeight;
    this.#pinned = true;
    this.newer.hidden = true;
  }

  // A chat at its end stays there when the composer makes it shorter or a picture makes it longer.
  #keepEnd() {
    const again = () => {
      if (this.#pinned) this.toEnd();
    };
    new ResizeObserver(again).observe(this.list);
    this.list.addEventListener("load", again, true);
  }

  #append(bubble, before, now) {
    const nodes = [bubbleNode(bubble, this.#onTap)];
    if (!before || Date.parse(bubble.at) - Date.parse(before.at) > GAP_MS) {
      nodes.unshift(el("p", { class: "stamp" }, moment(bubble.at, now)));
    }
    if (this.typing.isConnected) this.typing.before(...nodes);
    else this.list.append(...nodes);
  }

  #nearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.list;
    return scrollHeight - scrollTop - clientHeight < NEAR_PX;
  }
}
