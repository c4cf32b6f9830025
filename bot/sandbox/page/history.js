/** The messages of each channel, oldest first, as one person sees them. */

import { fetchMessages } from "./api.js";
import { keyOf } from "./emoji.js";
import { emit } from "./news.js";
import { compareIds, localId } from "./snowflake.js";
import { bot, meet, self } from "./world.js";

const PAGE = 50;
const LONGEST = 400;
const EPHEMERAL = 64;

/**
 * A channel's shelf. `revision` grows with every change of a message, so that a view knows what to redraw.
 * @typedef {{list: object[], loaded: boolean, loading: ?Promise<void>, complete: boolean, failed: ?string}} Shelf
 */

/** @type {Map<string, Shelf>} */
let shelves = new Map();
const dismissed = new Set(JSON.parse(sessionStorage.getItem("dismissed") ?? "[]"));
let revision = 0;

/** @returns {Shelf} */
export function shelf(channelId) {
  if (!shelves.has(channelId))
    shelves.set(channelId, { list: [], loaded: false, loading: null, complete: false, failed: null });
  return shelves.get(channelId);
}

export const isEphemeral = (message) => Boolean(message.flags & EPHEMERAL);
const forMe = (message) => {
  const owner = message.sandbox?.ephemeral_for;
  return !isEphemeral(message) || !owner || [self()?.id, self()?.name].includes(owner);
};

/** Forget everything: another person looks, or the stream was torn. */
export function forget() {
  shelves = new Map();
}

/** Read the newest page, or with `older` the page before the oldest one known. */
export function load(channelId, { older = false } = {}) {
  const place = shelf(channelId);
  if (place.loading) return place.loading;
  if (older ? place.complete : place.loaded) return Promise.resolve();
  place.loading = read(channelId, place, older).finally(() => {
    place.loading = null;
    emit("messages", channelId);
  });
  return place.loading;
}

async function read(channelId, place, older) {
  const person = self()?.name;
  const before = older ? place.list.find((message) => !message.local)?.id : undefined;
  try {
    const answer = await fetchMessages(channelId, { limit: PAGE, before, person });
    if (place !== shelves.get(channelId)) return;
    const page = Array.isArray(answer) ? answer : answer.messages;
    for (const message of page) put(place, message);
    place.loaded = true;
    place.complete = page.length < PAGE;
    place.failed = null;
  } catch (error) {
    place.failed = error.message;
  }
}

function put(place, message) {
  if (!forMe(message) || dismissed.has(message.id)) return;
  meet(message.author);
  for (const user of message.mentions ?? []) meet(user);
  const at = place.list.findIndex((entry) => entry.id === message.id);
  const known = at < 0 ? null : place.list[at];
  const next = { ...known, ...message, revision: ++revision };
  if (known) place.list[at] = next;
  else {
    let to = place.list.length;
    while (to > 0 && compareIds(place.list[to - 1].id, next.id) > 0) to -= 1;
    place.list.splice(to, 0, next);
  }
}

/** A message came or changed; the same one may come twice. */
export function upsert(message) {
  const place = shelf(message.channel_id);
  const known = place.list.some((entry) => entry.id === message.id);
  // Before the first page is read a change of an old message would make a hole above it.
  if (!place.loaded && !place.loading && !known) return;
  // The bot's new words undo what people had picked, as at Discord.
  put(place, { ...message, picks: null });
  emit("messages", message.channel_id);
}

export function drop(channelId, id) {
  const place = shelf(channelId);
  place.list = place.list.filter((message) => message.id !== id);
  emit("messages", channelId);
}

/** Let go of the oldest of a long list; they can be read again. */
export function trim(channelId) {
  const place = shelf(channelId);
  if (place.list.length <= LONGEST) return;
  place.list = place.list.slice(-LONGEST / 2);
  place.complete = false;
}

export const get = (channelId, id) => shelf(channelId).list.find((message) => message.id === id) ?? null;
export const newest = (channelId) => shelf(channelId).list.findLast((message) => !message.local) ?? null;

/** Change a message the page already shows. */
export function change(channelId, id, edit) {
  const message = get(channelId, id);
  if (message) put(shelf(channelId), { ...message, ...edit });
  emit("messages", channelId);
}

/** Hide an ephemeral or local line for good. */
export function dismiss(channelId, id) {
  dismissed.add(id);
  sessionStorage.setItem("dismissed", JSON.stringify([...dismissed].slice(-200)));
  drop(channelId, id);
}

/** One person's reaction set or taken back; telling it twice changes nothing. */
export function setReaction(channelId, id, emoji, userId, userName, isOn) {
  const message = get(channelId, id);
  if (!message) return;
  const reactions = (message.reactions ?? []).map((entry) => ({ ...entry, users: [...(entry.users ?? [])] }));
  let entry = reactions.find((one) => keyOf(one.emoji) === keyOf(emoji));
  if (!entry) {
    entry = { emoji, count: 0, me: false, users: [] };
    reactions.push(entry);
  }
  if (entry.users.includes(userName) !== isOn) {
    entry.users = isOn ? [...entry.users, userName] : entry.users.filter((name) => name !== userName);
    entry.count = entry.users.length;
  }
  if (userId === self()?.id) entry.me = isOn;
  change(channelId, id, { reactions: reactions.filter((one) => one.count > 0) });
}

export function clearReactions(channelId, id, emoji = null) {
  const message = get(channelId, id);
  if (message)
    change(channelId, id, {
      reactions: emoji ? message.reactions.filter((one) => keyOf(one.emoji) !== keyOf(emoji)) : [],
    });
}

/** A line only this page knows: a command on its way, or one that failed. Returns its id. */
export function addLocal(channelId, { content = "", sending = "", error = "", invoked = null }) {
  const id = localId();
  put(shelf(channelId), {
    id,
    channel_id: channelId,
    type: 20,
    local: true,
    flags: EPHEMERAL,
    content,
    sending,
    error,
    author: { ...bot(), bot: true },
    timestamp: new Date().toISOString(),
    sandbox: { interaction: invoked, ephemeral_for: self()?.id },
  });
  emit("messages", channelId);
  return id;
}
