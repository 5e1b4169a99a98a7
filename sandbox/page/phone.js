// One phone: owner, account header, chat, and what stands below it.

import { ChatLog } from "./chatlog.js";
import { Dock } from "./dock.js";
import { button, el } from "./dom.js";
import { icon } from "./icons.js";
import { openMore } from "./more.js";
import { openScan } from "./scan.js";
import { asked, openSubscribe } from "./subscribe.js";
import { ACCOUNT, isCadre } from "./words.js";

export class PhoneView {
  unread = 0;

  constructor(phone, store) {
    this.user = phone.user;
    this.store = store;
    this.log = new ChatLog(phone.name, (choice) => this.act("text", { text: choice.text, menu_id: choice.id }));
    this.log.node.addEventListener("click", (event) => this.#openHere(event));
    this.dock = new Dock(phone, (action, body) => this.act(action, body));
    this.follow = el("p", { class: "follow-state" });
    this.hint = this.#hintCard();
    this.node = this.#build(phone);
  }

  act(action, body = {}) {
    return this.store.act(this.user, action, body);
  }

  /** Take the newest state of this phone; true when the account said something new. */
  update(phone) {
    const news = this.log.update(phone.messages, this.store.now());
    this.log.wait((this.store.waiting.get(this.user) ?? 0) > 0);
    this.hint.hidden = phone.follows || phone.messages.length > 0;
    this.follow.textContent = followText(phone);
    this.node.dataset.follows = phone.follows;
    this.dock.update(phone, this.store.state.menu);
    return news;
  }

  #build(phone) {
    const role = el("span", { class: isCadre(phone) ? "role cadre" : "role" }, phone.role);
    const owner = el("header", { class: "owner" }, el("strong", {}, phone.name), role);
    const bar = el(
      "header",
      { class: "bar" },
      el("span", { class: "avatar", "aria-hidden": "true" }, "工"),
      el("div", { class: "who" }, el("h2", {}, ACCOUNT), this.follow),
      this.#tool("scan", "扫码", openScan),
      this.#tool("more", "更多", openMore),
    );
    const screen = el("div", { class: "screen" }, bar, this.log.node, this.hint, this.dock.node);
    const label = `${phone.name}的手机`;
    return el("article", { class: "phone", "aria-label": label, dataset: { user: phone.user } }, owner, screen);
  }

  #tool(name, label, open) {
    const act = (action, body) => this.act(action, body);
    const onclick = () => open(this.store.phone(this.user), this.store, act);
    return button(icon(name), onclick, { class: "tool", "aria-label": label, title: label, dataset: { do: name } });
  }

  /** A consent link opens on this phone, because the page behind it asks the phone's owner. */
  #openHere(event) {
    const link = event.target.closest("a[href]");
    const notices = link && asked(link.href);
    if (!notices) return;
    event.preventDefault();
    openSubscribe(notices, (action, body) => this.act(action, body));
  }

  #hintCard() {
    return el(
      "div",
      { class: "hint", hidden: true },
      el("p", { class: "hint-big" }, "点「关注」开始"),
      el("p", {}, "关注后，助手会发来欢迎消息，您就可以提问了；也可以点右上角的扫码，扫二维码关注。"),
      button("关注", () => this.act("follow"), { class: "primary", dataset: { do: "follow" } }),
    );
  }
}

function followText(phone) {
  const parts = [phone.follows ? "已关注" : "未关注"];
  if (phone.blocked) parts.push("已被拉黑");
  if (phone.muted) parts.push("已关闭消息");
  return parts.join(" · ");
}
