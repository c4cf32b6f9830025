/** Where a message comes from: its author, the command it answers, the message it replies to. */

import { avatar } from "./avatar.js";
import { button, h } from "./dom.js";
import { icon } from "./icon.js";
import { colourOf, personNamed, user as userOf } from "./world.js";

/** Message type of the first entry of a thread. */
export const THREAD_START = 21;

export const authorOf = (message) =>
  userOf(message.author.id) ?? {
    ...message.author,
    name: message.author.global_name ?? message.author.username,
  };

/** Who used what to make the bot say this. */
export function invoker(message) {
  const source = message.sandbox?.interaction ?? message.interaction_metadata ?? message.interaction;
  if (!source) return null;
  const named = source.user?.name ?? source.user?.username ?? source.user;
  const person = personNamed(named) ?? userOf(named) ?? (named && { name: String(named) });
  return person && { person, name: source.name };
}

/** The line above: which command this answers, or which message. */
export function origin(message) {
  const used = invoker(message);
  const quoted = message.type === THREAD_START ? null : message.referenced_message;
  if (used?.name) return usage(used);
  return quoted ? quotation(quoted) : null;
}

function usage({ person, name }) {
  const who = h("span", { class: "origin-name", style: { color: colourOf(person.id) } }, person.name);
  const what = h("span", { class: "origin-command" }, icon("apps"), name);
  return h("div", { class: "origin" }, avatar(person, "avatar-tiny"), who, " used ", what);
}

function quotation(message) {
  const { name } = authorOf(message);
  const words = message.content || message.embeds?.[0]?.title || "Click to see the message";
  const parts = [h("span", { class: "origin-name" }, name), h("span", { class: "origin-words" }, words)];
  return button({ class: "origin" }, () => show(message.id), avatar(authorOf(message), "avatar-tiny"), parts);
}

function show(id) {
  const node = document.querySelector(`.message[data-id="${CSS.escape(id)}"]`);
  node?.scrollIntoView({ block: "center" });
  node?.focus();
}
