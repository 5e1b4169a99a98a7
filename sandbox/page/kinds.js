// The + sheet: what else than text a person can send.

import { button, el } from "./dom.js";
import { icon } from "./icons.js";
import { formSheet } from "./sheet.js";

const must = { required: true, maxlength: 200 };
const KINDS = [
  ["image", "图片"],
  ["voice", "语音", [["Recognition", "语音识别出的文字（可空）", "年假有几天", { maxlength: 200 }]]],
  ["video", "视频"],
  ["shortvideo", "小视频"],
  [
    "location",
    "位置",
    [
      ["Label", "地点", "上海市黄浦区人民大道200号", must],
      ["Location_X", "纬度", "31.230416", { required: true, inputmode: "decimal", pattern: "-?\\d+(\\.\\d+)?" }],
      ["Location_Y", "经度", "121.473701", { required: true, inputmode: "decimal", pattern: "-?\\d+(\\.\\d+)?" }],
    ],
  ],
  [
    "link",
    "链接",
    [
      ["Title", "标题", "工会法", must],
      ["Description", "简介", "中华人民共和国工会法", { maxlength: 200 }],
      ["Url", "网址", "https://example.org/law", { ...must, type: "url" }],
    ],
  ],
  ["file", "文件", [["Title", "文件名", "申请表.docx", must]]],
];

/** Buttons of all kinds; ``done`` closes the sheet. */
export function kindsGrid(act, done) {
  return el("div", { class: "kinds" }, KINDS.map(([kind, label, fields]) => kindButton(kind, label, fields, act, done)));
}

function kindButton(kind, label, fields, act, done) {
  const send = (values = {}) => act("message", { kind, ...clean(values) });
  const onclick = () => {
    done();
    if (fields) formSheet(`发送${label}`, fields, "发送", send);
    else send();
  };
  return button(el("span", { class: "kind-sign" }, icon(kind)), onclick, { class: "kind", "aria-label": label, dataset: { kind, label } });
}

function clean(values) {
  const kept = Object.entries(values).filter(([, value]) => value !== "");
  return Object.fromEntries(kept.map(([name, value]) => [name, name.startsWith("Location_") ? Number(value) : value]));
}
