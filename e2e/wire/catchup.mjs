// Catching up on a room, in every possible way: each must give exactly the log.

import assert from 'node:assert/strict';
import { assertContiguous, Device } from './device.mjs';

/** Entries per request, few enough that each way needs several pages. */
const LIMIT = 7;

/** An entry without the result of later changes, which only pages have. @param {import('./device.mjs').Entry} entry */
export const bare = ({ now: _, ...entry }) => entry;

/**
 * A device that has the log up to `cursor` comes back and gets the rest: recovered by its session, and by pages `after`,
 * `before`, `around` each place and `since` each time. Fails unless each way gives the same entries, without a gap; returns
 * them.
 * @param {{ url: string }} server
 * @param {string} token
 * @param {string} room
 * @param {number} cursor
 */
export async function catchUp(server, token, room, cursor) {
  const reader = new Device(server, { token });
  const { epoch, rooms } = await reader.open();
  const { head } = await reader.ask('history', { room });
  assert.ok(head > cursor, 'something was missed');

  /** @type {import('./device.mjs').Entry[]} */
  const entries = [];
  for (let high = cursor; high < head; high = entries.at(-1)?.seq ?? head) {
    const page = await reader.ask('history', { room, after: high, limit: LIMIT });
    entries.push(...page.entries);
  }
  assertContiguous(entries, cursor + 1);
  assert.equal(entries.length, head - cursor);
  /** @param {import('./device.mjs').Entry[]} told @param {string} how */
  const assertSame = (told, how) => {
    const known = told.filter((entry) => entry.seq > cursor);
    const expected = entries.filter((entry) => known.some(({ seq }) => seq === entry.seq));
    assert.deepEqual(known, expected, how);
  };

  let low = head + 1;
  while (low > cursor + 1) {
    const page = await reader.ask('history', { room, before: low, limit: LIMIT });
    assertContiguous(page.entries, Math.max(1, low - LIMIT));
    assertSame(page.entries, `before ${low}`);
    low = page.entries[0].seq;
  }
  for (const { seq, at } of entries) {
    const around = await reader.ask('history', { room, around: seq, limit: LIMIT });
    assertContiguous(around.entries, around.entries[0].seq);
    assert.ok(around.entries.length <= LIMIT);
    for (const near of [Math.max(1, seq - 1), seq, Math.min(head, seq + 1)]) {
      assert.ok(around.entries.some((/** @type {any} */ entry) => entry.seq === near), `around ${seq} holds ${near}`);
    }
    assertSame(around.entries, `around ${seq}`);
    const since = await reader.ask('history', { room, since: at, limit: LIMIT });
    const first = since.entries.findIndex((/** @type {any} */ entry) => entry.at >= at);
    const [before, found] = [since.entries[first - 1], since.entries[first]];
    assert.ok(found && (found.seq === 1 || before?.seq === found.seq - 1), `since ${at} holds the first entry of that time`);
    assertSame(since.entries, `since ${at}`);
  }
  const never = await reader.ask('history', { room, since: Date.now() + 3_600_000, limit: LIMIT });
  assert.equal(never.entries.at(-1).seq, head, 'since a time to come is the newest page');

  const cursors = Object.fromEntries(rooms.map((/** @type {any} */ known) => [known.id, known.head]));
  const back = new Device(server, { token, epoch, cursors: { ...cursors, [room]: cursor } });
  const opened = await back.open();
  assert.equal(opened.recovered, true, 'the tail covers the gap');
  const missed = opened.missed.find((/** @type {any} */ one) => one.room === room);
  assert.equal(missed.from, cursor + 1);
  assert.deepEqual(missed.entries, entries.map(bare), 'recovered by the session');
  reader.close();
  back.close();
  return entries;
}
