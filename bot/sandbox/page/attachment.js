/** Files below a message: pictures are shown, texts can be read in place, everything can be saved. */

import { h, link, ownUrl } from "./dom.js";
import { icon } from "./icon.js";

const IMAGE = /\.(png|jpe?g|gif|webp)$/i;
const TEXT = /\.(txt|log|json|md|csv|ya?ml|toml|diff|patch)$/i;
const PREVIEW = 16_384;
const UNITS = ["bytes", "KB", "MB"];

/** @param {object} message @returns {HTMLElement[]} */
export const attachments = (message) => (message.attachments ?? []).map(attachment);

function attachment(file) {
  const own = ownUrl(file.url);
  if (own && isImage(file)) return image(own, file);
  const save = { href: own, download: file.filename };
  const name = own ? h("a", save, file.filename) : link(file.url, {}, file.filename);
  const about = h("small", {}, size(file.size ?? 0), file.description && ` · ${file.description}`);
  const button = { ...save, class: "icon-button", "aria-label": `Download ${file.filename}` };
  const words = h("div", { class: "attachment-words" }, name, about);
  const card = h("div", { class: "attachment" }, icon("file"), words, own && h("a", button, icon("load")));
  return own && TEXT.test(file.filename) ? h("div", { class: "attachment-text" }, card, reading(own)) : card;
}

function isImage({ content_type: type, filename }) {
  return type?.startsWith("image/") ? !type.includes("svg") : IMAGE.test(filename);
}

function image(url, { description, filename, width, height }) {
  const picture = {
    src: url,
    alt: description ?? filename,
    loading: "lazy",
    width: width || null,
    height: height || null,
  };
  return h(
    "a",
    { class: "attachment-image", href: url, target: "_blank", rel: "noopener" },
    h("img", picture),
  );
}

function reading(url) {
  const page = h("pre", { class: "pre", tabindex: "0" });
  const details = h("details", {}, h("summary", {}, "Show text"), page);
  details.addEventListener("toggle", async () => {
    if (!details.open || page.textContent) return;
    const text = await fetch(url)
      .then((answer) => answer.text())
      .catch(() => "This file could not be read.");
    page.textContent = text.length > PREVIEW ? `${text.slice(0, PREVIEW)}\n…` : text;
  });
  return details;
}

export function size(bytes) {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit ? value.toFixed(2) : value} ${UNITS[unit]}`;
}
