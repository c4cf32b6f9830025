/** Ctrl+K: type a part of a channel's or thread's name, Enter goes there. */

import { Completion } from "./completion.js";
import { h } from "./dom.js";
import { channelIcon } from "./markup.js";
import { ALLOW, may } from "./permission.js";
import { go } from "./place.js";
import { TYPE, channels, isArchived, threadsOf } from "./world.js";

const MOST = 12;

/** Everything that can be gone to, channels before threads. */
function places() {
  const rooms = channels().filter(({ id, type }) => type !== TYPE.category && may(ALLOW.view, id));
  const threads = rooms.flatMap(({ id }) => threadsOf(id).filter((thread) => !isArchived(thread)));
  return [...rooms, ...threads];
}

export function openSwitcher() {
  const input = h("input", {
    class: "switcher-input",
    role: "combobox",
    "aria-label": "Go to a channel or thread",
    "aria-expanded": false,
    placeholder: "Where would you like to go?",
    autocomplete: "off",
    spellcheck: "false",
  });
  const leave = (item) => {
    dialog.close();
    go({ channel: item.value, thread: null });
  };
  const completion = new Completion(leave);
  const dialog = h(
    "dialog",
    { class: "modal switcher", "aria-label": "Go to a channel" },
    input,
    completion.node,
  );
  const suggest = () => {
    const wanted = input.value.trim().replace(/^#/, "").toLowerCase();
    const items = places()
      .filter(({ name }) => name.toLowerCase().includes(wanted))
      .slice(0, MOST)
      .map((place) => ({ label: place.name, sign: channelIcon(place), value: place.id }));
    completion.show(input, { items, note: items.length ? "" : "No channel has this name." });
  };
  input.addEventListener("input", suggest);
  input.addEventListener("keydown", (event) => completion.key(event));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("pointerdown", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  input.focus();
  suggest();
}
