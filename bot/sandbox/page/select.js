/** Select menus: words of the bot's own, people, roles or channels. */

import { avatar, roleDot } from "./avatar.js";
import { button, fill, h } from "./dom.js";
import { icon } from "./icon.js";
import { COMPONENT as KIND } from "./kind.js";
import { channelIcon } from "./markup.js";
import { openPopover } from "./popover.js";
import { emoji } from "./reaction.js";
import { TYPE, bot, channels, colourOf, guild, people, roles } from "./world.js";

/** @typedef {{value: string, label: string, description?: string, sign?: Node, preset?: boolean}} Option */

const userOptions = () =>
  [...people(), { ...bot(), name: bot().username, bot: true }].map((user) => ({
    value: user.id,
    label: user.name,
    description: user.bot ? "Bot" : null,
    sign: avatar(user, "avatar-small"),
    colour: colourOf(user.id),
  }));
const roleOptions = () =>
  roles()
    .filter((role) => role.id !== guild()?.id)
    .map((role) => ({
      value: role.id,
      label: role.name,
      sign: roleDot(role),
    }));
const channelOptions = ({ channel_types: types }) =>
  channels()
    .filter((channel) => (types?.length ? types.includes(channel.type) : channel.type !== TYPE.category))
    .map((channel) => ({ value: channel.id, label: channel.name, sign: channelIcon(channel) }));

const OPTIONS = {
  [KIND.stringSelect]: ({ options }) =>
    (options ?? []).map((one) => ({ ...one, sign: one.emoji && emoji(one.emoji), preset: one.default })),
  [KIND.userSelect]: userOptions,
  [KIND.roleSelect]: roleOptions,
  [KIND.channelSelect]: channelOptions,
  [KIND.mentionableSelect]: () => [...userOptions(), ...roleOptions()],
};

/** @param {object} component a select @returns {Option[]} */
export function optionsOf(component) {
  const preset = new Set((component.default_values ?? []).map(({ id }) => id));
  return OPTIONS[component.type](component).map((one) => ({
    ...one,
    preset: one.preset || preset.has(one.value),
  }));
}

/**
 * @param {object} component
 * @param {{busy?: boolean, picked?: string[], onChoose: (values: string[]) => void, label?: string}} options picked: what was chosen since the message came
 */
export function select(component, { busy = false, picked, onChoose, label }) {
  const options = optionsOf(component);
  const name = label ?? component.placeholder ?? "Make a selection";
  let chosen = picked ?? options.filter((one) => one.preset).map((one) => one.value);
  const shown = h("span", { class: "select-shown" });
  const draw = () => {
    const words = options.filter(({ value }) => chosen.includes(value)).map((one) => one.label);
    fill(shown, face(options, chosen, component.placeholder));
    trigger.setAttribute("aria-label", words.length ? `${name}: ${words.join(", ")}` : name);
  };
  const settle = (values) => {
    chosen = values;
    draw();
    onChoose(values);
  };
  const [least, most] = [component.min_values ?? 1, Math.min(component.max_values ?? 1, options.length || 1)];
  const open = () => openList(trigger, options, { chosen, most, least, settle });
  const state = {
    disabled: component.disabled || busy,
    "aria-busy": busy || null,
    data: { key: component.custom_id },
  };
  const props = {
    class: "select",
    role: "combobox",
    "aria-haspopup": "listbox",
    "aria-expanded": false,
    ...state,
  };
  const trigger = button(props, open, shown, icon("down"));
  draw();
  return trigger;
}

function face(options, chosen, placeholder) {
  const picked = options.filter((one) => chosen.includes(one.value));
  if (!picked.length) return [h("span", { class: "select-empty" }, placeholder || "Make a selection")];
  if (picked.length === 1) return [picked[0].sign?.cloneNode(true), h("span", {}, picked[0].label)];
  return picked.map((one) => h("span", { class: "select-chip" }, one.label));
}

function openList(trigger, options, { chosen, most, least, settle }) {
  const many = most > 1;
  let picked = [...chosen];
  const draw = () =>
    rows.forEach((row, index) =>
      row.setAttribute("aria-selected", String(picked.includes(options[index].value))),
    );
  const toggle = (value) => {
    list.dataset.pressed = "yes";
    if (!many) picked = [value];
    else if (picked.includes(value)) picked = picked.filter((one) => one !== value);
    else if (picked.length < most) picked = [...picked, value];
    draw();
    if (!many) popover.close();
  };
  const rows = options.map((option) => optionRow(option, many, () => toggle(option.value)));
  const list = listOf(rows, many, trigger.offsetWidth);
  draw();
  (rows[options.findIndex(({ value }) => picked.includes(value))] ?? rows[0])?.setAttribute("data-first", "");
  trigger.setAttribute("aria-expanded", "true");
  const onClose = () => {
    trigger.setAttribute("aria-expanded", "false");
    const changed = picked.length !== chosen.length || picked.some((one) => !chosen.includes(one));
    // A single choice counts also when it repeats the last one; a list only when it became another one.
    if (many ? changed && picked.length >= least : list.dataset.pressed) settle(picked);
  };
  const popover = openPopover(list, { anchor: trigger, onClose });
}

function listOf(rows, many, width) {
  const props = {
    class: "select-list",
    role: "listbox",
    "aria-multiselectable": many,
    style: { "min-width": `${width}px` },
  };
  const list = h("div", props, rows, !rows.length && h("p", { class: "select-none" }, "No options"));
  list.addEventListener("keydown", (event) => steer(event, rows));
  return list;
}

function optionRow({ label, description, sign, colour }, many, choose) {
  const words = [h("span", { style: { color: colour } }, label), description && h("small", {}, description)];
  const tick = h("span", { class: ["tick", many && "tick-box"], "aria-hidden": "true" }, icon("check"));
  const props = { class: "select-option", role: "option", tabindex: "-1", on: { click: choose } };
  return h("div", props, sign?.cloneNode(true), h("span", { class: "select-words" }, words), tick);
}

function steer(event, rows) {
  const at = rows.indexOf(document.activeElement);
  const to = {
    ArrowDown: Math.min(at + 1, rows.length - 1),
    ArrowUp: Math.max(at - 1, 0),
    Home: 0,
    End: rows.length - 1,
  }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    rows[to]?.focus();
  } else if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    rows[at]?.click();
  }
}
