/** The keyboard alone: whatever is typed with nothing else in hand reaches the input line; Ctrl+K finds a channel. */

import { openSwitcher } from "./switcher.js";

const WRITES = "input, textarea, select, [contenteditable]";
const FLOATS = "dialog[open], .popover";

/** @param {() => ?import("./composer.js").Composer} composer the input line of the channel that is shown */
export function setUpKeyboard(composer) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (!document.querySelector("dialog[open]")) openSwitcher();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector(FLOATS)) return;
    if (document.activeElement?.matches(WRITES)) return;
    // Space and Enter press what has the focus; every other sign is meant for the channel.
    if ([...event.key].length === 1 && event.key !== " ") composer()?.take();
  });
  document.addEventListener("close", () => regainCaret(), true);
  // What was focused before a form may have been drawn anew meanwhile: then the input line has the focus.
  document.addEventListener(
    "close",
    () => setTimeout(() => document.activeElement === document.body && composer()?.focus()),
    true,
  );
}

/** Chromium gives the focus back without a caret when a dialog goes: signs get lost until it is focused anew. */
function regainCaret() {
  const { activeElement } = document;
  if (!activeElement?.matches(WRITES)) return;
  activeElement.blur();
  activeElement.focus();
}
