// Starts the page: phones, back office, live updates.

import { startDesk } from "./desk.js";
import { button, byId, el } from "./dom.js";
import { startLive } from "./live.js";
import { PhoneView } from "./phone.js";
import { formSheet } from "./sheet.js";
import { Store } from "./store.js";

const LIVE = { live: "实时更新中", polling: "连接断开，正在重连…" };
const DESK = "desk";
const store = new Store();
const views = new Map();
let active = null;

function render() {
  if (!store.state) return;
  byId("loading")?.remove();
  dropGone();
  for (const phone of store.state.phones) {
    const news = viewOf(phone).update(phone);
    if (news && !isVisible(phone.user)) viewOf(phone).unread += 1;
  }
  if (!views.has(active)) choose(store.state.phones[0].user);
  renderSwitch();
}

function viewOf(phone) {
  if (!views.has(phone.user)) {
    const view = new PhoneView(phone, store);
    views.set(phone.user, view);
    byId("phones").append(view.node);
  }
  return views.get(phone.user);
}

function dropGone() {
  const users = new Set(store.state.phones.map((phone) => phone.user));
  for (const [user, view] of views) {
    if (users.has(user)) continue;
    view.node.remove();
    views.delete(user);
  }
}

const isVisible = (user) => views.get(user).node.checkVisibility();

function choose(target) {
  document.body.dataset.view = target === DESK ? DESK : "phones";
  if (target !== DESK) {
    active = target;
    for (const [user, view] of views) view.node.toggleAttribute("data-active", user === target);
    const view = views.get(target);
    view.unread = 0;
    view.log.toEnd();
  }
  renderSwitch();
}

function renderSwitch() {
  const onDesk = document.body.dataset.view === DESK;
  const entries = store.state.phones.map((phone) =>
    tab(phone.user, phone.name, !onDesk && phone.user === active, viewOf(phone).unread),
  );
  entries.push(tab(DESK, "微信后台", onDesk, 0));
  const focused = document.activeElement?.closest("#switch button")?.dataset.target;
  byId("switch").replaceChildren(...entries);
  if (focused) entries.find((entry) => entry.dataset.target === focused)?.focus();
}

function tab(target, name, current, unread) {
  const node = button(name, () => choose(target), { "aria-current": current ? "true" : null, dataset: { target } });
  if (unread) node.append(el("span", { class: "badge", "aria-label": `${unread} 条新消息` }, String(unread)));
  return node;
}

function addPhone() {
  const fields = [
    ["name", "姓名", "", { required: true, maxlength: 40, placeholder: "例如 赵师傅", autocomplete: "off" }],
    ["role", "身份", "职工", { required: true, maxlength: 40, list: "roles", autocomplete: "off" }],
  ];
  const sheet = formSheet("新增手机", fields, "新增", async (values) => {
    const phone = await store.run("phones", values);
    if (!phone || !views.has(phone.user)) return;
    choose(phone.user);
    views.get(phone.user).node.scrollIntoView({ block: "nearest" });
  });
  const roles = ["职工", "工会干部"].map((value) => el("option", { value }));
  sheet.append(el("datalist", { id: "roles" }, roles));
}

function showStatus(status) {
  byId("live").dataset.status = status;
  byId("live").textContent = LIVE[status];
}

store.addEventListener("change", render);
byId("add-phone").addEventListener("click", addPhone);
startDesk(store, () => choose(DESK));
store.refresh();
startLive({
  onStatus: showStatus,
  onChange(data) {
    if (data === null && byId("live").dataset.status === "live") store.forgetWire();
    store.refresh();
  },
});
