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
  const isImage = (file.content_type ?? "").startsWith("image/")
    ? !file.content_type.includes("svg")
    : IMAGE.test(file.filename);
  if (own && isImage) {
    return h(
      "a",
      { class: "attachment-image", href: own, target: "_blank", rel: "noopener" },
      h("img", {
        src: own,
        alt: file.description ?? file.filename,
        loading: "lazy",
        width: file.width || null,
        height: file.height || null,
      }),
    );
  }
  const name = own
    ? h("a", { href: own, download: file.filename }, file.filename)
    : link(file.url, {}, file.filename);
  const card = h(
    "div",
    { class: "attachment" },
    icon("file"),
    h(
      "div",
      { class: "attachment-words" },
      name,
      h("small", {}, size(file.size ?? 0), file.description && ` · ${file.description}`),
    ),
    own &&
      h(
        "a",
        {
          class: "icon-button",
          href: own,
          download: file.filename,
          "aria-label": `Download ${file.filename}`,
        },
        icon("load"),
      ),
  );
  return own && TEXT.test(file.filename) ? h("div", { class: "attachment-text" }, card, reading(own)) : card;
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
