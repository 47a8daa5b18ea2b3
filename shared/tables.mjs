// Writes src/text/tables.rs from the Unicode data that Node.js carries: `node tables.mjs`, with Node.js 20 or newer.
import { writeFileSync } from "node:fs";

const matches = (pattern) => {
  const ranges = [];
  for (let at = 0; at < 0x110000; at += 1) {
    if ((at >= 0xd800 && at < 0xe000) || !pattern.test(String.fromCodePoint(at))) continue;
    const last = ranges.at(-1);
    if (last && last[0] + last[1] === at && last[1] < 256) last[1] += 1;
    else ranges.push([at, 1]);
  }
  return ranges;
};
// A range is one number: where it begins, and in the last byte how many follow.
const table = (name, what, pattern) => {
  const numbers = matches(pattern).map(([from, count]) => `0x${(from * 256 + count - 1).toString(16)}`);
  return `/// ${what}\npub(super) static ${name}: [u32; ${numbers.length}] = [${numbers.join(", ")}];\n`;
};

const chars = (pattern) => matches(pattern).flatMap(([from, n]) => [...Array(n).keys()].map((i) => String.fromCodePoint(from + i)));
const isPicture = (c) => /^\p{Emoji}$/u.test(c) && !/^[\p{Regional_Indicator}\p{Emoji_Modifier}0-9#*]$/u.test(c);
const pictures = chars(/^\p{Emoji}$/u).filter(isPicture);
const whole = (c) => (/^\p{Emoji_Presentation}$/u.test(c) ? c : `${c}\u{FE0F}`);
// A handshake between people has no tone of its own.
const takesTone = (c, at) => /^\p{Emoji_Modifier_Base}$/u.test(c) && !(c === "🤝" && at > 0);
const [JOINER, TONE, OTHER] = ["\u{200D}", "\u{1F3FB}", "\u{1F3FF}"];
const isJoined = (text) => /^\p{RGI_Emoji_ZWJ_Sequence}$/v.test(text);

const toned = new Set();
const plain = new Set();
const note = (parts) => {
  if (isJoined(parts.map(whole).join(JOINER))) plain.add(parts.join(JOINER));
  const tones = parts.filter(takesTone).length;
  if (tones === 0) return;
  let count = 0;
  const shaded = parts.map((c, at) => (takesTone(c, at) ? c + ((count += 1) > 1 ? OTHER : TONE) : whole(c))).join(JOINER);
  count = 0;
  const first = parts.map((c, at) => (takesTone(c, at) && (count += 1) === 1 ? c + TONE : whole(c))).join(JOINER);
  if (isJoined(shaded) || isJoined(first)) toned.add(parts.join(JOINER));
};
for (const one of pictures) for (const other of pictures) note([one, other]);
const people = ["👨", "👩", "🧑", "👦", "👧", "🧒", "❤", "💋", "🤝", "🐰", "🫯"];
const seconds = [...new Set([...plain, ...toned].flatMap((text) => text.split(JOINER)))];
for (const pair of [...new Set([...plain, ...toned])]) for (const third of seconds) note([...pair.split(JOINER), third]);
for (const a of people) for (const b of people) for (const c of people) {
  note([a, b, c]);
  for (const d of people) note([a, b, c, d]);
}
const letters = [...Array(26).keys()];
const flags = letters.flatMap((a) => letters.map((b) => [a, b]))
  .filter(([a, b]) => /^\p{RGI_Emoji_Flag_Sequence}$/v.test(String.fromCodePoint(0x1f1e6 + a, 0x1f1e6 + b)))
  .map(([a, b]) => String.fromCharCode(65 + a, 65 + b));
const joined = (set) => [...set].sort().join(" ").replaceAll(JOINER, "-");

writeFileSync(
  new URL("src/text/tables.rs", import.meta.url),
  `//! Unicode ${process.versions.unicode}, written by \`tables.mjs\`. A range is one number: where it begins, and in the last byte how many
//! characters follow.



${table("EMOJI", "Emoji", /^\p{Emoji}$/u)}
${table("EMOJI_PRESENTATION", "Emoji_Presentation: drawn as pictures where nothing else is said.", /^\p{Emoji_Presentation}$/u)}
${table("TAKES_TONE", "Emoji_Modifier_Base: may have a tone of skin.", /^\p{Emoji_Modifier_Base}$/u)}
${table("MARKS", "General_Category=Mark: drawn on the character before.", /^\p{M}$/u)}
/// The flags of regions.
pub(super) static FLAGS: &str =
    "${flags.join(" ")}";

/// Joined pictures (RGI_Emoji_ZWJ_Sequence), without tones and selectors, \`-\` for each joiner.
pub(super) static JOINED: &str =
    "${joined(plain)}";

/// Those of which the people may have tones.
pub(super) static JOINED_WITH_TONES: &str =
    "${joined(toned)}";

/// Whether a table has this character.
pub(super) fn holds(table: &[u32], c: char) -> bool {
    let c = u32::from(c);
    let at = table.partition_point(|range| range >> 8 <= c);
    at > 0 && c - (table[at - 1] >> 8) <= table[at - 1] & 0xFF
}
`,
);
console.log(plain.size, toned.size, flags.length);
