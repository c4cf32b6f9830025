/** On narrow screens the sidebar and the members slide in over the channel: by button, by swipe. */

import { h } from "./dom.js";

const SWIPE = 60;
const scrim = h("div", { class: "scrim", hidden: true });
let parts = {};
let opened = null;
let before = null;

/** @param {{sidebar: HTMLElement, members: HTMLElement}} elements */
export function setUpDrawers(elements) {
  parts = elements;
  document.body.append(scrim);
  scrim.addEventListener("click", closeDrawers);
  addEventListener("keydown", (event) => event.key === "Escape" && closeDrawers());
  addEventListener("resize", closeDrawers);
  let start = null;
  addEventListener(
    "touchstart",
    ({ touches: [touch] }) => {
      start = { x: touch.clientX, y: touch.clientY };
    },
    { passive: true },
  );
  addEventListener(
    "touchend",
    ({ changedTouches: [touch], target }) => {
      const dx = touch.clientX - (start?.x ?? touch.clientX);
      const dy = touch.clientY - (start?.y ?? touch.clientY);
      if (
        Math.abs(dx) > SWIPE &&
        Math.abs(dx) > 2 * Math.abs(dy) &&
        !target.closest?.("dialog, .popover, .command-line")
      )
        swipe(dx);
    },
    { passive: true },
  );
}

function swipe(dx) {
  if (!matchMedia("(max-width: 820px)").matches) return;
  if (opened) closeDrawers();
  else openDrawer(dx > 0 ? "sidebar" : "members");
}

/** @param {"sidebar"|"members"} name */
export function openDrawer(name) {
  closeDrawers();
  before = document.activeElement;
  opened = parts[name];
  opened.classList.add("open");
  scrim.hidden = false;
  opened.querySelector("[aria-current='page'], button, a")?.focus();
}

export function closeDrawers() {
  if (!opened) return;
  opened.classList.remove("open");
  opened = null;
  scrim.hidden = true;
  if (before?.isConnected) before.focus();
}
