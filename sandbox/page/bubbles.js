// One line of a chat as DOM, by its kind.

import { el, outLink, safeUrl } from "./dom.js";
import { icon } from "./icons.js";
import { linked, textWithChoices } from "./richtext.js";
import { hourMinute, withSeconds } from "./time.js";
import { VIA, fieldName } from "./words.js";

const SMALLEST_PICTURE = 16;
const PLACES = { image: "图片", voice: "语音", video: "视频", shortvideo: "小视频", location: "位置", link: "链接", file: "文件" };

/** The node of a bubble; ``onTap(choice)`` answers a tapped choice. */
export function bubbleNode(bubble, onTap) {
  if (bubble.from === "system") return systemLine(bubble);
  if (bubble.kind === "transfer") return line(bubble, "event", icon("handover"), bubble.text);
  const mine = bubble.from === "user";
  const body = el("div", { class: "body" }, bodyOf(bubble, onTap));
  return el(
    "div",
    { class: `bubble ${mine ? "mine" : "theirs"}`, dataset: { id: bubble.id, kind: bubble.kind, via: bubble.via ?? "" } },
    body,
    foot(bubble),
  );
}

function foot(bubble) {
  const tag = bubble.via ? el("span", { class: "via", dataset: { via: bubble.via } }, VIA[bubble.via] ?? bubble.via) : null;
  return el("p", { class: "foot" }, tag, el("time", { datetime: bubble.at, title: withSeconds(bubble.at) }, hourMinute(bubble.at)));
}

function systemLine(bubble) {
  const fault = bubble.kind === "fault";
  return line(bubble, fault ? "fault" : "event", fault ? icon("warning") : null, bubble.text);
}

function line(bubble, kind, sign, text) {
  return el("div", { class: `line ${kind}`, dataset: { id: bubble.id, kind: bubble.kind } }, el("p", {}, sign, text));
}

function bodyOf(bubble, onTap) {
  const { kind } = bubble;
  if (bubble.articles.length) return bubble.articles.map(article);
  if (kind === "template" || kind === "notice") return card(bubble);
  if (PLACES[kind]) return placeholder(bubble);
  return textWithChoices(bubble.text, bubble.choices, onTap);
}

function article({ title, description, url, picurl }) {
  const href = url ? safeUrl(url) : null;
  const picture = picurl ? safeUrl(picurl) : null;
  const inside = [
    picture && el("img", { src: picture, alt: "", loading: "lazy", referrerpolicy: "no-referrer", onerror: hide }),
    el("strong", {}, title || "（无标题）"),
    description && el("span", { class: "summary" }, description),
    href && el("span", { class: "go" }, "阅读全文"),
  ];
  return href
    ? el("a", { class: "article", href, target: "_blank", rel: "noopener noreferrer" }, inside)
    : el("div", { class: "article" }, inside);
}

function hide(event) {
  event.target.remove();
}

function card(bubble) {
  const rows = Object.entries(bubble.fields).map(([name, value]) => [
    el("dt", { title: name }, fieldName(name)),
    el("dd", {}, linked(value)),
  ]);
  return [el("p", { class: "card-title" }, icon("bell"), bubble.text), el("dl", { class: "card-rows" }, rows.flat())];
}

function placeholder(bubble) {
  const { kind, fields } = bubble;
  const more = detail(kind, fields);
  const words = bubble.text.replace(/^\[|\]$/g, "") || PLACES[kind];
  return el(
    "div",
    { class: `placeholder ${kind}` },
    kind === "image" && realPicture(fields),
    el("span", { class: "sign" }, icon(kind)),
    el("span", { class: "about" }, el("strong", {}, kind === "link" && fields.Url ? outLink(fields.Url, words) : words), more && el("span", {}, more)),
  );
}

function detail(kind, fields) {
  if (kind === "voice") return fields.Recognition ? `识别：${fields.Recognition}` : "";
  if (kind === "location") return fields.Location_X ? `${fields.Location_X}, ${fields.Location_Y}` : "";
  if (kind === "link" || kind === "file") return fields.Description ?? "";
  return "";
}

function realPicture(fields) {
  const media = fields.MediaId ?? fields.media_id;
  if (!media) return null;
  const picture = el("img", { src: `/sandbox/media/${encodeURIComponent(media)}`, alt: "图片", hidden: true, onerror: hide });
  picture.addEventListener("load", () => {
    picture.hidden = picture.naturalWidth < SMALLEST_PICTURE;
  });
  return picture;
}
