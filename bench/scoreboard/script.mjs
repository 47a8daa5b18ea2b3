// The script of faults: what happens to both chats, second by second. Chance comes from a seed, so that it is the same for both.

/** How many devices type, each behind a link of its own. */
export const DEVICES = 5;
/** A device types one message this often. */
export const TYPE_EVERY_MS = 200;
/** When the last message is typed, and the last fault is over. */
export const SCRIPT_MS = 60_000;

/** @param {number} seed */
function dice(seed) {
  let state = seed >>> 0;
  return (/** @type {number} */ below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * What happens when, in order. `who` is a device's number.
 * @param {number} seed
 * @returns {{ at: number, what: string, who?: number, ms?: number }[]}
 */
export function faults(seed) {
  const roll = dice(seed);
  const script = [];
  // 5 s of calm; then links fall, each every two seconds or so.
  for (let at = 5_000; at < 15_000; at += 400) script.push({ at: at + roll(300), what: 'cut', who: roll(DEVICES) });
  // Half-open links: nothing gets through for four seconds, and nobody is told.
  for (let who = 0; who < DEVICES; who += 1) script.push({ at: 16_000 + who * 1_500 + roll(500), what: 'swallow both', who, ms: 4_000 });
  // The server is killed, twice.
  for (const at of [28_000, 33_000]) script.push({ at: at + roll(500), what: 'kill' }, { at: at + 1_500, what: 'start' });
  // Answers are swallowed: what is stored is not told.
  for (let who = 0; who < DEVICES; who += 1) script.push({ at: 37_000 + who * 700 + roll(300), what: 'swallow answers', who, ms: 1_500 });
  // One person disconnects and goes on typing; one has no network.
  script.push({ at: 43_000, what: 'disconnect', who: 0 }, { at: 49_000, what: 'connect', who: 0 });
  script.push({ at: 44_000, what: 'refuse', who: 1, ms: 5_000 });
  // Pages are loaded anew while their links fall.
  for (let who = 2; who < DEVICES; who += 1) {
    const at = 50_000 + who * 800 + roll(400);
    script.push({ at, what: 'refuse', who, ms: 1_000 }, { at: at + 500, what: 'refresh', who });
  }
  return script.sort((a, b) => a.at - b.at);
}
