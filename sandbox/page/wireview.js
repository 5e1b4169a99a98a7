// 平台看到的: every push and every call, newest first, with both bodies and the platform's checks.

import { codeText } from "./codes.js";
import { button, el } from "./dom.js";
import { withSeconds } from "./time.js";
import { checkName, whatName } from "./words.js";

const MOST_ROWS = 150;
const DIRECTIONS = [
  ["", "全部方向"],
  ["push", "平台 → 助手"],
  ["call", "助手 → 平台"],
];

/** Fill the pane; the answer draws what is new. */
export function startWire(pane, store) {
  const redraw = () => {
    rows.replaceChildren();
    drawn = 0;
    draw();
  };
  const direction = select("方向", DIRECTIONS, redraw);
  const user = select("用户", [["", "所有人"]], redraw);
  const result = el("div", { class: "verify", role: "status" });
  const verify = button("验证回调地址", () => checkCallback(store, result), { class: "quiet small" });
  const rows = el("div", { class: "wire-rows" });
  const empty = el("p", { class: "dim", hidden: true }, "还没有往来。在手机上点「关注」，这里就会出现平台推送和助手的应答。");
  let drawn = 0;
  pane.append(el("div", { class: "wire-tools" }, direction.label, user.label, verify), result, empty, rows);

  function draw() {
    fillUsers(user.node, store.state.phones);
    const gone = rows.lastElementChild && !store.wire.some((item) => item.id === Number(rows.firstElementChild.dataset.id));
    if (gone) {
      rows.replaceChildren();
      drawn = 0;
    }
    const wanted = (item) => (!direction.node.value || item.direction === direction.node.value) && (!user.node.value || item.user === user.node.value);
    const fresh = store.wire.filter((item) => item.id > drawn && wanted(item));
    rows.prepend(...fresh.slice(-MOST_ROWS).reverse().map((item) => row(item, store)));
    while (rows.children.length > MOST_ROWS) rows.lastElementChild.remove();
    drawn = store.wire.at(-1)?.id ?? 0;
    empty.hidden = rows.children.length > 0;
  }
  return draw;
}

function select(label, options, onchange) {
  const node = el("select", { onchange }, options.map(([value, text]) => el("option", { value }, text)));
  return { node, label: el("label", { class: "inline-field" }, el("span", { class: "hidden-label" }, label), node) };
}

function fillUsers(node, phones) {
  if (node.children.length === phones.length + 1) return;
  const chosen = node.value;
  node.replaceChildren(el("option", { value: "" }, "所有人"), ...phones.map((phone) => el("option", { value: phone.user }, phone.name)));
  node.value = chosen;
}

function row(item, store) {
  const failed = item.checks.filter((check) => !check.ok).length;
  const bad = failed > 0 || Boolean(item.errcode) || item.status !== 200;
  const head = el(
    "summary",
    {},
    el("time", { datetime: item.at }, withSeconds(item.at)),
    el("span", { class: `arrow ${item.direction}` }, item.direction === "push" ? "推送" : "调用"),
    el("strong", {}, whatName(item.what)),
    item.user && el("span", { class: "person" }, store.name(item.user)),
    item.attempt > 1 && el("span", { class: "again" }, `第 ${item.attempt} 次`),
    el("span", { class: bad ? "outcome bad" : "outcome good" }, outcome(item, failed)),
    el("span", { class: "millis" }, `${Math.round(item.millis)} 毫秒`),
  );
  const node = el("details", { class: "wire-row", dataset: { id: item.id, direction: item.direction, what: item.what } }, head);
  node.addEventListener("toggle", () => node.append(...inside(item)), { once: true });
  return node;
}

function outcome(item, failed) {
  if (item.status === 0) return "✗ 没有应答";
  if (item.status !== 200) return `✗ HTTP ${item.status}`;
  if (item.errcode) return `✗ ${codeText(item.errcode)}`;
  return failed ? `✗ ${failed} 项不合格` : "✓ 成功";
}

function inside(item) {
  const checks = item.checks.length ? checkList(item.checks) : null;
  return [
    checks,
    el("p", { class: "code dim" }, item.what),
    el("div", { class: "bodies" }, body("请求", item.request), body("应答", item.response || "（空）")),
  ].filter(Boolean);
}

function body(title, text) {
  return el("section", {}, el("h3", {}, title), el("pre", { tabindex: 0, "aria-label": title }, text));
}

function checkList(checks) {
  return el(
    "ul",
    { class: "checks" },
    checks.map((check) => el("li", { class: check.ok ? "good" : "bad", title: check.name }, `${check.ok ? "✓" : "✗"} ${checkName(check.name)}`, check.detail && el("span", { class: "dim" }, `（${check.detail}）`))),
  );
}

async function checkCallback(store, result) {
  result.replaceChildren("正在验证…");
  const answer = await store.run("verify");
  result.replaceChildren(...(answer ? [checkList(answer.checks)] : []));
}
