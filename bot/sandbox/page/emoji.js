/** The emoji of the picker, by their short names, the ones an alert desk uses first. */

const NAMES = `
✅ white_check_mark|👀 eyes|🚨 rotating_light|📌 pushpin|👎 thumbsdown|👍 thumbsup|🔥 fire|🔕 no_bell
🛠️ tools|📈 chart_with_upwards_trend|🟢 green_circle|🟡 yellow_circle|🔴 red_circle|⚠️ warning|❌ x|❓ question
❗ exclamation|⏳ hourglass|⏰ alarm_clock|🔔 bell|🔧 wrench|🐛 bug|💥 boom|🧯 fire_extinguisher
🚒 fire_engine|🚑 ambulance|📉 chart_with_downwards_trend|📊 bar_chart|📝 memo|📎 paperclip|🔗 link|🔍 mag
🔒 lock|🔓 unlock|🔑 key|💾 floppy_disk|🖥️ desktop|☁️ cloud|⚡ zap|🌐 globe
🙏 pray|👏 clap|💪 muscle|🤝 handshake|👋 wave|🙌 raised_hands|🫡 saluting_face|🤔 thinking
😀 grinning|😂 joy|😅 sweat_smile|😱 scream|😴 sleeping|😢 cry|😎 sunglasses|🤷 shrug
❤️ heart|💯 100|🎉 tada|☕ coffee|🍕 pizza|🚀 rocket|🏁 checkered_flag|⬆️ arrow_up`;

/** @type {{char: string, name: string}[]} */
export const EMOJI = NAMES.trim()
  .split(/[|\n]/)
  .map((entry) => {
    const [char, name] = entry.trim().split(" ");
    return { char, name };
  });

/** Offered first on a message's own bar. */
export const QUICK = ["✅", "👀", "🚨"];

const byName = new Map(EMOJI.map(({ char, name }) => [name, char]));
const byChar = new Map(EMOJI.map(({ char, name }) => [char, name]));

export const nameOf = (char) => byChar.get(char) ?? char;

/** `:eyes:` as typed becomes 👀, as the client does before it sends. */
export const expandShortcodes = (text) =>
  text.replace(/:([a-z0-9_]+):/g, (whole, name) => byName.get(name) ?? whole);

/** What the API calls an emoji: the character, or name:id of a custom one. */
export const keyOf = (emoji) => (emoji.id ? `${emoji.name}:${emoji.id}` : emoji.name);

export const label = (emoji) => (emoji.id ? `:${emoji.name}:` : emoji.name);

/** Only emoji and spaces, few enough: shown large. */
export function isJumbo(text) {
  if (
    !/^(?:\p{Extended_Pictographic}|\p{Emoji_Component}|\s)+$/u.test(text) ||
    !/\p{Extended_Pictographic}/u.test(text)
  )
    return false;
  return [...new Intl.Segmenter().segment(text.replace(/\s/g, ""))].length <= 27;
}
