/** Who wants to know: topics and listeners. Bursts of the same news are told once. */

const listeners = new Map();
const waiting = new Map();
const PAUSE = 25;

/** Listen to a topic; returns how to stop. */
export function on(topic, listener) {
  if (!listeners.has(topic)) listeners.set(topic, new Set());
  listeners.get(topic).add(listener);
  return () => listeners.get(topic).delete(listener);
}

/** Tell it soon, together with equal news about the same key. */
export function emit(topic, key = "") {
  const token = `${topic} ${key}`;
  if (waiting.has(token)) return;
  // A timer, not an animation frame: a page in the background still counts its unread.
  waiting.set(
    token,
    setTimeout(() => {
      waiting.delete(token);
      for (const listener of [...(listeners.get(topic) ?? [])]) listener(key);
    }, PAUSE),
  );
}
