/** A slash command being filled in: its name, a chip for each option, suggestions above. */

import * as api from "./api.js";
import { offers, read } from "./command.js";
import { button, h } from "./dom.js";
import { self } from "./world.js";

const PAUSE = 150;

export class CommandLine {
  /**
   * @param {import("./command.js").Callable} callable
   * @param {{channelId: string, completion: import("./completion.js").Completion, onQuit: (text: string) => void,
   *   onSend: (values: Record<string, any>) => void, complain: (text: string) => void}} owner
   */
  constructor(callable, owner) {
    Object.assign(this, { callable, ...owner });
    this.chips = [];
    this.asked = 0;
    this.tail = h("input", {
      class: "command-tail",
      "aria-label": "More options",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
    });
    this.tail.addEventListener("focus", () => this.suggestOptions(-1));
    this.tail.addEventListener("input", () => this.suggestOptions(this.tail.value ? 0 : -1));
    this.tail.addEventListener("keydown", (event) => this.key(event, this.tail));
    this.rest = button({ class: "command-rest" }, () => this.tail.focus());
    this.node = h(
      "div",
      { class: "command-line", role: "group", "aria-label": `/${callable.path}` },
      h("span", { class: "command-name" }, `/${callable.path}`),
      this.tail,
      this.rest,
    );
    for (const option of callable.options) if (option.required) this.add(option);
    this.count();
  }

  focus() {
    (this.chips.find((chip) => !chip.input.value) ?? { input: this.tail }).input.focus();
  }

  missing() {
    return this.callable.options.filter((option) => !this.chips.some((chip) => chip.option === option));
  }

  count() {
    const left = this.missing().length;
    this.rest.hidden = !left;
    this.rest.textContent = `+${left} optional`;
  }

  add(option) {
    const input = h("input", {
      class: "chip-input",
      role: "combobox",
      "aria-label": option.name,
      "aria-expanded": false,
      autocomplete: "off",
      spellcheck: "false",
      "aria-required": Boolean(option.required),
    });
    const chip = {
      option,
      input,
      picked: null,
      node: h("label", { class: "chip" }, h("span", { class: "chip-name" }, option.name), input),
    };
    input.addEventListener("focus", () => this.suggest(chip));
    input.addEventListener("input", () => {
      chip.picked = null;
      this.fit(chip);
      this.setWrong(chip, "");
      this.suggest(chip);
    });
    input.addEventListener("keydown", (event) => this.key(event, input, chip));
    this.chips.push(chip);
    this.tail.before(chip.node);
    this.fit(chip);
    this.count();
    return chip;
  }

  fit({ input }) {
    input.style.width = `${Math.min(Math.max([...input.value].length + 2, 5), 60)}ch`;
  }

  drop(chip) {
    const at = this.chips.indexOf(chip);
    this.chips.splice(at, 1);
    chip.node.remove();
    this.count();
    (this.chips[at - 1]?.input ?? this.tail).focus();
  }

  setWrong(chip, text) {
    chip.node.classList.toggle("wrong", Boolean(text));
    chip.input.setAttribute("aria-invalid", String(Boolean(text)));
    if (text) this.complain(text);
    else this.complain("");
  }

  /** What the picked suggestion means here: a value for the chip in hand, or a further option. */
  pick(item) {
    if (item.option) {
      this.tail.value = "";
      this.add(item.option).input.focus();
      return;
    }
    const chip = this.chips.find(({ input }) => input === this.completion.input);
    if (!chip) return;
    chip.input.value = item.label;
    chip.picked = { label: item.label, value: item.value };
    this.fit(chip);
    this.setWrong(chip, "");
    this.completion.hide();
    const next = this.chips.find((one) => !one.input.value && one !== chip);
    (next?.input ?? this.tail).focus();
  }

  title({ option }) {
    return [h("strong", {}, option.name), " ", option.description];
  }

