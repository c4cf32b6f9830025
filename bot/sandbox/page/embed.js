/** Embeds: the colour bar, the words, the fields in up to three columns, the foot. */

import { cssColour } from "./colour.js";
import { h, link, ownUrl, safeUrl } from "./dom.js";
import { inlineMarkup, markup } from "./markup.js";
import { calendar, full } from "./time.js";

const SUPPRESSED = 4;

/** @param {object} message @returns {HTMLElement[]} */
export function embeds(message) {
  if (message.flags & SUPPRESSED) return [];
  const seen = new Set();
  // Of embeds with one address only the first is shown.
  return (message.embeds ?? []).filter(({ url }) => !url || (!seen.has(url) && seen.add(url))).map(embed);
}

/** @param {object} data a Discord embed */
export function embed(data) {
  const thumbnail = data.thumbnail && picture(data.thumbnail, "embed-thumbnail");
  return h(
    "article",
    {
      class: ["embed", thumbnail && "has-thumbnail"],
      style: { "--bar": data.color ? cssColour(data.color) : null },
    },
    h(
      "div",
      { class: "embed-grid" },
      data.author?.name && author(data.author),
      data.title && h("div", { class: "embed-title" }, link(data.url, {}, inlineMarkup(data.title))),
      data.description && h("div", { class: "embed-description" }, markup(data.description)),
      data.fields?.length ? h("div", { class: "embed-fields" }, columns(data.fields).map(field)) : null,
      data.image && picture(data.image, "embed-image"),
      thumbnail,
      foot(data),
    ),
  );
}

const author = ({ name, url, icon_url: image }) =>
  h(
    "div",
    { class: "embed-author" },
    image && ownUrl(image) && h("img", { src: ownUrl(image), alt: "", class: "embed-icon" }),
    link(url, {}, name),
  );

/**
 * Inline fields that follow each other share a row, three at most; the row's width is shared evenly.
 * @returns {[object, number][]} each field with its share of twelve
 */
export function columns(fields) {
  const placed = [];
  let row = [];
  const close = () => {
    for (const one of row) placed.push([one, 12 / row.length]);
    row = [];
  };
  for (const one of fields) {
    if (!one.inline || row.length === 3) close();
    row.push(one);
    if (!one.inline) close();
  }
  close();
  return placed;
}

const field = ([{ name, value }, share]) =>
  h(
    "div",
    { class: ["embed-field", `share-${share}`] },
    h("div", { class: "embed-field-name" }, inlineMarkup(name)),
    h("div", { class: "embed-field-value" }, markup(value)),
  );

/** A picture of the sandbox is shown; one from elsewhere is only named, this page fetches nothing from strangers. */
export function picture({ url, description, width, height }, kind) {
  const own = ownUrl(url);
  if (own) {
    return h(
      "a",
      { class: kind, href: own, target: "_blank", rel: "noopener" },
      h("img", {
        src: own,
        alt: description ?? "Image",
        loading: "lazy",
        width: width || null,
        height: height || null,
      }),
    );
  }
  const host = safeUrl(url) ? new URL(url).host : url;
  return h(
    "div",
    { class: [kind, "picture-far"] },
    link(url, {}, h("span", { "aria-hidden": "true" }, "🖼️ "), host),
  );
}

function foot({ footer, timestamp }) {
  const date = timestamp ? new Date(timestamp) : null;
  if (!footer?.text && !date) return null;
  return h(
    "div",
    { class: "embed-footer" },
    footer?.icon_url &&
      ownUrl(footer.icon_url) &&
      h("img", { src: ownUrl(footer.icon_url), alt: "", class: "embed-icon" }),
    h(
      "span",
      {},
      footer?.text,
      footer?.text && date && h("span", { class: "embed-dot" }, "•"),
      date && h("time", { datetime: timestamp, title: full(date) }, calendar(date)),
    ),
  );
}
