// 配额账本: what may still be sent to whom and until when, consents, and the day's API quotas.

import { el } from "./dom.js";
import { full, span } from "./time.js";
import { ALLOWED, QUOTA, WINDOWS } from "./words.js";

const MASS_PER_MONTH = 4;
const number = new Intl.NumberFormat("zh-CN");

/** Fill the pane; the answer draws it again. */
export function startLedger(pane, store) {
  const people = el("div", { class: "cards" });
  const consents = el("div", { class: "stack" });
  const quotas = el("div", { class: "quotas" });
  pane.append(
    el("h3", {}, "客服消息：对每个人还能主动发几条"),
    people,
    el("h3", {}, "订阅通知：每个人还同意收几次"),
    consents,
    el("h3", {}, "接口：今天用了多少（按北京时间零点重新计算）"),
    quotas,
  );
  return () => {
    const { phones, ledger, consents: rows, quota, mass_month: mass } = store.state;
    people.replaceChildren(...phones.map((phone) => person(phone, ledger.filter((row) => row.user === phone.user), mass[phone.user] ?? 0, store.now())));
    consents.replaceChildren(consentTable(rows, store));
    quotas.replaceChildren(...Object.entries(quota).map(([name, one]) => meter(QUOTA[name] ?? name, one)));
  };
}

function person(phone, windows, mass, now) {
  const open = windows.filter((row) => Date.parse(row.until) > now);
  const none = phone.follows ? "现在没有可用的时间窗，主动发会被拒绝（45015）。" : "还没有关注，不能主动发消息。";
  return el(
    "section",
    { class: "card", dataset: { ledger: phone.user } },
    el("h4", {}, phone.name),
    open.length ? el("ul", {}, open.map((row) => windowRow(row, now))) : el("p", { class: "dim" }, none),
    el("p", { class: "dim" }, `本月已收群发 ${mass} / ${MASS_PER_MONTH} 条`),
  );
}

function windowRow(row, now) {
  const left = Date.parse(row.until) - now;
  return el(
    "li",
    { class: row.left ? "" : "used-up" },
    el("span", {}, WINDOWS[row.window] ?? row.window),
    el("strong", {}, `剩 ${row.left} / ${ALLOWED[row.window] ?? "?"} 条`),
    el("span", { class: "dim" }, `还有 ${span(left)}，到 ${full(row.until)}`),
  );
}

function consentTable(rows, store) {
  if (!rows.length) return el("p", { class: "dim" }, "还没有人同意过订阅通知。可在手机的「更多」里填模板 ID 同意。");
  const head = el("tr", {}, ["姓名", "模板 ID", "还可收"].map((name) => el("th", { scope: "col" }, name)));
  const lines = rows.map((row) => el("tr", {}, el("td", {}, store.name(row.user)), el("td", { class: "code" }, row.template_id), el("td", {}, `${row.left} 次`)));
  return el("table", {}, el("thead", {}, head), el("tbody", {}, lines));
}

function meter(name, { used, limit }) {
  return el(
    "div",
    { class: "quota" },
    el("span", {}, name),
    el("meter", { min: 0, max: limit, value: used, high: limit * 0.8, "aria-label": `${name}已用` }),
    el("span", { class: "dim" }, `已用 ${number.format(used)} 次，剩 ${number.format(limit - used)} 次（上限 ${number.format(limit)}）`),
  );
}
