/**
 * Discord's dialect of Markdown, read into a tree; `markup.js` shows it.
 *
 * One scanner walks over the text. At the start of a line the block rules are asked first, then the inline
 * rule of the character at hand; what no rule wants is text. A rule returns what it read and where it ended,
 * or null. Rules that hold text read it again one level deeper; below `DEPTH` everything is plain text, so
 * that hostile nesting costs nothing.
 *
 * @typedef {{type: string, text?: string, children?: Node[], [key: string]: any}} Node
 * @typedef {{blocks: boolean, links: boolean, quoted: boolean, depth: number}} Context
 * @typedef {{node: Node, end: number}} Match
 */

const DEPTH = 12;

/**
 * @param {string} text
 * @param {{blocks?: boolean, links?: boolean}} [options] blocks: headings, lists and quotes count; links: masked links count
 * @returns {Node[]}
 */
export function parse(text, { blocks = true, links = true } = {}) {
  return scan(String(text ?? ""), { blocks, links, quoted: false, depth: 0 });
}

/** @param {string} text @param {Context} context @returns {Node[]} */
function scan(text, context) {
  if (context.depth > DEPTH) return [{ type: "text", text }];
  const nodes = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const match = matchAt(text, at, context);
    if (match && match.end > at) {
      if (plain) nodes.push({ type: "text", text: plain });
      plain = "";
      nodes.push(match.node);
      at = match.end;
    } else plain += text[at++];
  }
  if (plain) nodes.push({ type: "text", text: plain });
  return nodes;
}

function matchAt(text, at, context) {
  if (context.blocks && (at === 0 || text[at - 1] === "\n")) {
    for (const rule of BLOCKS) {
      const match = rule(text, at, context);
      if (match) return match;
    }
  }
  for (const rule of INLINE[text[at]] ?? []) {
    const match = rule(text, at, context);
    if (match) return match;
  }
  return null;
}

const deeper = (text, context, change = {}) =>
  scan(text, { ...context, depth: context.depth + 1, ...change });

