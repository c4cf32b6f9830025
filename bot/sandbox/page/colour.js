/** Colours as the guild sets them, and as they can still be read on the page. */

const SURFACE = [49, 51, 56];
const ENOUGH = 4.5;

const channels = (number) => [16, 8, 0].map((shift) => (Number(number) >> shift) & 255);

/** Relative luminance after WCAG 2. */
function luminance(rgb) {
  const [red, green, blue] = rgb
    .map((value) => value / 255)
    .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param {number} number 0xRRGGBB */
export const cssColour = (number) => `rgb(${channels(number).join(" ")})`;

/** The colour for text: lightened until it stands out from the page. @param {number} number 0xRRGGBB */
export function readable(number) {
  let rgb = channels(number);
  while ((luminance(rgb) + 0.05) / (luminance(SURFACE) + 0.05) < ENOUGH)
    rgb = rgb.map((value) => Math.min(255, value + Math.max(4, (255 - value) * 0.1)));
  return `rgb(${rgb.map(Math.round).join(" ")})`;
}
