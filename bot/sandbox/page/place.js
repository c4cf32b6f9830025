/**
 * Where the person is: `#channel=alerts&person=operator&thread=ID&panel=faults`. The hash is the truth, so
 * that a place can be linked, reloaded and photographed.
 *
 * @typedef {{channel: ?string, thread: ?string, person: ?string, panel: ?string}} Place channel and thread by name or id
 */

const KEYS = ["channel", "thread", "person", "panel"];

/** @returns {Place} */
export function here() {
  const values = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(KEYS.map((key) => [key, values.get(key) || null]));
}

/** Change some of it; `replace` leaves no step in the history. @param {Partial<Place>} change */
export function go(change, { replace = false } = {}) {
  const entries = Object.entries({ ...here(), ...change }).filter(([, value]) => value);
  const hash = `#${new URLSearchParams(entries)}`;
  if (hash === location.hash && replace) return;
  if (replace) history.replaceState(null, "", hash);
  else if (hash !== location.hash) history.pushState(null, "", hash);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export const onMove = (listener) => {
  addEventListener("hashchange", listener);
  addEventListener("popstate", listener);
};
