/** A forum: its posts, newest talk first, to be narrowed by tags. */

import { fetchMessage } from "./api.js";
import { avatar } from "./avatar.js";
import { button, fill, h } from "./dom.js";
import { label } from "./emoji.js";
import { get } from "./history.js";
import { icon } from "./icon.js";
import { emit, on } from "./news.js";
import { go } from "./place.js";
import { compareIds, madeAt } from "./snowflake.js";
import { relative } from "./time.js";
import { isUnread } from "./unread.js";
import { isArchived, self, threadsOf, user as userOf } from "./world.js";

const starters = new Map();

export class Forum {
  /** @param {object} channel */
  constructor(channel) {
    this.channel = channel;
    this.chosen = new Set();
    this.node = h("div", { class: "forum", role: "region", "aria-label": `Posts in ${channel.name}` });
    this.stops = ["world", "unread", "messages", "starter"].map((topic) => on(topic, () => this.draw()));
    this.draw();
  }

  dispose() {
    for (const stop of this.stops) stop();
  }

  focus() {}

  draw() {
    const tags = this.channel.available_tags ?? [];
    const posts = threadsOf(this.channel.id)
      .filter(({ applied_tags: own = [] }) => [...this.chosen].every((id) => own.includes(id)))
      .sort((a, b) => isArchived(a) - isArchived(b) || compareIds(lastOf(b), lastOf(a)));
    const key = this.node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    fill(
      this.node,
      tags.length
        ? h(
            "div",
            { class: "forum-tags", role: "group", "aria-label": "Filter by tag" },
            tags.map((tag) => this.filter(tag)),
          )
        : null,
      h(
        "ul",
        { class: "posts" },
        posts.map((post) => h("li", {}, card(post, tags))),
      ),
      posts.length ? null : h("p", { class: "forum-empty" }, "There are no posts here yet."),
    );
    if (key) this.node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
    for (const post of posts) this.fetch(post);
  }

  filter(tag) {
    const toggle = () => {
      if (!this.chosen.delete(tag.id)) this.chosen.add(tag.id);
      this.draw();
    };
    const props = {
      class: "forum-tag",
      "aria-pressed": this.chosen.has(tag.id),
      data: { key: `tag ${tag.id}` },
    };
    return button(props, toggle, tagWords(tag));
  }

  /** The first message of a post, of which the list shows the beginning. */
  async fetch({ id }) {
    if (starters.has(id)) return;
    starters.set(id, null);
    starters.set(id, await fetchMessage(id, self()?.name).catch(() => null));
    emit("starter");
  }
}

const lastOf = (post) => post.last_message_id ?? post.id;
const tagWords = (tag) => [
  tag.emoji_name && h("span", { class: "emoji" }, label({ name: tag.emoji_name, id: tag.emoji_id })),
  tag.name,
];

/** The beginning of what a post says. */
const beginning = ({ content, embeds: [embed] = [] }) =>
  (content || embed?.title || embed?.description || "").slice(0, 200);

function card(post, tags) {
  const starter = get(post.id, post.id) ?? starters.get(post.id);
  const own = tags.filter(({ id }) => post.applied_tags?.includes(id));
  const kinds = ["post", isUnread(post.id) && "unread", isArchived(post) && "archived"];
  return button(
    { class: kinds, data: { key: post.id } },
    () => go({ thread: post.id }),
    own.length > 0 &&
      h(
        "span",
        { class: "post-tags" },
        own.map((tag) => h("span", { class: "post-tag" }, tagWords(tag))),
      ),
    h("strong", { class: "post-name" }, post.name),
    excerpt(post, starter),
    foot(post, starter),
  );
}

function excerpt(post, starter) {
  const author = userOf(post.owner_id ?? starter?.author.id);
  const head = author && [avatar(author, "avatar-tiny"), h("b", {}, `${author.name}: `)];
  return h("span", { class: "post-words" }, head, starter && beginning(starter));
}

function foot(post, starter) {
  const counts = (starter?.reactions ?? []).map((one) =>
    h("span", { class: "post-reaction" }, `${label(one.emoji)} ${one.count}`),
  );
  const when = [" · ", relative(madeAt(lastOf(post))), isArchived(post) && " · closed"];
  return h("span", { class: "post-foot" }, counts, icon("thread"), String(post.message_count ?? 0), when);
}
