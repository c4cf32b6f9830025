/** A channel's messages as one long scroll: newest below, older ones read when the top comes near. */

import { button, h } from "./dom.js";
import { load, newest, shelf, trim } from "./history.js";
import { icon } from "./icon.js";
import { channelIcon } from "./markup.js";
import { continues, messageItem, original } from "./message.js";
import { on } from "./news.js";
import { later } from "./snowflake.js";
import { day, sameDay } from "./time.js";
import { lastRead, markRead } from "./unread.js";
import { isThread } from "./world.js";

const NEAR = 80;

export class Timeline {
  /** @param {object} channel */
  constructor(channel) {
    this.channel = channel;
    this.list = h("ol", { class: "messages", role: "list" });
    this.head = h("div", { class: "timeline-head" });
    this.scroll = h("div", { class: "scroll", tabindex: "-1" }, this.head, this.list);
    this.jump = button({ class: "jump", hidden: true }, () => this.toEnd(), "Jump to present ", icon("down"));
    const log = {
      class: "timeline",
      role: "log",
      "aria-label": `Messages in ${channel.name}`,
      "aria-live": "polite",
    };
    this.node = h("div", log, this.scroll, this.jump);
    this.drawn = new Map();
    this.readUntil = lastRead(channel.id);
    this.readTo = null;
    this.atEnd = true;
    this.scroll.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.list.addEventListener("keydown", (event) => this.steer(event));
    const seen = () => this.markSeen();
    document.addEventListener("visibilitychange", seen);
    // Pictures and the keyboard change heights after the fact: who was at the end stays there.
    this.watch = new ResizeObserver(() => this.atEnd && this.toEnd());
    this.watch.observe(this.list);
    this.watch.observe(this.scroll);
    this.stops = [
      on("messages", (id) => [channel.id, channel.parent_id].includes(id) && this.draw()),
      on("world", () => this.redraw()),
      () => document.removeEventListener("visibilitychange", seen),
      () => this.watch.disconnect(),
    ];
    this.open();
  }

  open() {
    const known = () => {
      this.readTo ??= newest(this.channel.id)?.id ?? null;
    };
    if (shelf(this.channel.id).loaded) known();
    this.draw();
    load(this.channel.id).then(known);
  }

  dispose() {
    for (const stop of this.stops) stop();
  }

  /** Names or colours changed: nothing drawn can be trusted. */
  redraw() {
    this.drawn.clear();
    this.draw();
  }

  draw() {
    if (this.atEnd) trim(this.channel.id);
    const place = shelf(this.channel.id);
    const { scrollHeight, scrollTop } = this.scroll;
    const first = this.list.firstElementChild;
    this.fresh = new Map();
    this.patch(this.rows(place));
    this.drawn = this.fresh;
    this.head.replaceChildren(...this.opening(place));
    if (this.atEnd) this.toEnd();
    else if (first && first !== this.list.firstElementChild)
      this.scroll.scrollTop = scrollTop + this.scroll.scrollHeight - scrollHeight;
    this.markSeen();
  }

  rows(place) {
    const rows = [];
    let before = null;
    let divided = false;
    for (const message of place.list) {
      if (!before || !sameDay(before.timestamp, message.timestamp)) {
        rows.push(this.keep(`day ${message.id}`, "", () => divider(day(new Date(message.timestamp)))));
        before = null;
      }
      if (!divided && this.isNew(message)) {
        rows.push(this.keep("new", message.id, () => divider("New", "divider-new")));
        divided = true;
        before = null;
      }
      const compact = continues(message, before);
      rows.push(
        this.keep(message.id, `${message.revision} ${original(message).revision} ${compact}`, () =>
          messageItem(message, compact),
        ),
      );
      before = message;
    }
    return rows;
  }

  /** Unread when the channel was opened, not what came while one looked. */
  isNew({ id }) {
    return (
      Boolean(this.readUntil) && later(id, this.readUntil) && Boolean(this.readTo) && !later(id, this.readTo)
    );
  }

  /** The element drawn before, while nothing about it changed. */
  keep(key, version, make) {
    const known = this.drawn.get(key);
    const entry = known?.version === version ? known : { version, node: make() };
    this.fresh.set(key, entry);
    return entry.node;
  }

  /** Bring the list to these rows, touching only what differs; focus survives the redrawing of its message. */
  patch(rows) {
    const held = this.holdFocus();
    const wanted = new Set(rows);
    for (const node of [...this.list.children]) if (!wanted.has(node)) node.remove();
    let cursor = this.list.firstElementChild;
    for (const node of rows) {
      if (node === cursor) cursor = cursor.nextElementSibling;
      else this.list.insertBefore(node, cursor);
    }
    for (const node of rows) if (node.matches(".message")) node.tabIndex = -1;
    this.list.querySelector(".message:last-of-type")?.setAttribute("tabindex", "0");
    held?.();
  }

  holdFocus() {
    const focused = document.activeElement;
    const item = focused?.closest?.(".message");
    if (!item || !this.list.contains(item)) return null;
    const { id } = item.dataset;
    const { key } = focused.dataset;
    return () => {
      if (item.isConnected) return;
      const next = this.list.querySelector(`.message[data-id="${CSS.escape(id)}"]`);
      const twin = key && next?.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
      // The message first: some of its buttons show only while the focus is within.
      for (const node of [next, twin]) node?.focus({ preventScroll: true });
    };
  }

  opening({ failed, loaded, complete }) {
    const again = () => button({ class: "as-link" }, () => load(this.channel.id), "Try again");
    if (failed) return [h("p", { class: "timeline-failed", role: "alert" }, failed, " ", again())];
    if (!loaded) return [40, 77, 64, 51, 88, 75].map(skeleton);
    return [
      complete ? welcome(this.channel) : h("p", { class: "timeline-older" }, "Loading older messages…"),
    ];
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroll;
    this.atEnd = scrollHeight - scrollTop - clientHeight < NEAR;
    this.jump.hidden = scrollHeight - scrollTop - clientHeight < clientHeight;
    if (scrollTop < NEAR * 3 && shelf(this.channel.id).loaded) load(this.channel.id, { older: true });
    this.markSeen();
  }

  toEnd() {
    this.scroll.scrollTop = this.scroll.scrollHeight;
    this.atEnd = true;
  }

  markSeen() {
    if (this.atEnd && this.node.isConnected && document.visibilityState === "visible")
      markRead(this.channel.id, newest(this.channel.id)?.id);
  }

  steer(event) {
    if (!event.target.classList.contains("message")) return;
    const items = [...this.list.querySelectorAll(".message")];
    const at = items.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    items[to]?.focus();
    items[to]?.scrollIntoView({ block: "nearest" });
  }
}

const divider = (text, kind = "") =>
  h("li", { class: ["divider", kind] }, h("span", {}, text));

const skeleton = (width) =>
  h("div", { class: "skeleton", "aria-hidden": "true", style: { "--width": `${width}%` } });

function welcome(channel) {
  const name = isThread(channel) ? channel.name : `#${channel.name}`;
  const what = `This is the start of the ${name} ${isThread(channel) ? "thread" : "channel"}.`;
  const title = h("h2", {}, isThread(channel) ? name : `Welcome to ${name}!`);
  const sign = h("span", { class: "welcome-sign" }, channelIcon(channel));
  return h("div", { class: "welcome" }, sign, title, h("p", {}, what, channel.topic && ` ${channel.topic}`));
}
