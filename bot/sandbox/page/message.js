/** One message: who, when, what, and everything that hangs below it. */

import { attachments } from "./attachment.js";
import { avatar, botTag } from "./avatar.js";
import { callMark, pinged } from "./call.js";
import { components } from "./component.js";
import { button, h } from "./dom.js";
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
import { colourOf, threads } from "./world.js";

const THINKING = 128;
const TYPE = { pin: 6, threadMade: 18 };
const GROUPED_FOR = 420_000;
const HOLD = 500;
const WANTED = ["pointerenter", "focusin"];

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
  const states = {
    compact,
    "calls-me": pingsMe(message),
    ephemeral: isEphemeral(message),
    local: message.local,
  };
  const kinds = ["message", ...Object.keys(states).filter((name) => states[name])];
  const said = [compact && callMark(message), body(message), foot(message)];
  const label = `${authorOf(message).name}, ${calendar(new Date(message.timestamp))}`;
  const parts = [origin(message), head(message, compact), h("div", { class: "message-body" }, said)];
  const props = { class: kinds, tabindex: "-1", data: { id: message.id, pinged: pinged(message) || null } };
  const node = h("li", props, h("article", { "aria-label": label }, parts));
  if (!message.local) {
    listen(node, message);
    growToolbar(node, message);
  }
  return node;
}

function head(message, compact) {
  const date = new Date(message.timestamp);
  const when = (text) =>
    h("time", { class: "message-time", datetime: message.timestamp, title: full(date) }, text);
  if (compact) return h("span", { class: "message-gutter" }, when(time(date)));
  const author = authorOf(message);
  const name = h("span", { class: "author", style: { color: colourOf(message.author.id) } }, author.name);
  const pin = message.pinned && h("span", { class: "message-pin" }, icon("pin", "Pinned"));
  const line = [
    name,
    (message.author.bot || author.bot) && botTag(),
    when(calendar(date)),
    pin,
    callMark(message),
  ];
  return [avatar(author), h("h3", { class: "message-head" }, line)];
}

const failure = (text) => text && h("div", { class: "failure", role: "alert" }, icon("warn"), text);

function body(message) {
  if (message.sending) return h("div", { class: "thinking" }, message.sending);
  const { name } = authorOf(message);
  if (message.flags & THINKING)
    return h("div", { class: "thinking", role: "status" }, dots(), `${name} is thinking…`);
  const shown = original(message);
  const below = shown.components?.length > 0 && h("div", { class: "components" }, components(shown));
  return [
    failure(message.error),
    content(shown),
    attachments(shown),
    embeds(shown),
    below,
    failure(shown.failure),
  ];
}

/** A thread begins with the message it hangs on, which lives on in the channel above. */
export function original(message) {
  const first = message.type === THREAD_START ? message.referenced_message : null;
  return first ? (get(first.channel_id, first.id) ?? first) : message;
}

function content({ content: text, edited_timestamp: edited }) {
  if (!text) return null;
  const about = edited && { class: "edited", datetime: edited, title: full(new Date(edited)) };
  const mark = edited && h("time", about, " (edited)");
  return h("div", { class: ["content", isJumbo(text) && "jumbo"] }, markup(text), mark);
}

const foot = (message) => [
  reactions(message),
  threadBelow(message),
  isEphemeral(message) && onlyYou(message),
];

function threadBelow(message) {
  const thread = threads().find(({ id }) => id === message.id) ?? message.thread;
  if (!thread || message.channel_id === thread.id) return null;
  const count = thread.message_count ?? 0;
  const more = count ? `${count} ${count === 1 ? "Message" : "Messages"} ›` : "See Thread ›";
  const head = [h("strong", {}, thread.name), h("span", { class: "thread-card-count" }, more)];
  const about = count ? "Open the thread to read on." : "There are no recent messages in this thread.";
  const open = () => go({ thread: thread.id });
  const props = { class: "thread-card", data: { key: "thread" } };
  return button(props, open, h("span", { class: "thread-card-head" }, head), h("small", {}, about));
}

function onlyYou(message) {
  const away = button({ class: "as-link" }, () => dismiss(message.channel_id, message.id), "Dismiss message");
  return h("div", { class: "only-you" }, icon("eye"), "Only you can see this • ", away);
}

function systemLine(message) {
  const isPin = message.type === TYPE.pin;
  const did = isPin ? " pinned a message to this channel." : ` started a thread: ${message.content}`;
  const when = h("time", { class: "message-time" }, calendar(new Date(message.timestamp)));
  const words = h("span", {}, h("strong", {}, authorOf(message).name), did, when);
  const props = { class: "message system", tabindex: "-1", data: { id: message.id } };
  return h("li", props, icon(isPin ? "pin" : "thread"), words);
}

/** The bar is made when first wanted: most messages are only read. */
function growToolbar(node, message) {
  const grow = () => {
    for (const name of WANTED) node.removeEventListener(name, grow);
    node.append(toolbar(message));
  };
  for (const name of WANTED) node.addEventListener(name, grow);
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
    const hit = event.clientX || event.clientY;
    open(hit ? { x: event.clientX, y: event.clientY } : { x: rect.left + 80, y: rect.top + 20 });
  });
  node.addEventListener("pointerdown", (event) => {
    if (event.pointerType === "mouse" || event.target.closest("button, a")) return;
    timer = setTimeout(() => open({ x: event.clientX, y: event.clientY }), HOLD);
  });
  for (const name of ["pointerup", "pointermove", "pointercancel"])
    node.addEventListener(name, still, { passive: true });
}
