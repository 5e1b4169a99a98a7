// The back office: its tabs and which pane is drawn; hidden panes are left alone.

import { startClock } from "./clockview.js";
import { byId, el } from "./dom.js";
import { startFaults } from "./faultsview.js";
import { startLedger } from "./ledgerview.js";
import { openSheet } from "./sheet.js";
import { toast } from "./toast.js";
import { startWire } from "./wireview.js";

const MODES = { safe: "安全模式（加密）", compat: "兼容模式", plain: "明文模式" };

/** Start the back office; ``show`` brings it to the front on small screens. */
export function startDesk(store, show) {
  const tabs = [...byId("desk-tabs").children];
  const draws = {
    wire: startWire(byId("pane-wire"), store),
    ledger: startLedger(byId("pane-ledger"), store),
    faults: startFaults(byId("pane-faults"), store, byId("fault-pill")),
    clock: startClock(byId("pane-clock"), store),
    about: () => drawFacts(store),
  };
  let current = "wire";
  const draw = () => {
    if (store.state) draws[current]();
  };
  const pick = (name) => {
    current = name;
    for (const tab of tabs) pickTab(tab, tab.id === `tab-${name}`);
    draw();
  };
  tabs.forEach((tab) => tab.addEventListener("click", () => pick(tab.id.slice(4))));
  byId("desk-tabs").addEventListener("keydown", (event) => arrow(event, tabs));
  byId("fault-pill").addEventListener("click", () => {
    pick("faults");
    show();
    byId("desk").scrollIntoView({ block: "start" });
  });
  byId("reset").addEventListener("click", () => askReset(store));
  store.addEventListener("change", draw);
  setInterval(() => {
    if (current === "ledger" || current === "clock") draw();
  }, 1000);
}

function pickTab(tab, on) {
  tab.setAttribute("aria-selected", String(on));
  tab.tabIndex = on ? 0 : -1;
  byId(tab.getAttribute("aria-controls")).hidden = !on;
}

function arrow(event, tabs) {
  const at = tabs.indexOf(event.target);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
  if (to === undefined || at < 0) return;
  event.preventDefault();
  const tab = tabs[(to + tabs.length) % tabs.length];
  tab.focus();
  tab.click();
}

function drawFacts(store) {
  const { account, mode, callback, phones, bulk_followers: bulk } = store.state;
  const facts = { 公众号: account, 消息加密: MODES[mode] ?? mode, 回调地址: callback, 手机: `${phones.length} 部${bulk ? `，另有批量关注者 ${bulk} 人` : ""}` };
  byId("facts").replaceChildren(...Object.entries(facts).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function askReset(store) {
  openSheet("重新开始", (close) => {
    const go = async () => {
      close();
      store.forgetWire();
      if (await store.run("reset")) toast("已经清空，可以从头再来");
    };
    return [
      el("p", {}, "所有聊天、关注、菜单、二维码、配额和日志都会清空，助手那一边的资料不受影响。"),
      el("button", { type: "button", class: "primary wide", onclick: go }, "清空"),
    ];
  });
}
