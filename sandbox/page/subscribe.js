// The page behind a consent link (/h5/subscribe?notice=ID&event=ID): on a phone its button opens the platform's pop-up.

import { button, el } from "./dom.js";
import { openSheet } from "./sheet.js";

const NAMES = { notice: "工会通知", event: "活动变更和提醒" };

/** The notices a link asks for, as [name, template id]; null when it is another link. */
export function asked(href) {
  const url = new URL(href, location.href);
  if (url.pathname !== "/h5/subscribe") return null;
  return [...url.searchParams].filter(([, id]) => id).map(([name, id]) => [NAMES[name] ?? name, id]);
}

/** What opens when the link is tapped; ``act`` does it on this phone. */
export function openSubscribe(notices, act) {
  openSheet("订阅通知", (close) => {
    const boxes = notices.map(([, id]) => el("input", { type: "checkbox", value: id, checked: true }));
    const answer = (accept) => () => {
      close();
      for (const box of boxes) act("consent", { template_id: box.value, count: 1, accept: accept && box.checked });
    };
    return [
      el("p", {}, "公众号申请给您发送以下通知，每同意一次可以收一条："),
      ...notices.map(([name], index) => el("label", { class: "flip" }, el("strong", {}, name), boxes[index])),
      el(
        "div",
        { class: "pair" },
        button("同意接收", answer(true), { class: "primary", dataset: { do: "accept" } }),
        button("拒绝", answer(false), { class: "quiet", dataset: { do: "refuse" } }),
      ),
    ];
  });
}
