/** Context menus, with submenus; arrows move, Enter acts, as the ARIA menu pattern says. */

import { button, h } from "./dom.js";
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
  const open = () =>
    openMenu(item.sub, {
      label: item.label,
      anchor: node,
      side: "beside",
      parent: owner(),
      root: root ?? owner(),
    });
  const act = () => {
    if (item.sub) return open();
    dismiss();
    return item.act();
  };
  const props = {
    role: item.checked === undefined ? "menuitem" : "menuitemradio",
    tabindex: "-1",
    class: ["menu-item", item.danger && "danger"],
    "aria-checked": item.checked,
    "aria-haspopup": item.sub && "menu",
  };
  const words = h(
    "span",
    { class: "menu-words" },
    h("span", {}, item.label),
    item.hint && h("small", {}, item.hint),
  );
  const node = button(props, act, item.node, words, sign(item));
  if (item.sub) growing(node, open);
  return node;
}

function sign(item) {
  if (item.sub) return icon("right");
  return item.checked ? icon("check") : item.icon && icon(item.icon);
}

/** A submenu opens under the mouse and by the arrow that points to it. */
function growing(node, open) {
  node.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && open());
  node.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowRight") return;
    event.stopPropagation();
    open();
  });
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
