/** The fields of a modal: text inputs, selects, radio buttons and boxes, each with its label and its complaint. */

import { h } from "./dom.js";
import { COMPONENT as KIND } from "./kind.js";
import { markup } from "./markup.js";
import { optionsOf, select } from "./select.js";

const LONGEST = 4000;
let count = 0;

/**
 * @typedef {{id: string, node: HTMLElement, read: () => any, check: () => boolean, focus: () => void}} Field
 * @param {object[]} components of the modal @returns {{nodes: HTMLElement[], fields: Field[]}}
 */
export function fieldsOf(components) {
  const fields = [];
  const add = (component, label, description) => {
    const field = labelled(component, label, description);
    fields.push(field);
    return field.node;
  };
  const nodes = components.map((one) => {
    if (one.type === KIND.text) return h("div", { class: "text-display" }, markup(one.content));
    if (one.type === KIND.label) return add(one.component, one.label, one.description);
    if (one.type === KIND.row) return one.components.map((inner) => add(inner, inner.label));
    return null;
  });
  return { nodes, fields };
}

function labelled(component, label, description) {
  const id = `field-${++count}`;
  const required = component.required ?? true;
  const input = CONTROLS[component.type]?.(component, { id, label }) ?? unknown(component);
  const wrong = h("span", { class: "field-wrong", id: `${id}-wrong`, role: "alert" });
  const node = h(
    "div",
    { class: "field" },
    h(
      "label",
      { class: "field-label", for: id, id: `${id}-label` },
      label,
      required && h("span", { class: "field-star", "aria-label": "required" }, " *"),
      wrong,
    ),
    description && h("p", { class: "field-description", id: `${id}-about` }, description),
    input.node,
  );
  input.control?.setAttribute("aria-describedby", `${id}-wrong${description ? ` ${id}-about` : ""}`);
  if (required) input.control?.setAttribute("aria-required", "true");
  const check = () => {
    const complaint = input.complaint(required);
    wrong.textContent = complaint ? ` — ${complaint}` : "";
    node.classList.toggle("wrong", Boolean(complaint));
    input.control?.setAttribute("aria-invalid", String(Boolean(complaint)));
    return !complaint;
  };
  node.addEventListener("input", () => node.classList.contains("wrong") && check());
  return { id: component.custom_id, node, read: input.read, check, focus: () => input.control?.focus() };
}

const CONTROLS = {
  [KIND.textInput]: textInput,
  [KIND.stringSelect]: choice,
  [KIND.userSelect]: choice,
  [KIND.roleSelect]: choice,
  [KIND.mentionableSelect]: choice,
  [KIND.channelSelect]: choice,
  [KIND.radios]: boxes,
  [KIND.boxes]: boxes,
  [KIND.box]: box,
};

function textInput(component, { id }) {
  const long = component.style === 2;
  const most = component.max_length ?? LONGEST;
  const control = h(long ? "textarea" : "input", {
    id,
    class: "input",
    placeholder: component.placeholder,
    maxlength: most,
    rows: long ? "4" : null,
    value: component.value ?? "",
    autocomplete: "off",
    type: long ? null : "text",
  });
  const left = h(
    "span",
    { class: "field-count", "aria-hidden": "true" },
    String(most - control.value.length),
  );
  control.addEventListener("input", () => {
    left.textContent = String(most - control.value.length);
  });
  return {
    control,
    node:
      long || component.max_length
        ? h("div", { class: ["counted", long && "long"] }, control, left)
        : control,
    read: () => control.value,
    complaint: (required) => {
      const { length } = control.value;
      if (!length) return required ? "This field is required" : null;
      return length < (component.min_length ?? 0)
        ? `Must be ${component.min_length} or more in length.`
        : null;
    },
  };
}

function choice(component, { id, label }) {
  let values = optionsOf(component)
    .filter((one) => one.preset)
    .map((one) => one.value);
  const control = select(component, {
    label,
    onChoose: (picked) => {
      values = picked;
      control.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  control.id = id;
  return {
    control,
    node: control,
    read: () => values,
    complaint: (required) => (required && !values.length ? "This field is required" : null),
  };
}

function boxes(component, { id }) {
  const many = component.type === KIND.boxes;
  const inputs = component.options.map((option) =>
    h("input", {
      type: many ? "checkbox" : "radio",
      name: id,
      value: option.value,
      checked: option.default || null,
    }),
  );
  const node = h(
    "div",
    { class: "boxes", role: many ? "group" : "radiogroup", "aria-labelledby": `${id}-label` },
    component.options.map((option, index) =>
      h(
        "label",
        { class: "box" },
        inputs[index],
        h("span", {}, option.label, option.description && h("small", {}, option.description)),
      ),
    ),
  );
  const picked = () => inputs.filter((input) => input.checked).map((input) => input.value);
  return {
    control: inputs[0],
    node,
    read: () => (many ? picked() : (picked()[0] ?? null)),
    complaint: (required) => (required && !picked().length ? "This field is required" : null),
  };
}

function box(component, { id }) {
  const control = h("input", { type: "checkbox", id, checked: component.default || null });
  return {
    control,
    node: h("div", { class: "boxes" }, control),
    read: () => control.checked,
    complaint: () => null,
  };
}

const unknown = (component) => ({
  control: null,
  node: h("p", { class: "unknown" }, `Field of type ${component.type}`),
  read: () => null,
  complaint: () => null,
});
