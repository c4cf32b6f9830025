/** Who may do what, as far as the page must know: the sandbox itself decides. */

import { channel as channelOf, guild, isThread, self } from "./world.js";

export const ALLOW = {
  administrator: 1n << 3n,
  addReactions: 1n << 6n,
  view: 1n << 10n,
  send: 1n << 11n,
  manageMessages: 1n << 13n,
  mentionEveryone: 1n << 17n,
  commands: 1n << 31n,
  sendInThreads: 1n << 38n,
};

const bits = (value) => {
  try {
    return BigInt(value ?? 0);
  } catch {
    return 0n;
  }
};

/** A person's rights in a channel: the guild's, changed by the channel's overwrites (everyone, roles, person). */
export function rightsIn(channelId, person = self()) {
  if (!person) return 0n;
  let rights = bits(person.permissions);
  if (rights & ALLOW.administrator) return ~0n;
  const channel = channelOf(channelId);
  const place = channel && isThread(channel) ? channelOf(channel.parent_id) : channel;
  const overwrites = place?.permission_overwrites ?? [];
  const everyone = overwrites.filter((entry) => entry.id === guild()?.id);
  const roles = overwrites.filter(
    (entry) => entry.id !== guild()?.id && (person.roles ?? []).includes(entry.id),
  );
  const own = overwrites.filter((entry) => entry.id === person.id);
  for (const group of [everyone, roles, own]) {
    const denied = group.reduce((sum, entry) => sum | bits(entry.deny), 0n);
    const allowed = group.reduce((sum, entry) => sum | bits(entry.allow), 0n);
    rights = (rights & ~denied) | allowed;
  }
  return rights;
}

export const may = (right, channelId, person = self()) => (rightsIn(channelId, person) & right) === right;

export function maySend(channelId) {
  const channel = channelOf(channelId);
  return may(channel && isThread(channel) ? ALLOW.sendInThreads : ALLOW.send, channelId);
}

/** Commands state the rights that people need by default; "0" is for administrators only. */
export function mayUse(command, channelId) {
  const needed = command.default_member_permissions;
  if (needed === null || needed === undefined) return true;
  const rights = rightsIn(channelId);
  return rights === ~0n || (bits(needed) !== 0n && (rights & bits(needed)) === bits(needed));
}