  suggest(chip) {
    const offered = offers(chip.option);
    const wanted = chip.picked ? "" : chip.input.value.trim().replace(/^[@#]/, "").toLowerCase();
    if (chip.option.autocomplete) {
      this.ask(chip);
      return;
    }
    const items = (offered ?? []).filter(({ label }) => label.toLowerCase().includes(wanted)).slice(0, 25);
    this.completion.show(chip.input, {
      title: this.title(chip),
      items,
      note: offered && !items.length ? "No options match your search." : "",
    });
  }

  /** The bot suggests: asked when typing pauses; of several answers only the last question's counts. */
  ask(chip) {
    const turn = ++this.asked;
    const current = () => turn === this.asked && document.activeElement === chip.input;
    const show = (content) =>
      current() && this.completion.show(chip.input, { title: this.title(chip), ...content });
    if (!this.completion.items.length || this.completion.input !== chip.input)
      show({ note: "Loading options…" });
    setTimeout(async () => {
      if (!current()) return;
      try {
        const answer = await api.autocomplete(self().name, {
          command: this.callable.path,
          options: this.partial(chip),
          focused: chip.option.name,
          channel_id: this.channelId,
        });
        const items = (answer.choices ?? []).map(({ name, value }) => ({ label: name, value }));
        if (answer.error || answer.answered === false) throw new Error(answer.error);
        show({ items, note: items.length ? "" : "No options match your search." });
      } catch {
        show({ note: "Loading options failed" });
      }
    }, PAUSE);
  }

  /** What is filled in so far, the option in hand as plain text. */
  partial(current) {
    const entries = this.chips.map((chip) => [
      chip.option.name,
      chip === current ? (chip.picked?.value ?? chip.input.value) : this.valueOf(chip).value,
    ]);
    return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
  }

  valueOf(chip) {
    return chip.picked && chip.picked.label === chip.input.value
      ? { value: chip.picked.value }
      : read(chip.option, chip.input.value);
  }

  suggestOptions(active) {
    const wanted = this.tail.value.trim().toLowerCase();
    const items = this.missing()
      .filter(({ name }) => name.includes(wanted))
      .map((option) => ({ option, label: option.name, description: option.description }));
    if (items.length) this.completion.show(this.tail, { title: "Options", items, active });
    else this.completion.hide();
  }

  /** A key in a chip, or in the tail behind them all. */
  key(event, input, chip = null) {
    // Behind a value that was picked, Enter sends; it must not pick again.
    const done = event.key === "Enter" && chip?.picked;
    if (event.isComposing || (!done && this.completion.key(event))) return;
    if (KEYS[event.key]?.(this, input, chip)) event.preventDefault();
  }

  escape() {
    if (this.completion.isOpen) this.completion.hide();
    else this.onQuit("");
    return true;
  }

  /** To the chip before or after, if there is one. */
  step(input, by) {
    const stops = [...this.chips.map((chip) => chip.input), this.tail];
    const next = stops[stops.indexOf(input) + by];
    next?.focus();
    return Boolean(next);
  }

  /** Backspace where nothing is left: an optional chip goes; before the first one lies the plain text. */
  rub(input, chip) {
    if (chip && !chip.option.required) this.drop(chip);
    else if (!this.step(input, -1)) this.onQuit(`/${this.callable.path}`);
    return true;
  }

  send() {
    const values = {};
    for (const chip of this.chips) {
      const { value, wrong } = this.valueOf(chip);
      if (wrong) {
        chip.input.focus();
        this.setWrong(chip, wrong);
        return true;
      }
      if (value !== undefined) values[chip.option.name] = value;
    }
    this.completion.hide();
    this.onSend(values);
    return true;
  }
}

const atStart = (input) => input.selectionStart === 0 && input.selectionEnd === 0;
const atEnd = (input) => input.selectionStart === input.value.length;

/** What keys do where the list of suggestions leaves them alone; each says whether it did something. */
const KEYS = {
  Enter: (line) => line.send(),
  Escape: (line) => line.escape(),
  Backspace: (line, input, chip) => !input.value && line.rub(input, chip),
  ArrowLeft: (line, input) => atStart(input) && line.step(input, -1),
  ArrowRight: (line, input) => atEnd(input) && line.step(input, 1),
};
