/** Line icons, drawn for this page on a 24 by 24 grid. */

import { button, h } from "./dom.js";

const SVG = "http://www.w3.org/2000/svg";

const PATHS = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h17M3 15h17",
  forum: "M4 5h12v8H9l-4 3v-3H4zM19 9h1v8h-1v3l-4-3H9",
  thread: "M5 4v9a3 3 0 0 0 3 3h11M15 12l4 4-4 4M10 5h9M10 9h6",
  category: "m7 10 5 5 5-5",
  menu: "M4 6h16M4 12h16M4 18h16",
  close: "M6 6l12 12M18 6 6 18",
  people:
    "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7M2.5 20c0-4 3-6 6.5-6s6.5 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2.5.8 3.8 2.7 3.8 5.5",
  gear: "M10.1 5L10.4 2.5L13.6 2.5L13.9 5L15.6 5.8L17.5 4.2L19.8 6.5L18.2 8.4L19 10.1L21.5 10.4L21.5 13.6L19 13.9L18.2 15.6L19.8 17.5L17.5 19.8L15.6 18.2L13.9 19L13.6 21.5L10.4 21.5L10.1 19L8.4 18.2L6.5 19.8L4.2 17.5L5.8 15.6L5 13.9L2.5 13.6L2.5 10.4L5 10.1L5.8 8.4L4.2 6.5L6.5 4.2L8.4 5.8zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18M8 14c1 1.7 2.3 2.5 4 2.5s3-.8 4-2.5M9 9.5v.5M15 9.5v.5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  bin: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  apps: "M5 5h5v5H5zM14 5h5v5h-5zM5 14h5v5H5zM14 14h5v5h-5z",
  down: "m6 9 6 6 6-6",
  right: "m9 6 6 6-6 6",
  back: "m15 6-6 6 6 6",
  eye: "M2.5 12C5 7.5 8 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.5 6.5-9.5 6.5S5 16.5 2.5 12M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20.5a2.2 2.2 0 0 0 4 0M12 5V3",
  out: "M13 5h6v6M19 5l-9 9M17 14v5H5V7h5",
  file: "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6",
  load: "M12 4v11M7 11l5 5 5-5M5 20h14",
  plus: "M12 5v14M5 12h14",
  check: "m5 12.5 4.5 4.5L19 7.5",
  warn: "M12 4 2.5 20h19zM12 10v5M12 17.5v.01",
  lock: "M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3",
  id: "M3 6h18v12H3zM7 10v4M11 10v4h1.5a2 2 0 0 0 0-4z",
  reply: "M10 6 4 12l6 6M4 12h9c4 0 6 2 7 6",
  pin: "M9 3h6l-1 7 4 4H6l4-4zM12 14v7",
  send: "M4 5l16 7-16 7 3-7zM7 12h13",
};

/**
 * @param {keyof PATHS} name
 * @param {string} [label] spoken name; without it the icon is decoration
 */
export function icon(name, label) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon icon-${name}`);
  if (label) {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", label);
  } else svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that is only an icon, with its spoken name. */
export const iconButton = (name, label, act, props = {}) =>
  button({ class: "icon-button", "aria-label": label, ...props }, act, icon(name));

/** Three dots that breathe: something is on its way. */
export const dots = () => h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
