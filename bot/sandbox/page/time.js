/** Times as Discord writes them. */

import { h } from "./dom.js";

// The page speaks English, whatever the browser's language: so do its dates.
const LOCALE = navigator.language?.startsWith("en") ? navigator.language : "en-GB";
const clock = { hour: "numeric", minute: "2-digit" };
const precise = { ...clock, second: "2-digit" };
const short = { day: "2-digit", month: "2-digit", year: "numeric" };
const long = { day: "numeric", month: "long", year: "numeric" };

/** `<t:unix:STYLE>`: what each style shows. */
const STYLES = {
  t: clock,
  T: precise,
  d: short,
  D: long,
  f: { ...long, ...clock },
  F: { weekday: "long", ...long, ...clock },
  s: { ...short, ...clock },
  S: { ...short, ...precise },
};
const formats = Object.fromEntries(
  Object.entries(STYLES).map(([key, style]) => [key, new Intl.DateTimeFormat(LOCALE, style)]),
);
const ago = new Intl.RelativeTimeFormat(LOCALE, { numeric: "always" });
const STEPS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86400, 3600, "hour"],
  [2592000, 86400, "day"],
  [31536000, 2592000, "month"],
];

/** "3 minutes ago", "in 2 days"; both in milliseconds. */
export function relative(at, now = Date.now()) {
  const seconds = Math.round((at - now) / 1000);
  const [, unit, name] = STEPS.find(([limit]) => Math.abs(seconds) < limit) ?? [0, 31536000, "year"];
  return ago.format(Math.trunc(seconds / unit), name);
}

export const full = (date) => formats.F.format(date);
export const time = (date) => formats.t.format(date);
export const day = (date) => formats.D.format(date);
export const sameDay = (a, b) => new Date(a).toDateString() === new Date(b).toDateString();

/** "Today at 14:03", "Yesterday at 14:03", "12/03/2026, 14:03": the head of a message, the foot of an embed. */
export function calendar(date, now = new Date()) {
  const yesterday = new Date(now.getTime());
  yesterday.setDate(now.getDate() - 1);
  if (sameDay(date, now)) return `Today at ${time(date)}`;
  if (sameDay(date, yesterday)) return `Yesterday at ${time(date)}`;
  return formats.s.format(date);
}

/** The chip for `<t:unix:style>`; `R` keeps counting while it is on the page. */
export function stamp(unix, style = "f") {
  const date = new Date(unix * 1000);
  if (Number.isNaN(date.getTime())) return h("span", { class: "stamp" }, "Invalid date");
  const text = style === "R" ? relative(date.getTime()) : formats[style].format(date);
  return h(
    "time",
    {
      class: "stamp",
      datetime: date.toISOString(),
      title: full(date),
      data: { relative: style === "R" ? String(date.getTime()) : null },
    },
    text,
  );
}

function tick() {
  for (const node of document.querySelectorAll("time[data-relative]")) {
    const text = relative(Number(node.dataset.relative));
    if (node.textContent !== text) node.textContent = text;
  }
}

export const startTicking = () => setInterval(tick, 1000);
