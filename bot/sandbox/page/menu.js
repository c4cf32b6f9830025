/** Context menus, with submenus; arrows move, Enter acts, as the ARIA menu pattern says. */

import { h } from "./dom.js";
import { icon } from "./icon.js";
import { openPopover } from "./popover.js";

/**
 * @typedef {{label: string, icon?: string, act?: () => void, danger?: boolean, checked?: boolean, hint?: string,
 *   sub?: Item[], node?: Node}} Item an entry; `null` in a list is a line between groups
 */

/**
 * @param {(Item|null)[]} items
 * @param {{anchor?: Element, point?: {x: number, y: number}, side?: string, label: string, head?: Node, parent?: object}} options
 */
export function openMenu(items, { label, head = null, ...place }) {
  let popover = null;
  const dismiss = () => (place.root ?? popover).close();
  const entries = items.map((item) =>
    item ? entry(item, () => popover, { ...place, dismiss }) : h("hr", { role: "separator" }),
  );
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label }, head, entries);
  menu.addEventListener("keydown", (event) => steer(event, menu, place.parent ? popover : null));
  popover = openPopover(menu, place);
  return popover;
}

function entry(item, owner, { dismiss, root }) {
  const role = item.checked === undefined ? "menuitem" : "menuitemradio";
  const open = () =>
    openMenu(item.sub, {
      label: item.label,
      anchor: button,
      side: "beside",
      parent: owner(),
      root: root ?? owner(),
    });
  const act = () => {
    if (item.sub) return open();
    dismiss();
    return item.act();
  };
  const button = h(
    "button",
    {
      type: "button",
      role,
      tabindex: "-1",
      class: ["menu-item", item.danger && "danger"],
      "aria-checked": item.checked ?? null,
      "aria-haspopup": item.sub ? "menu" : null,
      on: { click: act, pointerenter: (event) => event.pointerType === "mouse" && item.sub && open() },
    },
    item.node,
    h("span", { class: "menu-words" }, h("span", {}, item.label), item.hint && h("small", {}, item.hint)),
    item.sub ? icon("right") : item.checked ? icon("check") : item.icon && icon(item.icon),
  );
  if (item.sub)
    button.addEventListener(
      "keydown",
      (event) => event.key === "ArrowRight" && (event.stopPropagation(), open()),
    );
  return button;
}

function steer(event, menu, self) {
  const buttons = [...menu.querySelectorAll("[role^=menuitem]")];
  const at = buttons.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at < 0 ? -1 : at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    buttons.at(to % buttons.length)?.focus();
  } else if (event.key === "ArrowLeft" && self) self.close();
  else if (event.key === "Tab") event.preventDefault();
}
