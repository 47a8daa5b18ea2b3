// A short crash test with two real browsers: the server is killed again and again while both people write.

import { setTimeout as delay } from 'node:timers/promises';
import { ChatPage, Link, type RowSeen } from '../pages/chat.js';
import { NETWORK } from './console.js';
import { expect, numbered, test } from './chat.js';

/** Number of times the server is killed. */
const CRASHES = 10;

/** Messages that each person writes between two crashes. */
const LINES = 3;

/** The crash after which Ann refreshes her tab, and the one after which her link is down for a while. */
const REFRESH = 4;
const OUTAGE = 7;

/** How long the page may take to settle once the faults have stopped. */
const CONVERGE_MS = 30_000;

test('two browsers talk while the server is killed ten times, and show one log', async ({ profile, server, wirePerson, allowConsole }) => {
  allowConsole(NETWORK.request, NETWORK.socket);
  // Half a minute on an idle machine.
  test.slow();
  const seed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);
  test.info().annotations.push({ type: 'seed', description: `CRASH_SEED=${seed}` });
  const chance = dice(seed);
  const arrive = async (nickname: string) => {
    const context = await profile();
    const link = await Link.of(context);
    const chat = new ChatPage(await context.newPage());
    await chat.join(nickname);
    return { chat, link, nickname };
  };
  const people = [await arrive('Ann'), await arrive('Ben')] as const;
  const [ann, ben] = people;

  for (let crash = 1; crash <= CRASHES; crash += 1) {
    const talking = people.map(async ({ chat, nickname }) => {
      for (const text of numbered(nickname, LINES, (crash - 1) * LINES + 1)) {
        await delay(chance(0, 150));
        await chat.say(text);
        expectOnce(await chat.seen());
      }
    });
    const weather = async () => {
      await delay(chance(0, 600));
      await server.kill();
      if (chance(0, 2) === 0) await delay(chance(0, 1_000));
      if (crash === OUTAGE) await ann.link.cut();
      await server.launch();
      if (chance(0, 1) === 0) await (chance(0, 1) === 0 ? ann : ben).link.drop();
    };
    await Promise.all([...talking, weather()]);
    if (crash === REFRESH) {
      // A message that is not saved yet is lost with the tab: the page says so, and a person sees it.
      await expect(ann.chat.page.locator('[data-testid=row][data-state=saving]')).toHaveCount(0);
      await ann.chat.page.reload();
      await expect(ann.chat.composer).toBeVisible();
    }
    if (crash > OUTAGE) ann.link.mend();
    // At every other crash both are connected; the others happen at any moment.
    if (crash % 2 === 0 && crash !== OUTAGE + 1) {
      for (const { chat } of people) await chat.expectConnected();
    }
  }

  const count = people.length * CRASHES * LINES;
  for (const { chat } of people) {
    await chat.expectConnected(CONVERGE_MS);
    await expect(chat.rows).toHaveCount(count, { timeout: CONVERGE_MS });
    await chat.expectAllSent();
  }
  const witness = await wirePerson('Witness');
  const log = (await witness.pull()).map(({ id, seq, body }) => ({ id, seq, text: body.text }));
  expect(log.map(({ seq }) => seq), 'without a gap').toEqual(log.map((_, index) => index + 1));
  for (const { nickname } of people) {
    const said = log.map(({ text }) => text).filter((text) => text.startsWith(`${nickname} `));
    expect(said, `what ${nickname} typed, once and in order`).toEqual(numbered(nickname, CRASHES * LINES));
  }
  for (const { chat, nickname } of people) {
    const shown = (await chat.seen()).map(({ id, seq, text }) => ({ id, seq, text }));
    expect(shown, `what ${nickname}'s browser shows`).toEqual(log);
  }
});

/** Fails if a message has two rows, or if two stored ones are not in the order of the log. */
function expectOnce(rows: RowSeen[]): void {
  const ids = rows.map(({ id }) => id);
  expect(ids, 'each message has one row').toEqual([...new Set(ids)]);
  const places = rows.flatMap(({ seq }) => (seq === null ? [] : [seq]));
  expect(places, 'in the order of the log').toEqual([...places].sort((a, b) => a - b));
}

/** Integers from `low` to `high`, the same ones for the same seed (mulberry32). */
function dice(seed: number): (low: number, high: number) => number {
  let state = seed >>> 0;
  return (low, high) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return low + (((mixed ^ (mixed >>> 14)) >>> 0) % (high - low + 1));
  };
}
