/** Reactions: pills with a count, a press toggles one's own. */

import * as api from "./api.js";
import { button, h } from "./dom.js";
import { keyOf, label, nameOf } from "./emoji.js";
import { setReaction } from "./history.js";
import { icon } from "./icon.js";
import { openPicker } from "./picker.js";
import { complain } from "./toast.js";
import { self } from "./world.js";

export const emoji = (one) => h("span", { class: "emoji" }, label(one));

/** Set or take back one's reaction: shown at once, undone when the sandbox refuses. */
export async function react(message, one, isOn) {
  const me = self();
  const show = (state) => setReaction(message.channel_id, message.id, one, me.id, me.name, state);
  show(isOn);
  try {
    await api.react(me.name, {
      channel_id: message.channel_id,
      message_id: message.id,
      emoji: keyOf(one),
      on: isOn,
    });
  } catch (error) {
    show(!isOn);
    complain(error.message);
  }
}

export const mine = (message, char) =>
  Boolean(message.reactions?.find(({ emoji: one }) => keyOf(one) === char)?.me);

export function pickReaction(message, place) {
  openPicker(place, (char) => react(message, { id: null, name: char }, true));
}

/** @returns {?HTMLElement} */
export function reactions(message) {
  if (!message.reactions?.length) return null;
  const props = {
    class: "reaction reaction-add",
    "aria-label": "Add reaction",
    data: { key: "add reaction" },
  };
  const add = button(props, () => pickReaction(message, { anchor: add }), icon("smile"));
  const pills = message.reactions.map((entry) => pill(message, entry));
  return h("div", { class: "reactions", role: "group", "aria-label": "Reactions" }, pills, add);
}

function pill(message, { emoji: one, count, me, users = [] }) {
  const props = {
    class: ["reaction", me && "mine"],
    "aria-pressed": Boolean(me),
    "aria-label": `${nameOf(label(one))}, ${count}`,
    title: `${label(one)} ${users.join(", ")}`,
    data: { key: `reaction ${keyOf(one)}` },
  };
  const number = h("span", { class: "reaction-count" }, String(count));
  return button(props, () => react(message, one, !me), emoji(one), number);
}
