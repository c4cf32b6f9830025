/** The live wire: news of the guild as one person may see it. Torn, it mends itself and says so. */

import * as history from "./history.js";
import { emit } from "./news.js";
import * as typing from "./typing.js";
import * as unread from "./unread.js";
import * as world from "./world.js";

const FIRST_WAIT = 500;
const LONGEST_WAIT = 8000;

let socket = null;
let person = null;
let wait = FIRST_WAIT;
let timer = null;
let online = false;
let torn = false;

export const isOnline = () => online;
/** Was the wire ever up and is down now? */
export const isTorn = () => torn;

/** Watch as somebody; whoever watched before stops. */
export function watch(name) {
  person = name;
  wait = FIRST_WAIT;
  connect();
}

function connect() {
  clearTimeout(timer);
  const before = socket;
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  socket = new WebSocket(`${scheme}://${location.host}/sandbox/stream?person=${encodeURIComponent(person)}`);
  before?.close();
  const current = socket;
  current.addEventListener("message", ({ data }) => current === socket && receive(JSON.parse(data)));
  current.addEventListener("close", () => current === socket && retry());
}

function retry() {
  online = false;
  torn = true;
  emit("connection");
  timer = setTimeout(connect, wait);
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

function receive({ t: topic, d: news }) {
  if (topic === "READY") ready(news);
  else NEWS[topic]?.(news);
}

function ready(news) {
  wait = FIRST_WAIT;
  online = true;
  // What happened meanwhile is unknown: read everything anew.
  history.forget();
  torn = false;
  emit("connection");
  // Told before the news of the world, so that views are made anew once and not twice.
  emit("ready");
  world.take(news);
}

const userName = (news) => world.user(news.user_id)?.name ?? news.member?.user?.username ?? news.user_id;
/** The sandbox tells the whole list; Discord itself would tell only the one reaction. */
const reaction = (isOn) => (news) =>
  news.reactions
    ? history.change(news.channel_id, news.message_id, { reactions: news.reactions })
    : history.setReaction(news.channel_id, news.message_id, news.emoji, news.user_id, userName(news), isOn);

function created(message) {
  typing.stop(message.channel_id, message.author?.id);
  history.upsert(message);
  world.heard(message);
  unread.note(message);
}

const NEWS = {
  MESSAGE_CREATE: created,
  MESSAGE_UPDATE: history.upsert,
  MESSAGE_DELETE: ({ channel_id: channel, id }) => history.drop(channel, id),
  MESSAGE_DELETE_BULK: ({ channel_id: channel, ids }) => ids.forEach((id) => history.drop(channel, id)),
  MESSAGE_REACTION_ADD: reaction(true),
  MESSAGE_REACTION_REMOVE: reaction(false),
  MESSAGE_REACTION_REMOVE_ALL: (news) => history.clearReactions(news.channel_id, news.message_id),
  MESSAGE_REACTION_REMOVE_EMOJI: (news) =>
    history.clearReactions(news.channel_id, news.message_id, news.emoji),
  THREAD_CREATE: world.upsertChannel,
  THREAD_UPDATE: world.upsertChannel,
  THREAD_DELETE: ({ id }) => world.dropChannel(id),
  CHANNEL_CREATE: world.upsertChannel,
  CHANNEL_UPDATE: world.upsertChannel,
  CHANNEL_DELETE: ({ id }) => world.dropChannel(id),
  GUILD_ROLE_CREATE: ({ role }) => world.upsertRole(role),
  GUILD_ROLE_UPDATE: ({ role }) => world.upsertRole(role),
  GUILD_MEMBER_UPDATE: ({ user, ...change }) => world.upsertMember(user.id, change),
  COMMANDS_UPDATE: (news) => world.setCommands(Array.isArray(news) ? news : news.commands),
  TYPING_START: (news) => typing.start(news.channel_id, news.user_id),
};
