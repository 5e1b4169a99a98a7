// The scan sheet: known codes of the account, or a scene typed in.

import { button, el } from "./dom.js";
import { openSheet } from "./sheet.js";
import { moment } from "./time.js";

/** Choose a code to scan with this phone. */
export function openScan(phone, store, act) {
  openSheet(`${phone.name}扫码`, (close) => {
    const scan = (scene) => {
      close();
      act("scan", { scene });
    };
    const scenes = store.state.scenes.map((scene) => sceneButton(scene, store.now(), scan));
    const list = scenes.length ? el("div", { class: "rows" }, scenes) : el("p", { class: "dim" }, "助手还没有生成二维码。");
    return [list, sceneForm(scan)];
  });
}

function sceneButton(scene, now, scan) {
  const until = scene.expires_at ? `${moment(scene.expires_at, now)} 前有效` : "长期有效";
  const label = [el("strong", {}, scene.name ?? scene.scene), el("span", { class: "dim" }, until)];
  const node = button("", () => scan(scene.scene), { class: "row-button", dataset: { scene: scene.scene } });
  node.append(...label);
  return node;
}

function sceneForm(scan) {
  const input = el("input", { name: "scene", required: true, maxlength: 64, placeholder: "例如 bind_1", autocomplete: "off" });
  const form = el("form", { class: "stack" }, el("label", { class: "field" }, "或者输入场景值", input), el("button", { type: "submit", class: "primary" }, "扫一扫"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (input.value.trim()) scan(input.value.trim());
  });
  return form;
}
