/** A rule of one's own: what goes wrong, where, and when. */

import { button, h } from "./dom.js";

const EFFECTS = [
  ["Answer lost", ["lost_answer_500", "lost_answer_reset", "lost_answer_hang", "callback_503_after_accept"]],
  ["Call refused", ["status", "rate_limit", "global_rate_limit", "forbidden", "not_found", "delete_message"]],
  ["Event", ["drop_event", "double_event", "late_event"]],
  ["Line", ["reconnect", "invalid_session", "zombie", "close"]],
  ["Time", ["latency", "clock_skew"]],
];
const ROUTES = [
  "POST /channels/{c}/messages",
  "PATCH /channels/{c}/messages/{m}",
  "POST /interactions/{i}/{t}/callback",
  "MESSAGE_CREATE",
  "MESSAGE_REACTION_ADD",
  "INTERACTION_CREATE",
];
/** The numbers of a rule; an empty one is left out. */
const NUMBERS = [
  ["nth", "From match", 1],
  ["times", "Times", 1],
  ["probability", "Chance (0–1)", "any"],
  ["seed", "Seed", 1],
  ["seconds", "Seconds", "any"],
  ["retry_after", "Retry after", "any"],
  ["status", "Status", 1],
  ["code", "Close code", 1],
];

/** @param {(rule: object) => void} add takes the rule; `here` in it: for the open channel only */
export function ruleForm(add) {
  const groups = EFFECTS.map(([name, effects]) =>
    h("optgroup", { label: name }, effects.map((effect) => h("option", {}, effect))),
  );
  const effect = h("select", { class: "input", "aria-label": "Effect" }, groups);
  const known = h("datalist", { id: "fault-routes" }, ROUTES.map((value) => h("option", { value })));
  const route = h("input", { class: "input", list: known.id, placeholder: "Anywhere", spellcheck: "false" });
  const numbers = NUMBERS.map(([key, , step]) => [key, h("input", { class: "input", type: "number", min: "0", step })]);
  const here = h("input", { type: "checkbox" });
  const collect = () => {
    const given = numbers.filter(([, input]) => input.value !== "").map(([key, input]) => [key, input.valueAsNumber]);
    return {
      effect: effect.value,
      ...(route.value && { route: route.value }),
      ...(here.checked && { here: true }),
      ...Object.fromEntries(given),
    };
  };
  const fields = numbers.map(([, input], index) => h("label", {}, NUMBERS[index][1], input));
  return h(
    "details",
    { class: "fault-own" },
    h("summary", {}, "A rule of your own"),
    [effect, h("label", {}, "Route or event", route), known],
    h("div", { class: "fault-numbers" }, fields),
    h("label", { class: "fault-here" }, here, "Only in this channel"),
    button({ class: "button button-primary" }, () => add(collect()), "Add this rule"),
  );
}
