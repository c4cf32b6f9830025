/** Components below a message: buttons, selects, and the blocks of version 2. */

import { cssColour } from "./colour.js";
import { button, h, link, ownUrl } from "./dom.js";
import { picture } from "./embed.js";
import { dots, icon } from "./icon.js";
import { use } from "./interaction.js";
import { COMPONENT as KIND } from "./kind.js";
import { markup } from "./markup.js";
import { emoji } from "./reaction.js";
import { select } from "./select.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link" };

/** @param {object} message @returns {HTMLElement[]} */
export const components = (message) => (message.components ?? []).map((one) => draw(one, message));

const all = (list, message) => (list ?? []).map((one) => draw(one, message));

const DRAW = {
  [KIND.row]: (one, message) => h("div", { class: "row" }, all(one.components, message)),
  [KIND.button]: press,
  [KIND.section]: (one, message) =>
    h(
      "div",
      { class: "section" },
      h("div", { class: "section-words" }, all(one.components, message)),
      one.accessory && draw(one.accessory, message),
    ),
  [KIND.text]: (one) => h("div", { class: "text-display" }, markup(one.content)),
  [KIND.thumbnail]: (one) => picture({ ...one.media, description: one.description }, "embed-thumbnail"),
  [KIND.gallery]: (one) =>
    h(
      "div",
      { class: "gallery" },
      (one.items ?? []).map((item) =>
        picture({ ...item.media, description: item.description }, "gallery-item"),
      ),
    ),
  [KIND.file]: file,
  [KIND.separator]: (one) =>
    h("hr", { class: ["separator", one.spacing === 2 && "wide", one.divider === false && "blank"] }),
  [KIND.container]: (one, message) =>
    h(
      "div",
      { class: "container", style: { "--bar": one.accent_color ? cssColour(one.accent_color) : null } },
      all(one.components, message),
    ),
};
for (const kind of [
  KIND.stringSelect,
  KIND.userSelect,
  KIND.roleSelect,
  KIND.mentionableSelect,
  KIND.channelSelect,
]) {
  DRAW[kind] = (one, message) =>
    select(one, {
      busy: Boolean(message.pending),
      picked: message.picks?.[one.custom_id],
      onChoose: (values) => use(message, one, values),
    });
}

function draw(component, message) {
  const make = DRAW[component.type];
  return make
    ? make(component, message)
    : h("span", { class: "unknown" }, `Component of type ${component.type}`);
}

function press(one, message) {
  const words = h("span", { class: "button-words" }, one.emoji && emoji(one.emoji), one.label);
  if (one.style === 5) return way(one, words);
  const waits = message.pending === one.custom_id;
  const props = {
    class: ["button", `button-${STYLES[one.style] ?? "secondary"}`, waits && "waits"],
    disabled: one.disabled,
    "aria-busy": waits || null,
    "aria-label": one.label ? null : one.emoji?.name,
    data: { key: one.custom_id },
  };
  return button(props, () => use(message, one), words, waits && dots());
}

function way({ url, disabled }, words) {
  const props = { class: "button button-link" };
  if (!disabled) return link(url, props, words, icon("out"));
  return h("span", { ...props, role: "link", "aria-disabled": true }, words, icon("out"));
}

function file({ file: { url }, name }) {
  const own = ownUrl(url);
  const title = name ?? String(url).split("/").pop();
  return h(
    "div",
    { class: "attachment" },
    icon("file"),
    h("div", { class: "attachment-words" }, own ? h("a", { href: own, download: title }, title) : title),
  );
}
