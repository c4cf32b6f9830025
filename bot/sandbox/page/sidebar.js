/** The left side: the rail of guilds, the list of channels with their threads, the person below. */

import { guildMark } from "./avatar.js";
import { append, button, fill, h } from "./dom.js";
import { icon, iconButton } from "./icon.js";
import { channelIcon } from "./markup.js";
import { on } from "./news.js";
import { userPanel } from "./people.js";
import { ALLOW, may } from "./permission.js";
import { go, here } from "./place.js";
import { callsAltogether, callsIn, isUnread } from "./unread.js";
import { TYPE, channels, find, guild, isArchived, self, threadsOf } from "./world.js";

const folded = new Set();

/** Fill the sidebar and keep it true. @param {HTMLElement} node @param {{onFaults: () => void}} acts */
export function drawSidebar(node, { onFaults }) {
  const rail = h("nav", { class: "rail", "aria-label": "Servers" });
  const list = h("div", { class: "channel-scroll" });
  const title = h("h1", { class: "guild-name" });
  const panel = h("div", { class: "user-panel" });
  const channelNav = h("nav", { class: "channels", "aria-label": "Channels" }, list);
  const gear = iconButton("gear", "Sandbox faults", onFaults, {
    class: "rail-gear",
    title: "Sandbox faults",
  });
  append(node, [
    rail,
    h("div", { class: "channel-column" }, h("header", { class: "guild-head" }, title), channelNav, panel),
  ]);
  const draw = () => {
    if (!guild()) return;
    title.textContent = guild().name;
    fill(rail, guildButton(), gear);
    const key = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    fill(list, branches(draw));
    if (key) list.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
    drawPerson(panel);
  };
  for (const topic of ["world", "unread", "ready"]) on(topic, draw);
  addEventListener("hashchange", draw);
  draw();
}

/** Only another person makes another panel: an open menu hangs on this one. */
function drawPerson(panel) {
  if (panel.dataset.person === self().name) return;
  const held = panel.contains(document.activeElement);
  panel.dataset.person = self().name;
  fill(panel, userPanel());
  if (held) panel.querySelector("button").focus();
}

function guildButton() {
  const { name } = guild();
  const calls = callsAltogether();
  const props = {
    class: "rail-guild",
    title: name,
    "aria-label": `${name}${calls ? `, ${calls} mentions` : ""}`,
    "aria-current": "true",
    data: { mark: guildMark(name) },
  };
  const home = () => document.querySelector(".channel")?.click();
  return h(
    "div",
    { class: "rail-slot active" },
    button(props, home),
    calls > 0 && badge(calls),
  );
}

const badge = (count) => h("span", { class: "badge", "aria-label": `${count} mentions` }, String(count));

function branches(redraw) {
  const all = channels().filter((channel) => channel.type === TYPE.category || may(ALLOW.view, channel.id));
  const tops = all.filter((channel) => channel.type !== TYPE.category && !channel.parent_id);
  const groups = all.filter((channel) => channel.type === TYPE.category);
  const inside = (group) => all.filter((channel) => channel.parent_id === group.id);
  return [
    tops.length > 0 && h("ul", { class: "channel-group" }, tops.map(room)),
    groups.map((group) => category(group, inside(group), redraw)),
  ];
}

function category(group, inside, redraw) {
  const shut = folded.has(group.id);
  const toggle = () => {
    if (!folded.delete(group.id)) folded.add(group.id);
    redraw();
  };
  const shown = shut ? inside.filter((channel) => isUnread(channel.id) || isOpen(channel)) : inside;
  const props = { class: ["category", shut && "shut"], "aria-expanded": !shut, data: { key: group.id } };
  const head = button(props, toggle, icon("category"), group.name);
  return h("section", { class: "channel-group" }, head, h("ul", {}, shown.map(room)));
}

const isOpen = (channel) => find(here().channel)?.id === channel.id;
const isShown = (thread) => !isArchived(thread) || [here().thread, here().channel].includes(thread.id);

function room(channel) {
  const threads = threadsOf(channel.id)
    .filter(isShown)
    .map((thread) => h("li", {}, entry(thread, true)));
  const below = { class: "threads", "aria-label": `Threads in ${channel.name}` };
  return h("li", {}, entry(channel), threads.length > 0 && h("ul", below, threads));
}

function entry(channel, isBelow = false) {
  const unread = !isOpen(channel) && isUnread(channel.id);
  const calls = callsIn(channel.id);
  const visit = (event) => {
    event.preventDefault();
    go({ channel: isBelow ? channel.id : nameFor(channel), thread: null });
  };
  const props = {
    class: ["channel", unread && "unread", isBelow && "channel-thread"],
    href: `#channel=${channel.id}`,
    "aria-current": isOpen(channel) ? "page" : null,
    data: { key: channel.id },
    on: { click: visit },
  };
  const name = h("span", { class: "channel-name" }, channel.name);
  const marks = [unread && h("span", { class: "spoken" }, "unread"), calls > 0 && badge(calls)];
  return h("a", props, !isBelow && channelIcon(channel), name, marks);
}

/** Links read better with names, where a name leads back to the same channel. */
export const nameFor = (channel) => (find(channel.name)?.id === channel.id ? channel.name : channel.id);
