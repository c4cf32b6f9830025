/** What can be done with a message: its bar on hover, its context menu. */

import * as api from "./api.js";
import { button, h, narrow } from "./dom.js";
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
  const more = tool("More", () => openMessageMenu(message, { anchor: more }), icon("more"));
  more.dataset.key = "more";
  const smile = tool("Add reaction", () => pickReaction(message, { anchor: smile }), icon("smile"));
  const quick = QUICK.map((char) => tool(`React with ${char}`, () => toggle(message, char), char));
  const tools = isEphemeral(message) ? [more] : [...quick, smile, more];
  return h("div", { class: "toolbar", role: "group", "aria-label": "Message actions" }, tools);
}

const tool = (label, act, sign) => button({ class: "tool", "aria-label": label }, act, sign);

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
  const quick = (char) =>
    button({ role: "menuitem", tabindex: "-1", "aria-label": `React with ${char}` }, () => act(char), char);
  return h("div", { class: "menu-quick" }, [...QUICK, "📌"].map(quick));
}

function itemsFor(message, place) {
  const isPublic = !isEphemeral(message);
  const fits = (command) => command.type === COMMAND.message && mayUse(command, message.channel_id);
  const apps = commands()
    .filter(fits)
    .map((command) => app(command, message));
  return [
    isPublic && { label: "Add Reaction", icon: "smile", act: () => pickReaction(message, place) },
    isPublic && apps.length && { label: "Apps", icon: "apps", sub: apps },
    message.content && { label: "Copy Text", icon: "copy", act: () => copy(message.content) },
    mayDelete(message) && { label: "Delete Message", icon: "bin", danger: true, act: () => erase(message) },
    null,
    { label: "Copy Message ID", icon: "id", act: () => copy(message.id) },
  ].filter((item) => item === null || item);
}

const app = ({ name }, message) => ({
  label: name,
  icon: "apps",
  act: () =>
    invoke(name, message.channel_id, { target: message.id }).catch((error) => complain(error.message)),
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
