/** Whom a message rang: the proof that a ping went out. */

import { h } from "./dom.js";
import { icon } from "./icon.js";
import { role as roleOf, user as userOf } from "./world.js";

/** Whom a message really called: the proof that a ping went out. */
export function pinged({ sandbox }) {
  const { users = [], roles = [], everyone = false } = sandbox?.pinged ?? {};
  const name = (entry, found) =>
    `@${(found(entry?.id ?? entry)?.name ?? entry?.name ?? entry).replace(/^@/, "")}`;
  return [
    everyone && "@everyone",
    ...users.map((entry) => name(entry, userOf)),
    ...roles.map((entry) => name(entry, roleOf)),
  ]
    .filter(Boolean)
    .join(", ");
}

export function callMark(message) {
  const names = pinged(message);
  return (
    names &&
    h(
      "span",
      { class: "call-mark", title: `Pinged ${names}` },
      icon("bell"),
      h("span", { class: "spoken" }, "Pinged "),
      names,
    )
  );
}