/** What a sticky pattern finds exactly at `at`. */
function look(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

// ---- blocks

function quote(text, at, context) {
  if (context.quoted) return null;
  if (text.startsWith(">>> ", at)) {
    return {
      node: { type: "quote", children: deeper(text.slice(at + 4), context, { quoted: true }) },
      end: text.length,
    };
  }
  const found = look(/(?:> [^\n]*(?:\n|$))+/y, text, at);
  if (!found) return null;
  const inner = found[0].replace(/\n$/, "").replace(/^> /gm, "");
  return {
    node: { type: "quote", children: deeper(inner, context, { quoted: true }) },
    end: at + found[0].length,
  };
}

function heading(text, at, context) {
  const found = look(/(#{1,3}|-#)[ \t]+([^\n]+)(?:\n|$)/y, text, at);
  if (!found) return null;
  const children = deeper(found[2].trim(), context, { blocks: false });
  const node =
    found[1] === "-#" ? { type: "subtext", children } : { type: "heading", level: found[1].length, children };
  return { node, end: at + found[0].length };
}

const isOrdered = (mark) => mark.endsWith(".");
const ITEM = /( *)([-*]|\d{1,9}\.) +([^\n]*)(?:\n|$)/y;

function list(text, at, context) {
  const items = [];
  let end = at;
  const starts = ({ indent, mark }) =>
    indent <= items[0].indent && isOrdered(mark) !== isOrdered(items[0].mark);
  for (let found = look(ITEM, text, end); found; found = look(ITEM, text, end)) {
    if (items.length && starts({ indent: found[1].length, mark: found[2] })) break;
    items.push({ indent: found[1].length, mark: found[2], text: found[3] });
    end += found[0].length;
  }
  return items.length ? { node: nest(items, context), end } : null;
}

/** Items further in than the first of their list belong to the item before them. */
function nest(items, context) {
  const { indent, mark } = items[0];
  const node = { type: "list", ordered: isOrdered(mark), start: Number.parseInt(mark, 10) || 1, items: [] };
  for (let i = 0; i < items.length;) {
    let next = i + 1;
    while (next < items.length && items[next].indent > indent) next += 1;
    const children = deeper(items[i].text, context, { blocks: false });
    const inner = items.slice(i + 1, next);
    if (inner.length) {
      children.push(
        context.depth < DEPTH
          ? nest(inner, { ...context, depth: context.depth + 1 })
          : { type: "text", text: inner.map((item) => `\n${item.text}`).join("") },
      );
    }
    node.items.push(children);
    i = next;
  }
  return node;
}

const BLOCKS = [quote, heading, list];

// ---- inline

function escape(text, at) {
  const next = String.fromCodePoint(text.codePointAt(at + 1) ?? 32);
  return /[^0-9A-Za-z\s]/.test(next)
    ? { node: { type: "text", text: next }, end: at + 1 + next.length }
    : null;
}

function fence(text, at) {
  const found = look(/```(?:([a-z0-9_+\-.#]+?)\n)?\n*([^\n][\s\S]*?)\n*```\n?/iy, text, at);
  return (
    found && { node: { type: "pre", language: found[1] ?? "", text: found[2] }, end: at + found[0].length }
  );
}

function code(text, at) {
  const found = look(/(`+)([\s\S]*?[^`])\1(?!`)/y, text, at);
  return (
    found && {
      node: { type: "code", text: found[2].replace(/^ (?=`)|(?<=`) $/g, "") },
      end: at + found[0].length,
    }
  );
}

/** A rule for text between two marks. */
function span(type, pattern, allowed = () => true) {
  return (text, at, context) => {
    const found = allowed(text, at) ? look(pattern, text, at) : null;
    return (
      found && {
        node: { type, children: deeper(found[1], context, { blocks: false }) },
        end: at + found[0].length,
      }
    );
  };
}

const startsWord = (text, at) => at === 0 || !/\w/.test(text[at - 1]);
const strong = span("strong", /\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/y);
const underline = span("underline", /__((?:\\[\s\S]|[^\\])+?)__(?!_)/y);
const starred = span("em", /\*(?=\S)((?:\*\*|\\[\s\S]|\s+(?:[^*\s\\]|\*\*|\\[\s\S])|[^\s*\\])+?)\*(?!\*)/y);
const underscored = span("em", /_((?:__|\\[\s\S]|[^\\_])+?)_(?!\w)/y, startsWord);
const struck = span("strike", /~~((?:\\[\s\S]|[^\\])+?)~~(?!~)/y);
const spoiler = span("spoiler", /\|\|([\s\S]+?)\|\|/y);

const ANGLE = [
  [/<@!?(\d{1,20})>/y, ([, id]) => ({ type: "user", id })],
  [/<@&(\d{1,20})>/y, ([, id]) => ({ type: "role", id })],
  [/<#(\d{1,20})>/y, ([, id]) => ({ type: "channel", id })],
  [/<\/([-_'\p{L}\p{N} ]{1,98}):(\d{1,20})>/uy, ([, name, id]) => ({ type: "command", name, id })],
  [
    /<t:(-?\d{1,13})(?::([tTdDfFRsS]))?>/y,
    ([, unix, style]) => ({ type: "time", unix: Number(unix), style }),
  ],
  [
    /<(a?):(\w{2,32}):(\d{1,20})>/y,
    ([, animated, name, id]) => ({ type: "emoji", name, id, animated: Boolean(animated) }),
  ],
  [/<(https?:\/\/[^\s>]+)>/y, ([, url]) => ({ type: "link", url, children: [{ type: "text", text: url }] })],
];

function angle(text, at, context) {
  for (const [pattern, make] of ANGLE) {
    const found = look(pattern, text, at);
    if (!found) continue;
    const node = make(found);
    if (node.type === "link" && !context.links) return null;
    return { node, end: at + found[0].length };
  }
  return null;
}

/** Where the bracket opened at `at` closes, or -1. */
function closing(text, at, open, close) {
  let level = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === open) level += 1;
    else if (text[i] === close && --level === 0) return i;
  }
  return -1;
}

function masked(text, at, context) {
  if (!context.links) return null;
  const bracket = closing(text, at, "[", "]");
  if (bracket < 0 || text[bracket + 1] !== "(") return null;
  const end = closing(text, bracket + 1, "(", ")");
  const target =
    end < 0
      ? null
      : /^\s*<?(https?:\/\/[^\s<>]+?)>?(?:\s+(["'])([\s\S]*?)\2)?\s*$/i.exec(text.slice(bracket + 2, end));
  const name = text.slice(at + 1, bracket);
  // A name that is itself an address could lie about the target: Discord shows such a link as written.
  if (!target || !name.trim() || /https?:\/\//i.test(name)) return null;
  const children = deeper(name, context, { blocks: false, links: false });
  return { node: { type: "link", url: target[1], title: target[3], children }, end: end + 1 };
}

function bare(text, at, context) {
  if (!context.links || (at > 0 && /\w/.test(text[at - 1]))) return null;
  const found = look(/https?:\/\/[^\s<>]+/iy, text, at);
  if (!found) return null;
  let url = found[0].replace(/[.,:;"'!?*_~|]+$/, "");
  while (url.endsWith(")") && url.split(")").length > url.split("(").length) url = url.slice(0, -1);
  return /^https?:\/\/./i.test(url)
    ? { node: { type: "link", url, children: [{ type: "text", text: url }] }, end: at + url.length }
    : null;
}

function everyone(text, at) {
  const found = look(/@(everyone|here)\b/y, text, at);
  return found && { node: { type: "everyone", text: found[0] }, end: at + found[0].length };
}

const INLINE = {
  "\\": [escape],
  "`": [fence, code],
  "*": [strong, starred],
  _: [underline, underscored],
  "~": [struck],
  "|": [spoiler],
  "<": [angle],
  "[": [masked],
  h: [bare],
  H: [bare],
  "@": [everyone],
};
