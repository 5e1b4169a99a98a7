// 时钟: the sandbox's time and buttons that move it, to see windows close and deadlines pass.

import { button, el } from "./dom.js";
import { full, span } from "./time.js";

const STEPS = [
  ["+1 分钟", 60],
  ["+1 小时", 3600],
  ["+1 天", 86_400],
  ["+7 天", 604_800],
];

/** Fill the pane; the answer draws the time again. */
export function startClock(pane, store) {
  const now = el("p", { class: "big-time" });
  const shift = el("p", { class: "dim" });
  const set = (seconds) => store.run("clock", { shift_seconds: seconds });
  const steps = STEPS.map(([label, seconds]) => button(label, () => set(store.state.shift_seconds + seconds), { class: "preset" }));
  const back = button("回到现在", () => set(0), { class: "preset calm" });
  pane.append(
    el("p", {}, "沙盒里的时间（北京时间）"),
    now,
    shift,
    el("div", { class: "presets" }, steps, back),
    el("p", { class: "dim" }, "往后拨可以看到客服消息的 48 小时窗口关闭、二维码过期、每日配额重新计算。只影响沙盒，不影响助手自己的时钟。"),
  );
  return () => {
    now.textContent = full(store.now());
    const moved = store.state.shift_seconds;
    shift.textContent = moved ? `比实际${moved > 0 ? "快" : "慢"} ${span(Math.abs(moved) * 1000)}` : "与实际时间一致";
    back.disabled = moved === 0;
  };
}
