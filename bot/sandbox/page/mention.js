/** Names as people type them: offered while they write, sent as the mentions that Discord knows. */

import { avatar } from "./avatar.js";
import { h } from "./dom.js";
import { EMOJI } from "./emoji.js";
import { TYPE, bot, channels, people, roles, user as userOf } from "./world.js";

const named = (list, wanted) => list.filter(({ name }) => name.toLowerCase().includes(wanted));
const users = () => [...people(), { ...bot(), name: bot().username }];
const groups = () => roles().filter(({ name }) => name !== "@everyone");
const rooms = () => channels().filter(({ type }) => type !== TYPE.category);

const OFFERS = {
  "@": (wanted) => [
    ...named(users(), wanted).map(({ id, name }) => ({
      label: name,
      word: `@${name}`,
      sign: avatar(userOf(id), "avatar-small"),
    })),
    ...named(groups(), wanted).map(({ name }) => ({
      label: `@${name}`,
      word: `@${name}`,
      description: "Notify users with this role",
    })),
  ],
  "#": (wanted) => named(rooms(), wanted).map(({ name }) => ({ label: `#${name}`, word: `#${name}` })),
  ":": (wanted) =>
    wanted.length < 2
      ? []
      : named(EMOJI, wanted).map(({ char, name }) => ({
          label: `:${name}:`,
          word: char,
          sign: h("span", { class: "emoji" }, char),
        })),
};

/** What may be meant by the beginning of a word. @param {"@"|"#"|":"} sign @param {string} wanted */
export const wordsFor = (sign, wanted) => OFFERS[sign](wanted.toLowerCase()).slice(0, 10);

/** Names after @ and # become mentions by id. */
export function encode(text) {
  const mentions = new Map([
    ...rooms().map(({ id, name }) => [`#${name}`, `<#${id}>`]),
    ...groups().map(({ id, name }) => [`@${name}`, `<@&${id}>`]),
    ...users().map(({ id, name }) => [`@${name}`, `<@${id}>`]),
  ]);
  return text.replace(/[@#][\w-]+/g, (word) => mentions.get(word) ?? word);
}
