/** Discord's ids: 64-bit numbers as text, the upper 42 bits are milliseconds since 2015. */

const EPOCH = 1420070400000n;

/** Older first. Ids are compared as numbers without parsing them. */
export function compareIds(a, b) {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

export const later = (a, b) => !b || compareIds(a, b) > 0;

/** An id for a line that only this page knows, in order among the real ones. */
export function localId(now = Date.now()) {
  return String((BigInt(Math.round(now)) - EPOCH) << 22n);
}

/** When an id was made, in milliseconds since 1970. */
export function madeAt(id) {
  try {
    return Number((BigInt(id) >> 22n) + EPOCH);
  } catch {
    return Date.now();
  }
}
