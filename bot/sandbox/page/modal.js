/** Forms the bot asks people to fill in. */

import * as api from "./api.js";
import { avatar } from "./avatar.js";
import { append, button, h } from "./dom.js";
import { fieldsOf } from "./field.js";
import { dots, icon, iconButton } from "./icon.js";
import { bot, self } from "./world.js";

/** @param {{custom_id: string, title: string, components: object[]}} data a modal as the bot answered it */
export function openModal(data) {
  const { nodes, fields } = fieldsOf(data.components);
  const failure = h("p", { class: "modal-failure", role: "alert" });
  const send = h(
    "button",
    { type: "submit", class: "button button-primary" },
    h("span", { class: "button-words" }, "Submit"),
  );
  const quit = () => dialog.close();
  const cancel = button({ class: "button button-plain" }, quit, "Cancel");
  const form = h("form", { class: "modal-form", novalidate: true, method: "dialog" });
  append(form, [head(data.title, quit), h("div", { class: "modal-body" }, warning(), nodes)]);
  append(form, h("footer", { class: "modal-foot" }, failure, cancel, send));
  const dialog = h("dialog", { class: "modal", "aria-labelledby": "modal-title" }, form);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(data, fields, { dialog, failure, send });
  });
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("pointerdown", (event) => event.target === dialog && quit());
  document.body.append(dialog);
  dialog.showModal();
  dialog.querySelector(".field input, .field textarea, .field .select")?.focus();
}

function head(title, quit) {
  const face = avatar({ ...bot(), bot: true });
  return h(
    "header",
    { class: "modal-head" },
    face,
    h("h2", { id: "modal-title" }, title),
    iconButton("close", "Close", quit),
  );
}

function warning() {
  const words = `This form will be submitted to ${bot().username}. Do not share passwords or other sensitive information.`;
  return h("p", { class: "modal-note" }, icon("warn"), h("span", {}, words));
}

async function submit(data, fields, { dialog, failure, send }) {
  failure.textContent = "";
  if (send.disabled) return;
  const wrong = fields.filter((field) => !field.check());
  if (wrong.length) {
    wrong[0].focus();
    return;
  }
  send.disabled = true;
  send.classList.add("waits");
  send.append(dots());
  try {
    const answers = Object.fromEntries(fields.map((field) => [field.id, field.read()]));
    const answer = await api.submitModal(self().name, { custom_id: data.custom_id, fields: answers });
    if (answer?.error || answer?.answered === false) throw new Error(answer.error ?? "no answer");
    dialog.close();
  } catch (error) {
    failure.textContent =
      error.status >= 400 && error.status < 500 ? error.message : "Something went wrong. Try again.";
    send.disabled = false;
    send.classList.remove("waits");
    send.lastElementChild.remove();
  }
}
