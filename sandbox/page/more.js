// The 更多 sheet: follow state, blacklist, messages off, consents for subscription notices.

import { button, el } from "./dom.js";
import { openSheet } from "./sheet.js";

/** Settings of this phone towards the account. */
export function openMore(phone, store, act) {
  openSheet(`${phone.name}的设置`, (close) => {
    const then = (action, body) => () => {
      close();
      act(action, body);
    };
    const follow = phone.follows
      ? button("取消关注", then("unfollow", {}), { class: "quiet danger wide", dataset: { do: "unfollow" } })
      : button("关注", then("follow", {}), { class: "primary wide", dataset: { do: "follow-more" } });
    return [
      follow,
      flip("拉黑", "公众号把此人列入黑名单，不再给他发消息", phone.blocked, (blocked) => act("settings", { blocked })),
      flip("关闭消息", "此人不再接收公众号的消息", phone.muted, (muted) => act("settings", { muted })),
      consentForm(phone, store, close, act),
      el("p", { class: "dim code" }, `OpenID ${phone.user}`),
    ];
  });
}

function flip(label, explanation, on, change) {
  const input = el("input", { type: "checkbox", role: "switch", checked: on, onchange: () => change(input.checked) });
  return el("label", { class: "flip" }, el("span", {}, el("strong", {}, label), el("span", { class: "dim" }, explanation)), input);
}

function consentForm(phone, store, close, act) {
  const known = [...new Set(store.state.consents.map((row) => row.template_id))];
  const mine = store.state.consents.filter((row) => row.user === phone.user);
  const id = el("input", { name: "template_id", required: true, maxlength: 100, list: "known-templates", placeholder: "模板 ID", autocomplete: "off" });
  const count = el("input", { name: "count", type: "number", min: 1, max: 1000, value: 1, required: true });
  const answer = (accept) => () => {
    if (!form.reportValidity()) return;
    close();
    act("consent", { template_id: id.value.trim(), count: Number(count.value), accept });
  };
  const form = el(
    "form",
    { class: "stack consent" },
    el("h3", {}, "订阅通知"),
    el("datalist", { id: "known-templates" }, known.map((value) => el("option", { value }))),
    el("label", { class: "field" }, "模板 ID", id),
    el("label", { class: "field" }, "同意次数", count),
    el("div", { class: "pair" }, button("同意", answer(true), { class: "primary", dataset: { do: "accept" } }), button("拒绝", answer(false), { class: "quiet" })),
    mine.map((row) => consentRow(row, close, act)),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer(true)();
  });
  return form;
}

function consentRow(row, close, act) {
  const stop = () => {
    close();
    act("consent", { template_id: row.template_id, accept: false, change: true });
  };
  return el("p", { class: "consent-row" }, el("span", { class: "code" }, row.template_id), el("span", {}, `还可收 ${row.left} 次`), button("关闭", stop, { class: "quiet small" }));
}
