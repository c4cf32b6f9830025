/** The page: sidebar, channel, thread, members; where the hash says one is. */

import { fetchWorld } from "./api.js";
import { ChannelView } from "./channel_view.js";
import { fill, h } from "./dom.js";
import { closeDrawers, openDrawer, setUpDrawers } from "./drawer.js";
import { openFaults } from "./fault.js";
import { forget } from "./history.js";
import { iconButton } from "./icon.js";
import { on } from "./news.js";
import { setUpKeyboard } from "./keyboard.js";
import { memberGroups } from "./people.js";
import { go, here, onMove } from "./place.js";
import { closePopovers } from "./popover.js";
import { drawSidebar } from "./sidebar.js";
import { isOnline, isTorn, watch } from "./stream.js";
import { startTicking } from "./time.js";
import { callsAltogether } from "./unread.js";
import {
  TYPE,
  become,
  channel as channelOf,
  channels,
  find,
  guild,
  isThread,
  people,
  personNamed,
  take,
} from "./world.js";

const part = (name) => document.getElementById(name);
const parts = {
  main: part("main"),
  side: part("side"),
  members: part("members"),
  sidebar: part("sidebar"),
  notice: part("notice"),
};
const views = { main: null, side: null };
let watching = null;

const faults = () => go({ panel: here().panel === "faults" ? null : "faults" });
const toggleMembers = () =>
  matchMedia("(max-width: 1100px)").matches
    ? openDrawer("members")
    : document.body.classList.toggle("without-members");
const lead = () => iconButton("menu", "Channels", () => openDrawer("sidebar"), { class: "icon-button lead" });
const buttons = () => [iconButton("people", "Members", toggleMembers, { title: "Members" })];

/** Put a channel where it belongs, unless it is there already. */
function place(slot, channel, options) {
  const view = views[slot];
  if ((view?.channel.id ?? null) === (channel?.id ?? null)) return;
  view?.dispose();
  views[slot] = channel ? new ChannelView(channel, options) : null;
  fill(parts[slot], views[slot]?.node);
  views[slot]?.focus();
}

const firstRoom = () => channels().find((channel) => ![TYPE.category, TYPE.forum].includes(channel.type));

function arrive() {
  const { person, channel: wanted, thread, panel } = here();
  if (people().length && !personNamed(person)) {
    go({ person: people()[0].name }, { replace: true });
    return;
  }
  if (person !== watching) {
    follow(person);
    return;
  }
  if (!guild()) return;
  const channel = find(wanted) ?? firstRoom();
  if (!channel) return;
  if (!find(wanted)) go({ channel: channel.name }, { replace: true });
  const beside = channelOf(thread);
  const shown = beside && isThread(beside) && beside.id !== channel.id ? beside : null;
  place("main", channel, { lead, buttons });
  place("side", shown, { side: true });
  parts.side.hidden = !shown;
  document.body.classList.toggle("with-side", Boolean(shown));
  openFaults(panel === "faults");
  title();
}

/** Look through somebody's eyes. */
function follow(person) {
  watching = person;
  become(person);
  reset();
  watch(person);
}

function reset() {
  for (const slot of ["main", "side"]) place(slot, null);
  forget();
}

function title() {
  const calls = callsAltogether();
  document.title = `${calls ? `(${calls}) ` : ""}#${views.main?.channel.name ?? ""} | ${guild()?.name ?? "Sandbox"}`;
}

function notice() {
  parts.notice.hidden = isOnline() || !isTorn();
  fill(
    parts.notice,
    isTorn() && [
      h("span", { class: "spinner", "aria-hidden": "true" }),
      "Connection lost. Trying to reconnect…",
    ],
  );
}

function ready() {
  reset();
  arrive();
}

setUpDrawers(parts);
setUpKeyboard(() => (views.side ?? views.main)?.composer);
drawSidebar(parts.sidebar, { onFaults: faults });
on("world", () => {
  fill(parts.members, memberGroups());
  if (views.main && !channelOf(views.main.channel.id)) place("main", null);
  arrive();
});
on("unread", title);
on("connection", notice);
on("ready", ready);
onMove(() => {
  closePopovers();
  closeDrawers();
  arrive();
});
startTicking();
take(await fetchWorld());
