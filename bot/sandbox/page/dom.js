/** Building blocks of the page. Everything on it is made of these: text never becomes markup. */

/**
 * An element with its attributes, listeners and children.
 * @param {string} tag
 * @param {Record<string, any>} [props] `class` a string or list, `on` listeners, `data` dataset, `style` CSS
 *   properties, `value` the live value; anything else is an attribute. `null` and `false` leave it out, save
 *   for `aria-*`, where `false` is a statement.
 * @param {...any} children nodes, text, lists of them; empty values are skipped
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) apply(node, name, value);
  append(node, children);
  return node;
}

function apply(node, name, value) {
  if (value === null || value === undefined) return;
  if (name.startsWith("aria-")) node.setAttribute(name, String(value));
  else if (value !== false && SPECIAL[name]) SPECIAL[name](node, value);
  else if (value !== false) node.setAttribute(name, value === true ? "" : String(value));
}

const given = (values) => Object.entries(values).filter(([, value]) => value !== null && value !== undefined);

const SPECIAL = {
  class: (node, value) => {
    node.className = [value].flat().filter(Boolean).join(" ");
  },
  value: (node, value) => {
    node.value = value;
  },
  on: (node, value) => given(value).forEach(([event, listener]) => node.addEventListener(event, listener)),
  data: (node, value) =>
    given(value).forEach(([key, entry]) => {
      node.dataset[key] = entry;
    }),
  style: (node, value) => given(value).forEach(([key, entry]) => node.style.setProperty(key, entry)),
};

/** A button that does `act` when pressed. */
export const button = (props, act, ...children) =>
  h("button", { type: "button", on: { click: act }, ...props }, ...children);

/** Append nodes and text, however nested. */
export function append(node, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** Replace all children. */
export function fill(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/** The URL when a browser may follow it (http and https), otherwise null. */
export function safeUrl(url) {
  try {
    const parsed = new URL(url);
    return ["http:", "https:"].includes(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

/** The address of a picture or file the sandbox itself serves; others are never fetched by this page. */
export function ownUrl(url) {
  try {
    const parsed = new URL(url, location.href);
    if (parsed.protocol === "data:" && /^data:image\/(png|jpeg|gif|webp)[;,]/i.test(url)) return url;
    const loopback = ["127.0.0.1", "localhost", "[::1]"];
    const same =
      parsed.origin === location.origin ||
      (parsed.port === location.port &&
        loopback.includes(parsed.hostname) &&
        loopback.includes(location.hostname));
    return same && parsed.protocol.startsWith("http") ? parsed.pathname + parsed.search : null;
  } catch {
    return null;
  }
}

/** A link that opens elsewhere, or its bare children when the URL is none we follow. */
export function link(url, props, ...children) {
  const href = safeUrl(url);
  if (!href) return h("span", {}, ...children);
  return h(
    "a",
    { href, target: "_blank", rel: "noopener noreferrer nofollow", title: url, ...props },
    ...children,
  );
}

export const narrow = () => matchMedia("(max-width: 820px)").matches;
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
/** Is there a mouse that hovers? Otherwise a finger is at work, and the keyboard stays shut until asked for. */
export const hovering = () => matchMedia("(hover: hover)").matches;
