/** The list that grows out of the input line: commands, options, choices, mentions. */

import { fill, h } from "./dom.js";

let count = 0;

/** @typedef {{label: string, description?: string, sign?: Node, note?: string, value?: any}} Suggestion */

export class Completion {
  /** @param {(item: Suggestion) => void} onPick */
  constructor(onPick) {
    this.onPick = onPick;
    this.id = `completion-${++count}`;
    this.node = h("div", { class: "completion", hidden: true });
    this.items = [];
    this.active = -1;
    this.input = null;
  }

  get isOpen() {
    return !this.node.hidden;
  }

  get chosen() {
    return this.isOpen ? (this.items[this.active] ?? null) : null;
  }

  /**
   * @param {HTMLElement} input who is completed @param {{title?: any, items?: Suggestion[], note?: string, active?: number}} content
   */
  show(input, { title = null, items = [], note = "", active = 0 }) {
    this.release();
    this.input = input;
    this.items = items;
    this.active = items.length ? active : -1;
    this.rows = items.map((item, index) => this.row(item, index));
    const list = h(
      "div",
      { class: "completion-list", role: "listbox", id: this.id, "aria-label": "Suggestions" },
      this.rows,
    );
    fill(
      this.node,
      title && h("div", { class: "completion-title" }, title),
      items.length ? list : null,
      note && h("p", { class: "completion-note", role: "status" }, note),
    );
    this.node.hidden = !(title || items.length || note);
    for (const [name, value] of [
      ["aria-autocomplete", "list"],
      ["aria-expanded", String(items.length > 0)],
      ["aria-controls", this.id],
    ])
      input.setAttribute(name, value);
    this.mark();
  }

  hide() {
    this.node.hidden = true;
    this.items = [];
    this.active = -1;
    this.release();
  }

  release() {
    for (const name of ["aria-activedescendant", "aria-controls"]) this.input?.removeAttribute(name);
    this.input?.setAttribute("aria-expanded", "false");
    this.input = null;
  }

  row(item, index) {
    const row = h(
      "div",
      { class: "completion-item", role: "option", id: `${this.id}-${index}` },
      item.sign,
      h(
        "span",
        { class: "completion-words" },
        h("span", { class: "completion-label" }, item.label),
        item.description && h("span", { class: "completion-about" }, item.description),
      ),
      item.note && h("span", { class: "completion-side" }, item.note),
    );
    // Pressing must not take the focus from the input.
    row.addEventListener("pointerdown", (event) => event.preventDefault());
    row.addEventListener("click", () => this.onPick(item));
    row.addEventListener("pointermove", () => {
      if (this.active === index) return;
      this.active = index;
      this.mark();
    });
    return row;
  }

  mark() {
    this.rows.forEach((row, index) => row.setAttribute("aria-selected", String(index === this.active)));
    const row = this.rows[this.active];
    if (!row) return;
    this.input?.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  /** Arrows walk, Tab and Enter pick. Returns whether the key was used. */
  key(event) {
    if (!this.isOpen || !this.items.length || event.isComposing) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      this.active = (Math.max(this.active, step > 0 ? -1 : 0) + step + this.items.length) % this.items.length;
      this.mark();
    } else if ((event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && !event.shiftKey)) {
      const item = this.chosen ?? (event.key === "Tab" ? this.items[0] : null);
      if (!item) return false;
      this.onPick(item);
    } else return false;
    event.preventDefault();
    return true;
  }
}
