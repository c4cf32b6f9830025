/** The drawer of faults: what goes wrong on purpose, how often it has, an outage, the rate limits. */

import * as api from "./api.js";
import { append, button, fill, h } from "./dom.js";
import { ruleForm } from "./fault_rule.js";
import { iconButton } from "./icon.js";
import { here, go } from "./place.js";
import { complain, tell } from "./toast.js";
import { channel as channelOf, find } from "./world.js";

const PERIOD = 2000;
const CREATE = "POST /channels/{c}/messages";
const EDIT = "PATCH /channels/{c}/messages/{m}";

/** The common ones, with the words of their buttons. `here`: for the open channel only; `now`: once, to the connections there are. */
const COMMON = [
  ["Message stored, answer lost (500)", { effect: "lost_answer_500", route: CREATE, times: 1 }],
  ["Message stored, connection reset", { effect: "lost_answer_reset", route: CREATE, times: 1 }],
  ["Message stored, answer never comes", { effect: "lost_answer_hang", route: CREATE, times: 1 }],
  ["Posting answers 503", { effect: "status", status: 503, route: CREATE, times: 3 }],
  ["Posting is rate limited for 5 s", { effect: "rate_limit", retry_after: 5, route: CREATE, times: 1 }],
  ["Global rate limit for 5 s", { effect: "global_rate_limit", retry_after: 5, times: 1 }],
  ["429 that looks like Cloudflare's", { effect: "rate_limit", via: false, route: CREATE, times: 1 }],
  ["No permission in this channel", { effect: "forbidden", here: true }],
  ["This channel is gone (404)", { effect: "not_found", route: CREATE, here: true }],
  ["Message is deleted before its edit", { effect: "delete_message", route: EDIT, times: 1 }],
  ["Every call takes 2 s", { effect: "latency", seconds: 2 }],
  [
    "Interaction arrives 4 s late",
    { effect: "late_event", seconds: 4, route: "INTERACTION_CREATE", times: 1 },
  ],
  ["Interaction arrives twice", { effect: "double_event", route: "INTERACTION_CREATE", times: 1 }],
  ["Interaction answer 503, yet accepted", { effect: "callback_503_after_accept", times: 1 }],
  ["Reaction never arrives", { effect: "drop_event", route: "MESSAGE_REACTION_ADD", times: 1 }],
  ["Half of all events never arrive", { effect: "drop_event", probability: 0.5, seed: 1 }],
  ["Gateway asks to reconnect, now", { effect: "reconnect", now: true }],
  ["Session becomes invalid, now", { effect: "invalid_session", now: true }],
  ["Gateway falls silent, now", { effect: "zombie", now: true }],
  ["Gateway closes with 1000, now", { effect: "close", code: 1000, now: true }],
  ["Gateway closes with 4009, now", { effect: "close", code: 4009, now: true }],
  ["Clock runs 90 s ahead", { effect: "clock_skew", seconds: 90 }],
];

let timer = null;
let state = { rules: [], outage: false, limits: true };
const node = document.getElementById("faults");
const list = h("ul", { class: "fault-list", "aria-label": "Armed faults" });
const outage = toggle("Outage", "Nothing of Discord answers the bot", (on) => api.putOutage(on));
const limits = toggle("Rate limits", "Budgets as measured at Discord", (on) =>
  api.putLimits({ enabled: on }),
);

function toggle(name, about, act) {
  const flip = () => attempt(() => act(node.getAttribute("aria-checked") !== "true"));
  const words = h("span", { class: "switch-words" }, name, h("small", {}, about));
  const knob = h("span", { class: "switch-knob", "aria-hidden": "true" });
  const node = button({ class: "switch", role: "switch", "aria-checked": false }, flip, words, knob);
  return node;
}

function build() {
  const names = COMMON.map(([name], index) => h("option", { value: String(index) }, name));
  const select = h("select", { class: "input", "aria-label": "Fault" }, names);
  const add = button(
    { class: "button button-primary" },
    () => provoke(...COMMON[Number(select.value)]),
    "Add",
  );
  const clear = button(
    { class: "button button-secondary fault-clear" },
    () => attempt(api.clearFaults),
    "Clear all faults",
  );
  const shut = iconButton("close", "Close faults", () => go({ panel: null }));
  append(node, [
    h("header", { class: "fault-head" }, h("h2", {}, "Faults"), shut),
    h("p", { class: "fault-about" }, "What the sandbox does wrong on purpose, to see how the bot bears it."),
    [outage, limits, h("h3", {}, "Armed"), list],
    [h("h3", {}, "Add"), h("div", { class: "fault-add" }, select, add)],
    [ruleForm((rule) => provoke(rule.effect, rule)), clear],
  ]);
}

function provoke(name, { here: local, now, ...rule }) {
  if (now) return attempt(() => api.disturbGateway(rule).then(() => tell("Done.")));
  const channel = local ? find(here().channel)?.id : undefined;
  return attempt(() => api.postFault({ ...rule, ...(channel && { channel }), id: unused(name) }));
}

/** Rules are known by their words; a second one of a kind gets a number. */
function unused(name) {
  const taken = new Set(state.rules.map(({ id }) => id));
  let free = name;
  for (let turn = 2; taken.has(free); turn++) free = `${name} (${turn})`;
  return free;
}

const arm = (rules) => api.putFaults(rules.map(({ matches, hits, ...rule }) => rule));

async function attempt(act) {
  try {
    await act();
  } catch (error) {
    complain(error.message);
  }
  await refresh();
}

async function refresh() {
  try {
    const [faults, budgets] = await Promise.all([api.fetchFaults(), api.fetchLimits()]);
    state = { rules: faults.rules, outage: faults.outage, limits: budgets.enabled };
  } catch {
    return;
  }
  outage.setAttribute("aria-checked", String(state.outage));
  limits.setAttribute("aria-checked", String(state.limits));
  const version = JSON.stringify(state.rules);
  if (list.dataset.version === version) return;
  list.dataset.version = version;
  fill(
    list,
    state.rules.map(row),
    state.rules.length ? null : h("li", { class: "fault-none" }, "Nothing goes wrong on purpose."),
  );
}

function row(rule) {
  const channel = rule.channel && `#${channelOf(rule.channel)?.name ?? rule.channel}`;
  const chance = rule.probability !== undefined && `${Math.round(rule.probability * 100)} %`;
  const from = rule.nth && `from match ${rule.nth}`;
  const where = [rule.route, channel, rule.times && `${rule.times}×`, from, chance];
  const away = () => attempt(() => arm(state.rules.filter(({ id }) => id !== rule.id)));
  const name = /^\d+$/.test(rule.id) ? rule.effect : rule.id;
  return h(
    "li",
    { class: ["fault", rule.times && rule.hits >= rule.times && "spent"] },
    h(
      "span",
      { class: "fault-words" },
      name,
      h("small", {}, where.filter(Boolean).join(" · ") || rule.effect),
    ),
    h(
      "span",
      { class: "fault-hits", title: `${rule.matches} matches` },
      `${rule.hits} ${rule.hits === 1 ? "hit" : "hits"}`,
    ),
    iconButton("bin", `Remove ${name}`, away),
  );
}

/** Show or hide the drawer; while it is shown its counts are kept fresh. */
export function openFaults(wanted) {
  if (wanted === !node.hidden) return;
  if (wanted && !node.childElementCount) build();
  node.hidden = !wanted;
  clearInterval(timer);
  if (!wanted) return;
  timer = setInterval(refresh, PERIOD);
  refresh();
  node.querySelector("button").focus();
}
