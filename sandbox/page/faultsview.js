// 故障开关: presets and a form of all switches; the pill in the page's head tells when something is on.

import { button, el } from "./dom.js";
import { DEFAULTS, GROUPS, PRESETS } from "./faultlist.js";
import { toast } from "./toast.js";

const NUMBERS = new Set(["number", "whole", "percent", "optional-number"]);

/** Fill the pane; the answer brings it up to date. */
export function startFaults(pane, store, pill) {
  const inputs = new Map();
  const presets = PRESETS.map(([label, changes]) => presetButton(label, changes, store));
  const form = el("form", { class: "faults", novalidate: true }, GROUPS.map(([title, rows]) => group(title, rows, inputs)), el("div", { class: "apply" }, el("button", { type: "submit", class: "primary" }, "应用"), el("span", { class: "dim" }, "改动后点「应用」才生效。")));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply(inputs, store);
  });
  form.addEventListener("input", (event) => event.target.toggleAttribute("data-dirty", true));
  pane.append(el("div", { class: "presets", role: "group", "aria-label": "一键故障" }, presets.map((one) => one.node), revokeButton(store), calmButton(store, inputs)), form);

  store.addEventListener("change", () => store.state && showPill(pill, store.state.faults));
  return () => {
    for (const one of presets) one.node.setAttribute("aria-pressed", String(matches(store.state.faults, one.changes)));
    for (const [name, { input, kind }] of inputs) {
      if (!input.hasAttribute("data-dirty") && document.activeElement !== input) write(input, kind, store.state.faults[name]);
    }
  };
}

/** How many switches differ from a healthy platform. */
export function abnormal(faults) {
  return Object.keys(DEFAULTS).filter((name) => faults[name] !== DEFAULTS[name]).length;
}

function showPill(pill, faults) {
  const count = abnormal(faults);
  pill.hidden = count === 0;
  pill.textContent = `故障演示中：${count} 项`;
}

const matches = (faults, changes) => Object.entries(changes).every(([name, value]) => faults[name] === value);

function presetButton(label, changes, store) {
  const node = button(label, async () => {
    const on = matches(store.state.faults, changes);
    const healthy = Object.fromEntries(Object.keys(changes).map((name) => [name, DEFAULTS[name]]));
    if (await store.run("faults", on ? healthy : changes)) toast(on ? `已关闭：${label}` : `已打开：${label}`);
  }, { class: "preset", "aria-pressed": "false" });
  return { node, changes };
}

function revokeButton(store) {
  const revoke = async () => {
    if (await store.run("faults", { revoke_tokens: true })) toast("现有的令牌都失效了（一次性）");
  };
  return button("令牌失效", revoke, { class: "preset" });
}

function calmButton(store, inputs) {
  const calm = async () => {
    for (const { input } of inputs.values()) input.removeAttribute("data-dirty");
    if (await store.run("faults", DEFAULTS)) toast("平台恢复正常");
  };
  return button("恢复正常", calm, { class: "preset calm" });
}

function group(title, rows, inputs) {
  return el("fieldset", {}, el("legend", {}, title), rows.map(([name, label, explanation, kind]) => faultRow(name, label, explanation, kind, inputs)));
}

function faultRow(name, label, explanation, kind, inputs) {
  const input = el("input", { name, "aria-describedby": `why-${name}`, ...attributes(kind) });
  inputs.set(name, { input, kind });
  const unit = kind === "percent" ? el("span", { class: "unit" }, "%") : null;
  return el("div", { class: "fault" }, el("label", {}, el("strong", {}, label), el("span", { class: "control" }, input, unit)), el("p", { class: "dim", id: `why-${name}` }, explanation));
}

function attributes(kind) {
  if (kind === "switch") return { type: "checkbox", role: "switch" };
  if (kind === "optional-text") return { type: "text", maxlength: 100, placeholder: "全部" };
  if (kind === "percent") return { type: "number", min: 0, max: 100, step: "any" };
  return { type: "number", step: kind === "number" ? "any" : 1, placeholder: kind === "optional-number" ? "不用" : null };
}

function write(input, kind, value) {
  if (kind === "switch") input.checked = value;
  else if (kind === "percent") input.value = String(Math.round(value * 10_000) / 100);
  else input.value = value ?? "";
}

function read(input, kind) {
  if (kind === "switch") return input.checked;
  const text = input.value.trim();
  if (kind === "optional-text") return text || null;
  if (NUMBERS.has(kind) && text === "") return kind === "optional-number" ? null : 0;
  return kind === "percent" ? Number(text) / 100 : Number(text);
}

async function apply(inputs, store) {
  const dirty = [...inputs].filter(([, { input }]) => input.hasAttribute("data-dirty"));
  const changes = Object.fromEntries(dirty.map(([name, { input, kind }]) => [name, read(input, kind)]));
  if (!dirty.length) return toast("没有改动");
  if (!(await store.run("faults", changes))) return null;
  for (const [, { input }] of dirty) input.removeAttribute("data-dirty");
  return toast("已生效");
}
