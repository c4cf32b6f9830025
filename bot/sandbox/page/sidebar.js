/** The left side: the rail of guilds, the list of channels with their threads, the person below. */

import { guildMark } from "./avatar.js";
import { fill, h } from "./dom.js";
import { icon } from "./icon.js";
import { channelIcon } from "./markup.js";
import { on } from "./news.js";
import { userPanel } from "./people.js";
import { ALLOW, may } from "./permission.js";
import { go, here } from "./place.js";
import { callsAltogether, callsIn, isUnread } from "./unread.js";
import { TYPE, channels, find, guild, isArchived, threadsOf } from "./world.js";

const folded = new Set();

/** Fill the sidebar and keep it true. @param {HTMLElement} node @param {{onFaults: () => void}} acts */
export function drawSidebar(node, { onFaults }) {
  const rail = h("nav", { class: "rail", "aria-label": "Servers" });
  const list = h("div", { class: "channel-scroll" });
  const title = h("h1", { class: "guild-name" });
  const panel = h("div", { class: "user-panel" });
  node.append(
    rail,
    h(
      "div",
      { class: "channel-column" },
      h("header", { class: "guild-head" }, title),
      h("nav", { class: "channels", "aria-label": "Channels" }, list),
      panel,
    ),
  );
  const draw = () => {
    if (!guild()) return;
    title.textContent = guild().name;
    fill(
      rail,
      guildButton(),
      h(
        "button",
        {
          type: "button",
          class: "rail-gear",
          "aria-label": "Sandbox faults",
          title: "Sandbox faults",
          on: { click: onFaults },
        },
        icon("gear"),
      ),
    );
    const key = list.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    fill(list, branches(draw));
    if (key) list.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
    fill(panel, userPanel());
  };
  for (const topic of ["world", "unread", "ready"]) on(topic, draw);
  addEventListener("hashchange", draw);
  draw();
}

function guildButton() {
  const calls = callsAltogether();
  return h(
    "div",
    { class: "rail-slot active" },
    h(
      "button",
      {
        type: "button",
        class: "rail-guild",
        title: guild().name,
        "aria-label": `${guild().name}${calls ? `, ${calls} mentions` : ""}`,
        "aria-current": "true",
      },
      guildMark(guild().name),
    ),
    calls ? badge(calls) : null,
  );
}

const badge = (count) => h("span", { class: "badge", "aria-label": `${count} mentions` }, String(count));

function branches(redraw) {
  const all = channels().filter((channel) => channel.type === TYPE.category || may(ALLOW.view, channel.id));
  const tops = all.filter((channel) => channel.type !== TYPE.category && !channel.parent_id);
  const groups = all.filter((channel) => channel.type === TYPE.category);
  return [
    tops.length ? h("ul", { class: "channel-group" }, tops.map(room)) : null,
    groups.map((group) =>
      category(
        group,
        all.filter(({ parent_id: parent }) => parent === group.id),
        redraw,
      ),
    ),
  ];
}

function category(group, inside, redraw) {
  const shut = folded.has(group.id);
  const toggle = () => {
    if (!folded.delete(group.id)) folded.add(group.id);
    redraw();
  };
  const shown = shut ? inside.filter((channel) => isUnread(channel.id) || isOpen(channel)) : inside;
  return h(
    "section",
    { class: "channel-group" },
    h(
      "button",
      {
        type: "button",
        class: ["category", shut && "shut"],
        "aria-expanded": !shut,
        data: { key: group.id },
        on: { click: toggle },
      },
      icon("category"),
      group.name,
    ),
    h("ul", {}, shown.map(room)),
  );
}

const isOpen = (channel) => find(here().channel)?.id === channel.id;

function room(channel) {
  const threads = threadsOf(channel.id).filter(
    (thread) => !isArchived(thread) || [here().thread, here().channel].includes(thread.id),
  );
  return h(
    "li",
    {},
    entry(channel),
    threads.length
      ? h(
          "ul",
          { class: "threads", "aria-label": `Threads in ${channel.name}` },
          threads.map((thread) => h("li", {}, entry(thread, true))),
        )
      : null,
  );
}

function entry(channel, isBelow = false) {
  const unread = !isOpen(channel) && isUnread(channel.id);
  const calls = callsIn(channel.id);
  return h(
    "a",
    {
      class: ["channel", unread && "unread", isBelow && "channel-thread"],
      href: `#channel=${channel.id}`,
      "aria-current": isOpen(channel) ? "page" : null,
      data: { key: channel.id },
      on: {
        click: (event) => {
          event.preventDefault();
          go({ channel: isBelow ? channel.id : nameFor(channel), thread: null });
        },
      },
    },
    isBelow ? null : channelIcon(channel),
    h("span", { class: "channel-name" }, channel.name),
    unread && h("span", { class: "spoken" }, "unread"),
    calls ? badge(calls) : null,
  );
}

/** Links read better with names, where a name leads back to the same channel. */
export const nameFor = (channel) => (find(channel.name)?.id === channel.id ? channel.name : channel.id);
