/** The person at the lower left, the switch to another, and the list of members at the right. */

import { avatar, botTag } from "./avatar.js";
import { cssColour } from "./colour.js";
import { h } from "./dom.js";
import { icon } from "./icon.js";
import { invoke } from "./interaction.js";
import { COMMAND } from "./kind.js";
import { openMenu } from "./menu.js";
import { copy } from "./message_menu.js";
import { mayUse } from "./permission.js";
import { go, here } from "./place.js";
import { complain } from "./toast.js";
import { find, bot, colourOf, commands, guild, people, role, self, user as userOf } from "./world.js";

const rolesOf = (person) =>
  (person.roles ?? []).map(role).filter((entry) => entry && entry.id !== guild()?.id);

function about(person) {
  const names = rolesOf(person).map(({ name }) => name);
  if (names.length) return names.join(", ");
  return BigInt(person.permissions ?? 0) & 8n ? "Administrator" : "No roles";
}

/** @returns {HTMLElement} */
export function userPanel() {
  const me = self();
  if (!me) return h("div");
  const button = h(
    "button",
    {
      type: "button",
      class: "user-button",
      "aria-haspopup": "menu",
      "aria-label": `You are ${me.name}. Switch person`,
      data: { key: "me" },
    },
    h("span", { class: "presence" }, avatar(me)),
    h("span", { class: "user-words" }, h("strong", {}, me.name), h("small", {}, about(me))),
    icon("people"),
  );
  const items = () =>
    people().map((person) => ({
      label: person.name,
      hint: about(person),
      checked: person.name === me.name,
      node: avatar(person, "avatar-small"),
      act: () => go({ person: person.name }),
    }));
  button.addEventListener("click", () =>
    openMenu(items(), {
      anchor: button,
      side: "above",
      label: "Switch person",
      head: h("p", { class: "menu-head" }, "Look as"),
    }),
  );
  return button;
}

/** Members by their highest role, the bot among them. @returns {Node[]} */
export function memberGroups() {
  const groups = new Map();
  const add = (name, member) => groups.set(name, [...(groups.get(name) ?? []), member]);
  for (const person of people())
    add(rolesOf(person).sort((a, b) => (b.position ?? 0) - (a.position ?? 0))[0]?.name ?? "Online", {
      ...person,
      bot: false,
    });
  if (bot()) add("Bots", { ...bot(), name: bot().username, bot: true });
  return [...groups].map(([name, members]) =>
    h(
      "section",
      { class: "member-group" },
      h("h2", {}, `${name} — ${members.length}`),
      members.map(memberRow),
    ),
  );
}

function memberRow(member) {
  const button = h(
    "button",
    { type: "button", class: "member", "aria-haspopup": "dialog" },
    h("span", { class: "presence" }, avatar(member)),
    h("span", { class: "member-name", style: { color: colourOf(member.id) } }, member.name),
    member.bot && botTag(),
  );
  const open = (place) => openMenu(memberItems(member), { ...place, label: member.name, head: card(member) });
  button.addEventListener("click", () => open({ anchor: button, side: "below" }));
  button.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    open(event.clientX ? { point: { x: event.clientX, y: event.clientY } } : { anchor: button });
  });
  return button;
}

function memberItems(member) {
  const channelId = find(here().channel)?.id;
  const apps = commands().filter((command) => command.type === COMMAND.user && mayUse(command, channelId));
  const call = (command) =>
    invoke(command.name, channelId, { target: member.id }).catch((error) => complain(error.message));
  const items = apps.length
    ? [
        {
          label: "Apps",
          icon: "apps",
          sub: apps.map((command) => ({ label: command.name, icon: "apps", act: () => call(command) })),
        },
      ]
    : [];
  return [...items, { label: "Copy User ID", icon: "id", act: () => copy(member.id) }];
}

const card = (member) =>
  h(
    "div",
    { class: "profile" },
    avatar(member),
    h("strong", {}, member.name, member.bot && [" ", botTag()]),
    h(
      "div",
      { class: "profile-roles" },
      rolesOf(userOf(member.id) ?? member).map((entry) =>
        h(
          "span",
          { class: "profile-role" },
          h("span", { class: "role-dot", style: { "--role": entry.color ? cssColour(entry.color) : null } }),
          entry.name,
        ),
      ),
    ),
  );
