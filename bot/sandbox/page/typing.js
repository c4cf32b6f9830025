/** Who is typing where; a sign lasts ten seconds, as at Discord. */

import { emit } from "./news.js";
import { self, user } from "./world.js";

const LASTS = 10_000;
/** @type {Map<string, Map<string, number>>} */
const signs = new Map();

export function start(channelId, userId) {
  if (userId === self()?.id) return;
  if (!signs.has(channelId)) signs.set(channelId, new Map());
  clearTimeout(signs.get(channelId).get(userId));
  signs.get(channelId).set(
    userId,
    setTimeout(() => stop(channelId, userId), LASTS),
  );
  emit("typing", channelId);
}

export function stop(channelId, userId) {
  clearTimeout(signs.get(channelId)?.get(userId));
  if (signs.get(channelId)?.delete(userId)) emit("typing", channelId);
}

export function sentence(channelId) {
  const names = [...(signs.get(channelId)?.keys() ?? [])].map((id) => user(id)?.name ?? "Somebody");
  if (!names.length) return "";
  if (names.length > 3) return "Several people are typing…";
  return `${names.join(", ").replace(/, ([^,]*)$/, " and $1")} ${names.length > 1 ? "are" : "is"} typing…`;
}
