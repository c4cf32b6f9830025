/** What each person has read, and who was called. Kept for the tab's session. */

import { emit } from "./news.js";
import { later } from "./snowflake.js";
import { channel as channelOf, guild, self } from "./world.js";

const calls = new Map();
const newest = new Map();
const key = (channelId) => `read ${guild()?.id} ${self()?.name} ${channelId}`;
const own = (channelId) => `${self()?.name} ${channelId}`;

/** The last message read in a channel, or null. */
export const lastRead = (channelId) => sessionStorage.getItem(key(channelId));

export function markRead(channelId, id) {
  if (!id) return;
  const before = lastRead(channelId);
  const called = calls.delete(own(channelId));
  if (later(id, before)) sessionStorage.setItem(key(channelId), id);
  else if (!called) return;
  emit("unread");
}

/** A message arrived somewhere. */
export function note(message) {
  if (later(message.id, newest.get(message.channel_id))) newest.set(message.channel_id, message.id);
  if (pingsMe(message) && later(message.id, lastRead(message.channel_id)))
    calls.set(own(message.channel_id), callsIn(message.channel_id) + 1);
  emit("unread");
}

/** Does the message call the person who looks? */
export function pingsMe(message) {
  const me = self();
  const pinged = message.sandbox?.pinged;
  if (!me || !pinged || message.author?.id === me.id) return false;
  const named = (list) => (list ?? []).map((entry) => entry?.id ?? entry);
  return (
    Boolean(pinged.everyone) ||
    named(pinged.users).some((entry) => [me.id, me.name].includes(entry)) ||
    named(pinged.roles).some((entry) => (me.roles ?? []).includes(entry))
  );
}

export const callsIn = (channelId) => calls.get(own(channelId)) ?? 0;
export const callsAltogether = () =>
  [...calls]
    .filter(([name]) => name.startsWith(`${self()?.name} `))
    .reduce((sum, [, count]) => sum + count, 0);

export function isUnread(channelId) {
  const last = newest.get(channelId) ?? channelOf(channelId)?.last_message_id;
  return Boolean(last) && later(last, lastRead(channelId));
}
