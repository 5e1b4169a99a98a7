// Line icons of our own, 24 × 24, drawn with the current colour.

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  plus: "M12 5v14M5 12h14",
  keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10",
  menu: "M5 7h14M5 12h14M5 17h9",
  send: "M4 12l16-7-6 15-3-6z",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  image: "M4 5h16v14H4zM4 16l5-5 4 4 2-2 5 5M15 9h.01",
  voice: "M9 5a3 3 0 0 1 6 0v6a3 3 0 0 1-6 0zM6 11a6 6 0 0 0 12 0M12 17v4",
  video: "M4 6h11v12H4zM15 11l5-3v8l-5-3z",
  shortvideo: "M7 3h10v18H7zM11 10l3 2-3 2z",
  location: "M12 21s-6-6-6-11a6 6 0 0 1 12 0c0 5-6 11-6 11zM12 10h.01",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M9 13h6M9 17h4",
  close: "M6 6l12 12M18 6L6 18",
  bell: "M6 17V11a6 6 0 0 1 12 0v6l1 1H5zM10 21h4",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  handover: "M5 13a7 7 0 0 1 14 0v4h-3v-5M5 13v4h3v-5M16 20h-4",
};

/** An icon that screen readers skip. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.more);
  svg.append(path);
  return svg;
}
