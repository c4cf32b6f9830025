/** Discord Markdown on the page: the tree of `markdown.js` as elements, mentions by name. */

import { cssColour } from "./colour.js";
import { button, h, link } from "./dom.js";
import { icon } from "./icon.js";
import { parse } from "./markdown.js";
import { emit } from "./news.js";
import { go } from "./place.js";
import { stamp } from "./time.js";
import { TYPE, channel as channelOf, isThread, role as roleOf, self, user as userOf } from "./world.js";

/** @param {string} text @param {{blocks?: boolean, links?: boolean}} [options] @returns {Node[]} */
export const markup = (text, options) => parse(text, options).map(show);

/** A line without blocks or links: titles, names of fields. */
export const inlineMarkup = (text) => markup(text, { blocks: false, links: false });

const inside = (node) => node.children.map(show);

const SHOW = {
  text: ({ text }) => document.createTextNode(text),
  strong: (node) => h("strong", {}, inside(node)),
  em: (node) => h("em", {}, inside(node)),
  underline: (node) => h("u", {}, inside(node)),
  strike: (node) => h("s", {}, inside(node)),
  code: ({ text }) => h("code", { class: "code" }, text),
  pre: ({ text, language }) =>
    h("pre", { class: "pre", data: { language: language || null }, tabindex: "0" }, h("code", {}, text)),
  quote: (node) => h("blockquote", { class: "quote" }, inside(node)),
  heading: (node) =>
    h(
      "div",
      { class: `heading heading-${node.level}`, role: "heading", "aria-level": node.level + 2 },
      inside(node),
    ),
  subtext: (node) => h("small", { class: "subtext" }, inside(node)),
  list: (node) =>
    h(
      node.ordered ? "ol" : "ul",
      { class: "list", start: node.ordered && node.start !== 1 ? node.start : null },
      node.items.map((item) => h("li", {}, item.map(show))),
    ),
  link: (node) => link(node.url, node.title ? { title: `${node.title}\n${node.url}` } : {}, inside(node)),
  spoiler,
  user: ({ id }) => mention(`@${userOf(id)?.name ?? "unknown-user"}`, { title: id, mine: id === self()?.id }),
  role: roleMention,
  channel: channelMention,
  command: ({ name }) => button({ class: "mention" }, () => emit("command", name), `/${name}`),
  everyone: ({ text }) => mention(text, { mine: true }),
  time: ({ unix, style }) => stamp(unix, style),
  emoji: ({ name }) => h("span", { class: "emoji-custom", title: `:${name}:` }, `:${name}:`),
};

function show(node) {
  return SHOW[node.type](node);
}

function mention(text, { title = null, colour = null, mine = false } = {}) {
  return h("span", { class: ["mention", mine && "mention-mine"], title, style: { "--role": colour } }, text);
}

function roleMention({ id }) {
  const role = roleOf(id);
  return mention(`@${role?.name.replace(/^@/, "") ?? "unknown-role"}`, {
    title: id,
    colour: role?.color ? cssColour(role.color) : null,
  });
}

/** The sign before a channel's name. */
export function channelIcon(channel) {
  if (channel.type === TYPE.forum) return icon("forum");
  return icon(isThread(channel) ? "thread" : "hash");
}

function channelMention({ id }) {
  const channel = channelOf(id);
  if (!channel) return mention("# unknown");
  const visit = () => go({ channel: id, thread: null });
  return button({ class: "mention" }, visit, channelIcon(channel), channel.name);
}

function spoiler(node) {
  const words = h("span", { "aria-hidden": "true" }, inside(node));
  const veil = h(
    "span",
    { class: "spoiler", role: "button", tabindex: "0", "aria-expanded": false, "aria-label": "Spoiler" },
    words,
  );
  const reveal = (event) => {
    if (event.type === "keydown" && !["Enter", " "].includes(event.key)) return;
    if (veil.classList.contains("revealed")) return;
    event.preventDefault();
    event.stopPropagation();
    veil.classList.add("revealed");
    for (const name of ["role", "tabindex", "aria-label", "aria-expanded"]) veil.removeAttribute(name);
    words.removeAttribute("aria-hidden");
  };
  veil.addEventListener("click", reveal, true);
  veil.addEventListener("keydown", reveal);
  return veil;
}
