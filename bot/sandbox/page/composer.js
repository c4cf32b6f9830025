/** The input line: text with completion of mentions and emoji, or a slash command. */

import * as api from "./api.js";
import { botTag, avatar } from "./avatar.js";
import { callables, search } from "./command.js";
import { CommandLine } from "./command_line.js";
import { Completion } from "./completion.js";
import { fill, h, hovering, narrow } from "./dom.js";
import { expandShortcodes } from "./emoji.js";
import { dots, icon, iconButton } from "./icon.js";
import { invoke } from "./interaction.js";
import { encode, wordsFor } from "./mention.js";
import { openMenu } from "./menu.js";
import { on } from "./news.js";
import { maySend } from "./permission.js";
import { openPicker } from "./picker.js";
import { sentence } from "./typing.js";
import { bot, isThread, self } from "./world.js";

const LONGEST = 2000;
const REFUSED = "You do not have permission to send messages in this channel.";

export class Composer {
  /** @param {object} channel @param {{primary: boolean}} options primary: takes the commands mentioned in messages */
  constructor(channel, { primary }) {
    this.channel = channel;
    this.line = null;
    this.last = "";
    this.completion = new Completion((item) => this.pick(item));
    this.error = h("div", { class: "composer-error", role: "alert", hidden: true });
    this.typing = h("div", { class: "typing", "aria-live": "polite" });
    this.input = h("textarea", {
      class: "composer-input",
      rows: "1",
      role: "combobox",
      "aria-expanded": false,
      autocomplete: "off",
      placeholder: `Message ${isThread(channel) ? "" : "#"}${channel.name}`,
      "aria-label": `Message ${channel.name}`,
    });
    this.slot = h("div", { class: "composer-slot" }, this.input);
    const parts = [this.moreButton(), this.slot, this.emojiButton(), this.sendButton()];
    this.box = h("div", { class: "composer-box" }, parts);
    this.node = h("form", { class: "composer", on: { submit: (event) => event.preventDefault() } });
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.node.addEventListener("focusout", () =>
      setTimeout(() => this.node.contains(document.activeElement) || this.completion.hide()),
    );
    this.stops = [
      on("typing", (id) => id === channel.id && this.showTyping()),
      on("world", () => this.draw()),
      // The bot may have come after the first sign was typed.
      on("commands", () => this.input.value.startsWith("/") && !this.line && this.typed()),
      ...(primary ? [on("command", (path) => this.begin(path))] : []),
    ];
    this.draw();
  }

  dispose() {
    for (const stop of this.stops) stop();
  }

  focus() {
    if (hovering() && !narrow()) (this.line ?? this.input).focus();
  }

  /** The focus comes here although nobody pointed: a sign was typed, or a form is gone. */
  take() {
    (this.line ?? this.input).focus();
  }

  draw() {
    const allowed = maySend(this.channel.id) && !this.channel.thread_metadata?.locked;
    if (this.allowed === allowed) return;
    this.allowed = allowed;
    const refusal = h("p", { class: "composer-locked" }, icon("lock"), REFUSED);
    fill(this.node, allowed ? [this.completion.node, this.error, this.box] : refusal, this.typing);
  }

  moreButton() {
    const slash = () => {
      this.quit("/");
      this.input.focus();
    };
    const items = [{ label: "Use a slash command", icon: "apps", act: () => setTimeout(slash) }];
    const open = () => openMenu(items, { anchor: more, label: "More", side: "above" });
    const more = iconButton("plus", "More ways to write", open, { class: "icon-button composer-more" });
    return more;
  }

  emojiButton() {
    const write = (char) => {
      this.input.setRangeText(char, this.input.selectionStart, this.input.selectionEnd, "end");
      this.typed();
      this.input.focus();
    };
    const smile = iconButton("smile", "Choose an emoji", () => openPicker({ anchor: smile }, write));
    return smile;
  }

  sendButton() {
    const send = () => (this.line ? this.line.send() : this.say());
    return iconButton("send", "Send", send, { class: "icon-button composer-send" });
  }

  showTyping() {
    const text = sentence(this.channel.id);
    fill(this.typing, text && dots(), text);
  }

