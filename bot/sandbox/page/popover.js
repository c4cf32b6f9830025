/** Things that float: menus, pickers, lists of options. On a phone they rise from the lower edge. */

import { append, h, narrow } from "./dom.js";

const MARGIN = 8;
const open = [];

/**
 * Show something beside its anchor. Escape, a press elsewhere, or its own act closes it; focus returns.
 * @param {HTMLElement} content
 * @param {{anchor?: Element, point?: {x: number, y: number}, side?: "below"|"above"|"beside", parent?: object,
 *   focus?: boolean, onClose?: () => void}} options `parent`: the popover this one grows from, which stays open
 */
export function openPopover(content, options = {}) {
  const { anchor, point, side = "below", parent, focus = true, onClose } = options;
  closeAbove(parent);
  const low = narrow();
  const before = document.activeElement;
  const node = h("div", { class: ["popover", low && "sheet"] }, content);
  const scrim = low && h("div", { class: "scrim scrim-sheet" });
  const self = { node, close };
  function close({ restore = true } = {}) {
    if (!open.includes(self)) return;
    while (open.at(-1) !== self) open.at(-1).close({ restore: false });
    open.pop();
    node.remove();
    if (scrim) scrim.remove();
    onClose?.();
    if (restore && focus && before?.isConnected) before.focus({ preventScroll: true });
  }
  append(anchor?.closest("dialog") ?? document.body, [scrim, node]);
  open.push(self);
  if (!low) position(node, anchor?.getBoundingClientRect() ?? DOMRect.fromRect(point), side);
  const first = node.querySelector("[data-first]") ?? node.querySelector("button, input, [tabindex='0']");
  if (focus) first?.focus({ preventScroll: true });
  return self;
}

function closeAbove(parent) {
  const keep = parent ? open.indexOf(parent) + 1 : 0;
  open[keep]?.close({ restore: false });
}

export const closePopovers = () => open[0]?.close();

/** Keep it on the screen: flip to the other side where there is no room, then push inwards. */
function position(node, rect, side) {
  const { offsetWidth: width, offsetHeight: height } = node;
  let left = side === "beside" ? rect.right + 4 : rect.left;
  let top = side === "beside" ? rect.top : rect.bottom + 4;
  if (side === "above") top = rect.top - height - 4;
  if (side === "beside" && left + width > innerWidth - MARGIN) left = rect.left - width - 4;
  if (side === "below" && top + height > innerHeight - MARGIN && rect.top - height - 4 > MARGIN)
    top = rect.top - height - 4;
  node.style.left = `${Math.max(MARGIN, Math.min(left, innerWidth - width - MARGIN))}px`;
  node.style.top = `${Math.max(MARGIN, Math.min(top, innerHeight - height - MARGIN))}px`;
}

addEventListener(
  "pointerdown",
  (event) => {
    const top = open.at(-1);
    if (!top) return;
    const hit = open.findLastIndex((entry) => entry.node.contains(event.target));
    if (hit < open.length - 1) open[hit + 1].close({ restore: hit >= 0 });
  },
  true,
);

addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "Escape" || !open.length) return;
    event.preventDefault();
    event.stopPropagation();
    open.at(-1).close();
  },
  true,
);

addEventListener("resize", () => open[0]?.close({ restore: false }));
