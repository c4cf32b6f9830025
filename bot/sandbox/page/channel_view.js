/** A channel or thread as people see it: head, messages or posts, input line. */

import { Composer } from "./composer.js";
import { fill, h } from "./dom.js";
import { Forum } from "./forum.js";
import { icon } from "./icon.js";
import { channelIcon, inlineMarkup } from "./markup.js";
import { on } from "./news.js";
import { go } from "./place.js";
import { Timeline } from "./timeline.js";
import { TYPE, channel as channelOf, isArchived, isThread } from "./world.js";

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

  focus() {
    this.parts.at(-1).focus();
  }

  drawHead() {
    const channel = channelOf(this.channel.id) ?? this.channel;
    const parent = isThread(channel) && !this.side ? channelOf(channel.parent_id) : null;
    const name = h("h2", { class: "channel-title" }, channelIcon(channel), channel.name);
    const close = () => go({ thread: null });
    fill(
      this.head,
      this.lead(),
      parent && [
        h(
          "button",
          { type: "button", class: "channel-parent", on: { click: () => go({ channel: parent.id }) } },
          channelIcon(parent),
          parent.name,
        ),
        icon("right"),
      ],
      name,
      isArchived(channel) &&
        h("span", { class: "channel-state" }, channel.thread_metadata.locked ? "Locked" : "Archived"),
      channel.topic && h("p", { class: "channel-topic", title: channel.topic }, inlineMarkup(channel.topic)),
      h("span", { class: "spring" }),
      this.buttons(),
      this.side &&
        h(
          "button",
          { type: "button", class: "icon-button", "aria-label": "Close thread", on: { click: close } },
          icon("close"),
        ),
    );
  }
}
