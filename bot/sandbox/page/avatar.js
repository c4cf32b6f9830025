/** Faces, drawn: initials on a colour that follows from the id; the bot wears a bell. */

import { cssColour } from "./colour.js";
import { h } from "./dom.js";
import { icon } from "./icon.js";

const COLOURS = ["#4752c4", "#1f7a4d", "#a8572a", "#a12d63", "#7a4bb5", "#1f6f8b", "#8a6d1d", "#b03a3a"];

const initials = (name) => {
  const words = String(name ?? "?")
    .split(/[\s_.-]+/)
    .filter(Boolean);
  const letters =
    words.length > 1 ? [words[0], words[1]].map((word) => [...word][0]) : [...(words[0] ?? "?")].slice(0, 1);
  return letters.join("").toUpperCase();
};

const colour = (name) =>
  COLOURS[
    [...String(name)].reduce((sum, char) => (sum * 33 + char.codePointAt(0)) >>> 0, 5) % COLOURS.length
  ];

/** @param {{id?: string, name?: string, username?: string, bot?: boolean}} user @param {string} [extra] more classes */
export function avatar(user, extra = "") {
  const name = user?.name ?? user?.global_name ?? user?.username ?? "?";
  const face = user?.bot ? icon("bell") : initials(name);
  return h(
    "span",
    {
      class: ["avatar", user?.bot && "avatar-bot", extra],
      "aria-hidden": "true",
      style: { "--face": user?.bot ? null : colour(name) },
    },
    face,
  );
}

/** The guild's sign in the rail. */
export const guildMark = (name) =>
  String(name ?? "?")
    .split(/\s+/)
    .map((word) => [...word][0])
    .join("")
    .slice(0, 3);

export const botTag = () => h("span", { class: "tag-bot" }, "BOT");

export const roleDot = ({ color }) =>
  h("span", { class: "role-dot", style: { "--role": color ? cssColour(color) : null } });
