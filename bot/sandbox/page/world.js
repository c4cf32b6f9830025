/** The guild as the sandbox tells it: channels, threads, roles, people, commands. */

import { readable } from "./colour.js";
import { emit } from "./news.js";
import { later } from "./snowflake.js";

export const TYPE = {
  text: 0,
  category: 4,
  announcement: 5,
  newsThread: 10,
  thread: 11,
  privateThread: 12,
  forum: 15,
};

/** Message types that no thread counts: what opens it, and the note that one was opened. */
const UNCOUNTED = [18, 21];

const world = {
  guild: null,
  bot: null,
  channels: new Map(),
  threads: new Map(),
  roles: new Map(),
  people: [],
  commands: [],
  settings: {},
};
/** Users seen in messages only: other bots, people who left. */
const strangers = new Map();
let me = null;

export const isThread = (channel) =>
  [TYPE.newsThread, TYPE.thread, TYPE.privateThread].includes(channel.type);

/** Take the whole world, as READY or `GET /sandbox/world` tells it. */
export function take(news) {
  const keyed = (list) => new Map((list ?? []).map((entry) => [entry.id, entry]));
  Object.assign(world, {
    guild: news.guild,
    bot: news.bot,
    people: news.people ?? [],
    commands: news.commands ?? [],
    settings: news.settings ?? {},
    channels: keyed(news.channels?.filter((channel) => !isThread(channel))),
    roles: keyed(news.roles),
    threads: keyed([...(news.channels ?? []).filter(isThread), ...(news.threads ?? [])]),
  });
  emit("world");
}

/** @param {object} channel a channel or thread that came or changed */
export function upsertChannel(channel) {
  const shelf = isThread(channel) ? world.threads : world.channels;
  shelf.set(channel.id, { ...shelf.get(channel.id), ...channel });
  emit("world");
}

/** A thread counts what is said in it; Discord leaves the counting to its clients. */
export function heard({ id, type, channel_id: channelId }) {
  const thread = world.threads.get(channelId);
  if (!thread || !later(id, thread.last_message_id)) return;
  const counts = id !== thread.id && !UNCOUNTED.includes(type);
  upsertChannel({ ...thread, message_count: (thread.message_count ?? 0) + counts, last_message_id: id });
}

export function dropChannel(id) {
  world.channels.delete(id);
  world.threads.delete(id);
  emit("world");
}

export function setCommands(commands) {
  world.commands = commands;
  emit("commands");
}

export function upsertRole(role) {
  world.roles.set(role.id, { ...world.roles.get(role.id), ...role });
  emit("world");
}

export function upsertMember(id, change) {
  const person = world.people.find((entry) => entry.id === id);
  if (person) Object.assign(person, change);
  emit("world");
}

export const guild = () => world.guild;
export const bot = () => world.bot;
export const people = () => world.people;
export const roles = () => [...world.roles.values()];
export const commands = () => world.commands;
export const settings = () => world.settings;

export const self = () => world.people.find((person) => person.name === me) ?? world.people[0] ?? null;
export const personNamed = (name) => world.people.find((person) => person.name === name) ?? null;
export function become(name) {
  me = name;
}

export const role = (id) => world.roles.get(id) ?? null;
export const channel = (id) => world.channels.get(id) ?? world.threads.get(id) ?? null;

/** A channel or thread by id or name. */
export function find(reference) {
  if (!reference) return null;
  const all = [...world.channels.values(), ...world.threads.values()];
  return (
    channel(reference) ??
    all.find((entry) => entry.name === reference && entry.type !== TYPE.category) ??
    null
  );
}

const byPosition = (a, b) => (a.position ?? 0) - (b.position ?? 0);
export const channels = () => [...world.channels.values()].sort(byPosition);
export const threads = () => [...world.threads.values()];
export const threadsOf = (id) => threads().filter((thread) => thread.parent_id === id);
export const isArchived = (thread) => Boolean(thread.thread_metadata?.archived);

/** Remember a user met in a message. */
export function meet(user) {
  if (user?.id) strangers.set(user.id, user);
}

/** @returns {?{id: string, name: string, bot: boolean, roles: string[]}} */
export function user(id) {
  const person = world.people.find((entry) => entry.id === id);
  if (person) return { id, name: person.name, bot: false, roles: person.roles ?? [] };
  if (world.bot?.id === id) return { id, name: world.bot.username, bot: true, roles: world.bot.roles ?? [] };
  const stranger = strangers.get(id);
  return stranger
    ? { id, name: stranger.global_name ?? stranger.username, bot: Boolean(stranger.bot), roles: [] }
    : null;
}

/** The colour of a user's highest coloured role, as CSS, or null. */
export function colourOf(id) {
  const coloured = (user(id)?.roles ?? [])
    .map(role)
    .filter((entry) => entry?.color)
    .sort((a, b) => (b.position ?? 0) - (a.position ?? 0));
  return coloured.length ? readable(coloured[0].color) : null;
}
