/** The emoji picker: search, a grid, arrows. */

import { button, fill, h, hovering } from "./dom.js";
import { EMOJI } from "./emoji.js";
import { openPopover } from "./popover.js";

const COLUMNS = 8;

/** @param {{anchor?: Element, point?: {x: number, y: number}}} place @param {(emoji: string) => void} choose */
export function openPicker(place, choose) {
  const grid = h("div", { class: "picker-grid", role: "listbox", "aria-label": "Emoji" });
  const search = h("input", {
    type: "search",
    placeholder: "Find the perfect emoji",
    "aria-label": "Search emoji",
    autocomplete: "off",
  });
  // A finger wants the grid, not the keyboard that would cover it.
  if (hovering()) search.dataset.first = "";
  const pick = (char) => {
    popover.close();
    choose(char);
  };
  const draw = () =>
    fill(
      grid,
      found(search.value).map((emoji) => cell(emoji, pick)),
    );
  search.addEventListener("input", draw);
  const panel = h("div", { class: "picker", role: "dialog", "aria-label": "Emoji picker" }, search, grid);
  panel.addEventListener("keydown", (event) => move(event, grid, search));
  draw();
  const popover = openPopover(panel, { ...place, side: "above" });
}

function found(text) {
  const wanted = text.trim().toLowerCase().replace(/:/g, "");
  return EMOJI.filter(({ char, name }) => name.includes(wanted) || char === wanted);
}

function cell({ char, name }, pick) {
  const props = {
    role: "option",
    class: "picker-emoji",
    title: `:${name}:`,
    "aria-label": name,
    "aria-selected": false,
  };
  return button(props, () => pick(char), char);
}

function move(event, grid, search) {
  const buttons = [...grid.querySelectorAll("button")];
  const at = buttons.indexOf(document.activeElement);
  if (event.key === "Enter" && document.activeElement === search) {
    event.preventDefault();
    buttons[0]?.click();
    return;
  }
  const step = { ArrowDown: COLUMNS, ArrowUp: -COLUMNS, ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!step || (at < 0 && event.key !== "ArrowDown")) return;
  event.preventDefault();
  const to = at < 0 ? 0 : at + step;
  (to < 0 ? search : buttons[Math.min(to, buttons.length - 1)])?.focus();
}
