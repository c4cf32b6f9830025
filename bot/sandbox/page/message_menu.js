/** What can be done with a message: its bar on hover, its context menu. */

import * as api from "./api.js";
import { h, narrow } from "./dom.js";
import { QUICK } from "./emoji.js";
import { isEphemeral } from "./history.js";
import { icon } from "./icon.js";
import { invoke } from "./interaction.js";
import { COMMAND } from "./kind.js";
import { openMenu } from "./menu.js";
import { mayUse, may, ALLOW } from "./permission.js";
import { mine, pickReaction, react } from "./reaction.js";
import { complain, tell } from "./toast.js";
import { commands, self } from "./world.js";

const toggle = (message, char) => react(message, { id: null, name: char }, !mine(message, char));

/** The small bar at the upper right of a message. */
export function toolbar(message) {
  const more = h(
    "button",
    { type: "button", class: "tool", "aria-label": "More", "aria-haspopup": "menu", data: { key: "more" } },
    icon("more"),
  );
  more.addEventListener("click", () => openMessageMenu(message, { anchor: more }));
  const quick = isEphemeral(message)
    ? []
    : [
        ...QUICK.map((char) =>
          h(
            "button",
            {
              type: "button",
              class: "tool",
              "aria-label": `React with ${char}`,
              on: { click: () => toggle(message, char) },
            },
            char,
          ),
        ),
        pickTool(message),
      ];
  return h("div", { class: "toolbar", role: "group", "aria-label": "Message actions" }, quick, more);
}

function pickTool(message) {
  const button = h("button", { type: "button", class: "tool", "aria-label": "Add reaction" }, icon("smile"));
  button.addEventListener("click", () => pickReaction(message, { anchor: button }));
  return button;
}

/** @param {object} message @param {{anchor?: Element, point?: {x: number, y: number}}} place */
export function openMessageMenu(message, place) {
  const menu = openMenu(itemsFor(message, place), {
    ...place,
    label: "Message actions",
    head: isEphemeral(message) ? null : quickRow(message, () => menu),
  });
}

function quickRow(message, menu) {
  const act = (char) => {
    menu().close();
    toggle(message, char);
  };
  return h(
    "div",
    { class: "menu-quick" },
    [...QUICK, "📌"].map((char) =>
      h(
        "button",
        {
          type: "button",
          role: "menuitem",
          tabindex: "-1",
          "aria-label": `React with ${char}`,
          on: { click: () => act(char) },
        },
        char,
      ),
    ),
  );
}

function itemsFor(message, place) {
  const items = [];
  if (!isEphemeral(message))
    items.push({ label: "Add Reaction", icon: "smile", act: () => pickReaction(message, place) });
  const apps = commands().filter(
    (command) => command.type === COMMAND.message && mayUse(command, message.channel_id),
  );
  if (apps.length && !isEphemeral(message))
    items.push({ label: "Apps", icon: "apps", sub: apps.map((command) => app(command, message)) });
  if (message.content) items.push({ label: "Copy Text", icon: "copy", act: () => copy(message.content) });
  if (mayDelete(message))
    items.push({ label: "Delete Message", icon: "bin", danger: true, act: () => erase(message) });
  return [...items, null, { label: "Copy Message ID", icon: "id", act: () => copy(message.id) }];
}

const app = (command, message) => ({
  label: command.name,
  icon: "apps",
  act: () =>
    invoke(command.name, message.channel_id, { target: message.id }).catch((error) =>
      complain(error.message),
    ),
});

const mayDelete = (message) =>
  !isEphemeral(message) &&
  (message.author.id === self()?.id || may(ALLOW.manageMessages, message.channel_id));

async function erase(message) {
  await api
    .remove(self().name, { channel_id: message.channel_id, message_id: message.id })
    .catch((error) => complain(error.message));
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    tell(narrow() ? "Copied" : "Copied to the clipboard");
  } catch {
    complain("The browser did not allow copying.");
  }
}