  complain(text) {
    this.error.hidden = !text;
    fill(this.error, text && icon("warn"), text);
  }

  // ---- text

  typed() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, innerHeight * 0.4)}px`;
    this.complain("");
    const { value, selectionStart } = this.input;
    if (/^\/[^\n]*$/.test(value)) this.suggestCommands(value.slice(1));
    else this.suggestWords(/(?:^|\s)([@#:])([\w-]*)$/.exec(value.slice(0, selectionStart)));
  }

  suggestCommands(text) {
    const exact = text.endsWith(" ") && callables(this.channel.id).find(({ path }) => path === text.trim());
    if (exact) {
      this.enter(exact);
      return;
    }
    const items = search(text, this.channel.id).map((callable) => ({
      callable,
      label: `/${callable.path}`,
      description: callable.description,
      sign: avatar({ ...bot(), bot: true }, "avatar-small"),
      note: callable.options
        .map(({ name, required }) => (required ? name : ""))
        .filter(Boolean)
        .join(" "),
    }));
    const title = items.length ? [bot().username, " ", botTag()] : null;
    this.completion.show(this.input, { title, items, note: items.length ? "" : "No commands match." });
  }

  suggestWords(found) {
    const items = found ? wordsFor(found[1], found[2]) : [];
    if (items.length) this.completion.show(this.input, { items });
    else this.completion.hide();
  }

  pick(item) {
    if (this.line) this.line.pick(item);
    else if (item.callable) this.enter(item.callable);
    else {
      const at = this.input.selectionStart;
      const from = this.input.value.slice(0, at).search(/[@#:][\w-]*$/);
      this.input.setRangeText(`${item.word} `, from, at, "end");
      this.typed();
    }
  }

  /** What was sent last is at hand again, to be sent once more or otherwise. */
  recall() {
    if (!this.last) return;
    this.quit(this.last);
    this.input.setSelectionRange(this.last.length, this.last.length);
  }

  key(event) {
    if (event.isComposing || this.completion.key(event)) return;
    if (event.key === "Escape" && this.completion.isOpen) {
      event.preventDefault();
      this.completion.hide();
    } else if (event.key === "ArrowUp" && !this.input.value && this.last) {
      event.preventDefault();
      this.recall();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.say();
    }
  }

  async say() {
    const { value } = this.input;
    if (!value.trim()) return;
    if (value.startsWith("/") && this.completion.chosen) {
      this.pick(this.completion.chosen);
      return;
    }
    const content = encode(expandShortcodes(value)).trim();
    if (content.length > LONGEST) {
      this.complain(`Your message is too long: ${content.length} of ${LONGEST} characters.`);
      return;
    }
    this.last = value;
    this.quit("");
    try {
      await api.say(self().name, { channel_id: this.channel.id, content });
    } catch (error) {
      if (!this.input.value) this.quit(value);
      this.complain(error.message);
    }
  }

  // ---- commands

  /** Begin a command by its name, as a mention `</name:id>` does. */
  begin(path) {
    const callable = callables(this.channel.id).find((one) => one.path === path);
    if (callable) this.enter(callable);
    else this.quit(`/${path} `);
    this.focus();
  }

  enter(callable) {
    this.mount(
      new CommandLine(callable, {
        channelId: this.channel.id,
        completion: this.completion,
        complain: (text) => this.complain(text),
        onQuit: (text) => this.quit(text),
        onSend: (values) => this.run(callable, values),
      }),
    );
  }

  mount(line) {
    this.completion.hide();
    this.complain("");
    this.line = line;
    this.input.value = "";
    fill(this.slot, line.node);
    line.focus();
  }

  /** Back to plain text. */
  quit(text) {
    this.completion.hide();
    this.line = null;
    fill(this.slot, this.input);
    this.input.value = text;
    this.typed();
    if (this.node.contains(document.activeElement) || document.activeElement === document.body)
      this.input.focus();
  }

  async run(callable, options) {
    const { line } = this;
    this.last = `/${callable.path} `;
    this.quit("");
    try {
      await invoke(callable.path, this.channel.id, { options });
    } catch (error) {
      if (!this.line && !this.input.value) this.mount(line);
      this.complain(error.message);
    }
  }
}
