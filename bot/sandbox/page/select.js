/** Select menus: words of the bot's own, people, roles or channels. */

import { avatar } from "./avatar.js";
import { cssColour } from "./colour.js";
import { h } from "./dom.js";
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
      sign: h("span", { class: "role-dot", style: { "--role": role.color ? cssColour(role.color) : null } }),
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
  const most = Math.min(component.max_values ?? 1, options.length || 1);
  let chosen = picked ?? options.filter((one) => one.preset).map((one) => one.value);
  const shown = h("span", { class: "select-shown" });
  const trigger = h(
    "button",
    {
      type: "button",
      class: "select",
      role: "combobox",
      "aria-haspopup": "listbox",
      "aria-expanded": false,
      "aria-busy": busy || null,
      "aria-label": label ?? component.placeholder ?? "Make a selection",
      disabled: component.disabled || busy,
      data: { key: component.custom_id },
    },
    shown,
    icon("down"),
  );
  const draw = () => shown.replaceChildren(...face(options, chosen, component.placeholder));
  trigger.addEventListener("click", () =>
    openList(trigger, options, {
      chosen,
      most,
      least: component.min_values ?? 1,
      settle: (values) => {
        chosen = values;
        draw();
        onChoose(values);
      },
    }),
  );
  draw();
  return trigger;
}

function face(options, chosen, placeholder) {
  const picked = options.filter((one) => chosen.includes(one.value));
  if (!picked.length) return [h("span", { class: "select-empty" }, placeholder || "Make a selection")];
  if (picked.length === 1) return [picked[0].sign?.cloneNode(true) ?? "", h("span", {}, picked[0].label)];
  return picked.map((one) => h("span", { class: "select-chip" }, one.label));
}

function openList(trigger, options, { chosen, most, least, settle }) {
  const many = most > 1;
  let picked = [...chosen];
  let popover = null;
  const draw = () =>
    rows.forEach((row, index) =>
      row.setAttribute("aria-selected", String(picked.includes(options[index].value))),
    );
  const toggle = (value) => {
    if (!many) picked = [value];
    else if (picked.includes(value)) picked = picked.filter((one) => one !== value);
    else if (picked.length < most) picked = [...picked, value];
    draw();
    if (!many) popover.close();
  };
  const rows = options.map((option) => optionRow(option, many, () => toggle(option.value)));
  const list = h(
    "div",
    {
      class: "select-list",
      role: "listbox",
      "aria-multiselectable": many,
      style: { "min-width": `${trigger.offsetWidth}px` },
    },
    rows,
    !rows.length && h("p", { class: "select-none" }, "No options"),
  );
  list.addEventListener("keydown", (event) => steer(event, rows));
  draw();
  (rows.find((row) => row.getAttribute("aria-selected") === "true") ?? rows[0])?.setAttribute(
    "data-first",
    "",
  );
  trigger.setAttribute("aria-expanded", "true");
  popover = openPopover(list, {
    anchor: trigger,
    onClose: () => {
      trigger.setAttribute("aria-expanded", "false");
      const changed = picked.length !== chosen.length || picked.some((one) => !chosen.includes(one));
      // A single choice counts also when it repeats the last one; a list only when it became another one.
      if (many ? changed && picked.length >= least : list.dataset.pressed) settle(picked);
    },
  });
}

function optionRow({ label, description, sign, colour }, many, choose) {
  const row = h(
    "div",
    { class: "select-option", role: "option", tabindex: "-1" },
    sign?.cloneNode(true),
    h(
      "span",
      { class: "select-words" },
      h("span", { style: { color: colour } }, label),
      description && h("small", {}, description),
    ),
    h("span", { class: many ? "tick tick-box" : "tick", "aria-hidden": "true" }, icon("check")),
  );
  row.addEventListener("click", () => {
    row.parentElement.dataset.pressed = "yes";
    choose();
  });
  return row;
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
