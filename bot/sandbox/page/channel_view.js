/** A channel or thread as people see it: head, messages or posts, input line. */

import { Composer } from "./composer.js";
import { button, fill, h } from "./dom.js";
import { Forum } from "./forum.js";
import { icon, iconButton } from "./icon.js";
import { channelIcon, inlineMarkup } from "./markup.js";
import { on } from "./news.js";
import { go } from "./place.js";
import { Timeline } from "./timeline.js";
import { TYPE, channel as channelOf, isThread } from "./world.js";

export class ChannelView {
  /**
   * @param {object} channel
   * @param {{side?: boolean, buttons?: () => Node[], lead?: () => Node}} options side: the panel of a thread beside its channel
   */
  constructor(channel, { side = false, buttons = () => [], lead = () => null } = {}) {
    Object.assign(this, { channel, side, buttons, lead });
    this.head = h("header", { class: "channel-head" });
    this.parts =
      channel.type === TYPE.forum
        ? [new Forum(channel)]
        : [new Timeline(channel), new Composer(channel, { primary: !side })];
    this.node = h(
      "section",
      { class: "channel-view", "aria-label": channel.name },
      this.head,
      this.parts.map((part) => part.node),
    );
    this.stop = on("world", () => this.drawHead());
    this.drawHead();
  }

  dispose() {
    this.stop();
    for (const part of this.parts) part.dispose();
  }

  /** The input line, if people can write here. */
  get composer() {
    const last = this.parts.at(-1);
    return last instanceof Composer ? last : null;
  }

  focus() {
    this.parts.at(-1).focus();
  }

  drawHead() {
    const channel = channelOf(this.channel.id) ?? this.channel;
    const { archived, locked } = channel.thread_metadata ?? {};
    const about = { class: "channel-topic", title: channel.topic };
    fill(this.head, [
      this.lead(),
      !this.side && isThread(channel) && above(channel),
      h("h2", { class: "channel-title" }, channelIcon(channel), channel.name),
      archived && h("span", { class: "channel-state" }, locked ? "Locked" : "Archived"),
      channel.topic && h("p", about, inlineMarkup(channel.topic)),
      h("span", { class: "spring" }),
      this.buttons(),
      this.side && iconButton("close", "Close thread", () => go({ thread: null })),
    ]);
  }
}

/** The way from a thread up to its channel. */
function above(thread) {
  const parent = channelOf(thread.parent_id);
  const climb = () => go({ channel: parent.id });
  return (
    parent && [button({ class: "channel-parent" }, climb, channelIcon(parent), parent.name), icon("right")]
  );
}
