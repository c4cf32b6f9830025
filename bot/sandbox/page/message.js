/** One message: who, when, what, and everything that hangs below it. */

import { attachments } from "./attachment.js";
import { avatar, botTag } from "./avatar.js";
import { callMark, pinged } from "./call.js";
import { components } from "./component.js";
import { h } from "./dom.js";
import { embeds } from "./embed.js";
import { isJumbo } from "./emoji.js";
import { dismiss, get, isEphemeral } from "./history.js";
import { dots, icon } from "./icon.js";
import { markup } from "./markup.js";
import { openMessageMenu, toolbar } from "./message_menu.js";
import { THREAD_START, authorOf, invoker, origin } from "./origin.js";
import { go } from "./place.js";
import { reactions } from "./reaction.js";
import { calendar, full, time } from "./time.js";
import { pingsMe } from "./unread.js";
import { channel as channelOf, colourOf, threads } from "./world.js";

const THINKING = 128;
const TYPE = { pin: 6, threadMade: 18 };
const GROUPED_FOR = 420_000;
const HOLD = 500;

/** Does the message continue what its author just said? */
export function continues(message, before) {
  return (
    Boolean(before) &&
    before.author.id === message.author.id &&
    !invoker(message) &&
    !message.message_reference &&
    !system(message) &&
    !system(before) &&
    isEphemeral(message) === isEphemeral(before) &&
    new Date(message.timestamp) - new Date(before.timestamp) < GROUPED_FOR
  );
}

const system = (message) => [TYPE.pin, TYPE.threadMade].includes(message.type);

/** @param {object} message @param {boolean} compact without head, below another of the same author */
export function messageItem(message, compact) {
  if (system(message)) return systemLine(message);
  const node = h(
    "li",
    {
      class: [
        "message",
        compact && "compact",
        pingsMe(message) && "calls-me",
        isEphemeral(message) && "ephemeral",
        message.local && "local",
      ],
      tabindex: "-1",
      data: { id: message.id, pinged: pinged(message) || null },
    },
    h(
      "article",
      { "aria-label": `${authorOf(message).name}, ${calendar(new Date(message.timestamp))}` },
      origin(message),
      head(message, compact),
      h("div", { class: "message-body" }, compact && callMark(message), body(message), foot(message)),
    ),
    message.local ? null : toolbar(message),
  );
  if (!message.local) listen(node, message);
  return node;
}

function head(message, compact) {
  const date = new Date(message.timestamp);
  const author = authorOf(message);
  const stamp = (text) =>
    h("time", { class: "message-time", datetime: message.timestamp, title: full(date) }, text);
  if (compact) return h("span", { class: "message-gutter" }, stamp(time(date)));
  return [
    avatar(author),
    h(
      "h3",
      { class: "message-head" },
      h("span", { class: "author", style: { color: colourOf(message.author.id) } }, author.name),
      (message.author.bot || author.bot) && botTag(),
      stamp(calendar(date)),
      message.pinned && h("span", { class: "message-pin" }, icon("pin", "Pinned")),
      callMark(message),
    ),
  ];
}

function body(message) {
  if (message.sending) return h("div", { class: "thinking" }, message.sending);
  if (message.flags & THINKING)
    return h("div", { class: "thinking", role: "status" }, dots(), `${authorOf(message).name} is thinking…`);
  const shown = original(message);
  return [
    message.error && h("div", { class: "failure", role: "alert" }, icon("warn"), message.error),
    content(shown),
    attachments(shown),
    embeds(shown),
    shown.components?.length ? h("div", { class: "components" }, components(shown)) : null,
    shown.failure && h("div", { class: "failure", role: "alert" }, icon("warn"), shown.failure),
  ];
}

/** A thread begins with the message it hangs on, which lives on in the channel above. */
export function original(message) {
  const first = message.type === THREAD_START ? message.referenced_message : null;
  return first ? (get(first.channel_id, first.id) ?? first) : message;
}

function content(message) {
  if (!message.content) return null;
  return h(
    "div",
    { class: ["content", isJumbo(message.content) && "jumbo"] },
    markup(message.content),
    message.edited_timestamp &&
      h(
        "time",
        {
          class: "edited",
          datetime: message.edited_timestamp,
          title: full(new Date(message.edited_timestamp)),
        },
        " (edited)",
      ),
  );
}

const foot = (message) => [
  reactions(message),
  threadBelow(message),
  isEphemeral(message) && onlyYou(message),
];

function threadBelow(message) {
  const thread = threads().find(({ id }) => id === message.id) ?? message.thread;
  if (!thread || channelOf(message.channel_id)?.id === thread.id) return null;
  const count = thread.message_count ?? 0;
  return h(
    "button",
    {
      type: "button",
      class: "thread-card",
      data: { key: "thread" },
      on: { click: () => go({ thread: thread.id }) },
    },
    h(
      "span",
      { class: "thread-card-head" },
      h("strong", {}, thread.name),
      h(
        "span",
        { class: "thread-card-count" },
        `${count || "See"} ${count === 1 ? "Message" : count ? "Messages" : "Thread"} ›`,
      ),
    ),
    h("small", {}, count ? "Open the thread to read on." : "There are no recent messages in this thread."),
  );
}

const onlyYou = (message) =>
  h(
    "div",
    { class: "only-you" },
    icon("eye"),
    "Only you can see this • ",
    h(
      "button",
      { type: "button", class: "as-link", on: { click: () => dismiss(message.channel_id, message.id) } },
      "Dismiss message",
    ),
  );

function systemLine(message) {
  const did =
    message.type === TYPE.pin
      ? " pinned a message to this channel."
      : ` started a thread: ${message.content}`;
  return h(
    "li",
    { class: "message system", tabindex: "-1", data: { id: message.id } },
    icon(message.type === TYPE.pin ? "pin" : "thread"),
    h(
      "span",
      {},
      h("strong", {}, authorOf(message).name),
      did,
      h("time", { class: "message-time" }, calendar(new Date(message.timestamp))),
    ),
  );
}

/** The menu comes by right click, by its key, or under a finger that stays. */
function listen(node, message) {
  let timer = null;
  const open = (point) => openMessageMenu(message, { point });
  const still = () => clearTimeout(timer);
  node.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a, input, textarea") || (event.button === 2 && String(getSelection()))) return;
    event.preventDefault();
    still();
    const rect = node.getBoundingClientRect();
    open(
      event.clientX || event.clientY
        ? { x: event.clientX, y: event.clientY }
        : { x: rect.left + 80, y: rect.top + 20 },
    );
  });
  node.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" || event.target.closest("button, a")) return;
    timer = setTimeout(() => open({ x: event.clientX, y: event.clientY }), HOLD);
  });
  for (const name of ["pointerup", "pointermove", "pointercancel"])
    node.addEventListener(name, still, { passive: true });
}
