/** Where a message comes from: its author, the command it answers, the message it replies to. */

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
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
  if (used?.name) {
    return h(
      "div",
      { class: "origin" },
      avatar(used.person, "avatar-tiny"),
      h("span", { class: "origin-name", style: { color: colourOf(used.person.id) } }, used.person.name),
      " used ",
      h("span", { class: "origin-command" }, icon("apps"), used.name),
    );
  }
  const quoted = message.referenced_message;
  if (!quoted || message.type === THREAD_START) return null;
  const words = quoted.content || quoted.embeds?.[0]?.title || "Click to see the message";
  return h(
    "button",
    { type: "button", class: "origin", on: { click: () => show(quoted.id) } },
    avatar(authorOf(quoted), "avatar-tiny"),
    h("span", { class: "origin-name" }, authorOf(quoted).name),
    h("span", { class: "origin-words" }, words),
  );
}

function show(id) {
  const node = document.querySelector(`.message[data-id="${CSS.escape(id)}"]`);
  node?.scrollIntoView({ block: "center" });
  node?.focus();
}
