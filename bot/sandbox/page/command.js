/** The bot's commands as people may type them, and what their options take. */

import { COMMAND, OPTION } from "./kind.js";
import { mayUse } from "./permission.js";
import { bot, channels, commands, people, roles, TYPE } from "./world.js";

/** @typedef {{path: string, description: string, options: object[], command: object}} Callable a command or the leaf of a group */

const isBranch = (option) => [OPTION.subcommand, OPTION.group].includes(option.type);

function leaves(node, path, command) {
  const branches = (node.options ?? []).filter(isBranch);
  if (!branches.length)
    return [{ path, description: node.description ?? "", options: node.options ?? [], command }];
  return branches.flatMap((branch) => leaves(branch, `${path} ${branch.name}`, command));
}

/** All that a person may call in a channel. @returns {Callable[]} */
export function callables(channelId) {
  return commands()
    .filter((command) => (command.type ?? COMMAND.slash) === COMMAND.slash && mayUse(command, channelId))
    .flatMap((command) => leaves(command, command.name, command))
    .sort((a, b) => a.path.localeCompare(b.path));
}

/** What fits the words after the slash: beginnings before middles. */
export function search(text, channelId) {
  const wanted = text.toLowerCase().trimStart();
  const rank = ({ path }) =>
    path.startsWith(wanted)
      ? 0
      : path.split(" ").some((word) => word.startsWith(wanted))
        ? 1
        : path.includes(wanted)
          ? 2
          : 3;
  return callables(channelId)
    .map((one) => [rank(one), one])
    .filter(([score]) => score < 3)
    .sort((a, b) => a[0] - b[0])
    .map(([, one]) => one);
}

const entities = {
  [OPTION.user]: () => [
    ...people().map(({ id, name }) => ({ value: id, label: name })),
    { value: bot().id, label: bot().username },
  ],
  [OPTION.role]: () => roles().map(({ id, name }) => ({ value: id, label: name.replace(/^@/, "") })),
  [OPTION.channel]: (option) =>
    channels()
      .filter(({ type }) =>
        option?.channel_types?.length ? option.channel_types.includes(type) : type !== TYPE.category,
      )
      .map(({ id, name }) => ({ value: id, label: name })),
  [OPTION.mentionable]: () => [...entities[OPTION.user](), ...entities[OPTION.role]()],
  [OPTION.boolean]: () => [
    { value: true, label: "True" },
    { value: false, label: "False" },
  ],
};

/** What an option offers by itself, or null when it takes free text or asks the bot. */
export function offers(option) {
  if (option.choices?.length) return option.choices.map(({ name, value }) => ({ label: name, value }));
  return entities[option.type]?.(option) ?? null;
}

/**
 * The value of what was typed.
 * @param {object} option @param {string} text @returns {{value?: any, wrong?: string}} nothing at all for an empty optional one
 */
export function read(option, text) {
  const typed = text.trim();
  if (!typed) return option.required ? { wrong: "This option is required. Specify a value." } : {};
  const offered = offers(option);
  if (offered) {
    const bare = typed.replace(/^[@#]/, "").toLowerCase();
    const found = offered.find(
      ({ label, value }) => label.toLowerCase() === bare || String(value).toLowerCase() === bare,
    );
    return found
      ? { value: found.value }
      : { wrong: WRONG_CHOICE[option.type] ?? "Pick one of the choices." };
  }
  return option.type === OPTION.string ? readText(option, text) : readNumber(option, typed);
}

const WRONG_CHOICE = {
  [OPTION.user]: "Input a valid user.",
  [OPTION.role]: "Input a valid role.",
  [OPTION.channel]: "Input a valid channel.",
  [OPTION.mentionable]: "Input a valid user or role.",
  [OPTION.boolean]: "Input True or False.",
};

function readText(option, text) {
  const { min_length: least = 0, max_length: most = 6000 } = option;
  if (text.length < least) return { wrong: `Input at least ${least} characters.` };
  return text.length > most ? { wrong: `Input at most ${most} characters.` } : { value: text };
}

function readNumber(option, typed) {
  const whole = option.type === OPTION.integer;
  if (option.type === OPTION.attachment) return { wrong: "Files cannot be sent from this page." };
  if (!(whole ? /^-?\d{1,16}$/ : /^-?\d+(\.\d+)?$/).test(typed))
    return { wrong: whole ? "Input a valid integer." : "Input a valid number." };
  const value = Number(typed);
  if (value < (option.min_value ?? -Infinity))
    return { wrong: `Input a value of ${option.min_value} or more.` };
  return value > (option.max_value ?? Infinity)
    ? { wrong: `Input a value of ${option.max_value} or less.` }
    : { value };
}
