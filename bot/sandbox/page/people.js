/** The person at the lower left, the switch to another, and the list of members at the right. */

import { avatar, botTag, roleDot } from "./avatar.js";
import { button, h } from "./dom.js";
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
  const words = h("span", { class: "user-words" }, h("strong", {}, me.name), h("small", {}, about(me)));
  const face = h("span", { class: "presence" }, avatar(me));
  const head = h("p", { class: "menu-head" }, "Look as");
  const open = () =>
    openMenu(people().map(choice), { anchor: panel, side: "above", label: "Switch person", head });
  const panel = button(
    { class: "user-button", "aria-haspopup": "menu" },
    open,
    face,
    h("span", { class: "spoken" }, "You are "),
    words,
    h("span", { class: "spoken" }, ". Switch person"),
    icon("people"),
  );
  return panel;
}

const choice = (person) => ({
  label: person.name,
  hint: about(person),
  checked: person.name === self().name,
  node: avatar(person, "avatar-small"),
  act: () => go({ person: person.name }),
});

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
  const face = h("span", { class: "presence" }, avatar(member));
  const name = h("span", { class: "member-name", style: { color: colourOf(member.id) } }, member.name);
  const open = (place) => openMenu(memberItems(member), { ...place, label: member.name, head: card(member) });
  const here = () => open({ anchor: row });
  const row = button({ class: "member", "aria-haspopup": "menu" }, here, face, name, member.bot && botTag());
  row.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    here();
  });
  return row;
}

function memberItems(member) {
  const channelId = find(here().channel)?.id;
  const fits = (command) => command.type === COMMAND.user && mayUse(command, channelId);
  const call = (name) =>
    invoke(name, channelId, { target: member.id }).catch((error) => complain(error.message));
  const apps = commands()
    .filter(fits)
    .map(({ name }) => ({ label: name, icon: "apps", act: () => call(name) }));
  const copying = { label: "Copy User ID", icon: "id", act: () => copy(member.id) };
  return apps.length ? [{ label: "Apps", icon: "apps", sub: apps }, copying] : [copying];
}

function card(member) {
  const name = h("strong", {}, member.name, member.bot && [" ", botTag()]);
  const badges = rolesOf(userOf(member.id) ?? member).map(roleBadge);
  return h("div", { class: "profile" }, avatar(member), name, h("div", { class: "profile-roles" }, badges));
}

const roleBadge = (entry) => h("span", { class: "profile-role" }, roleDot(entry), entry.name);
