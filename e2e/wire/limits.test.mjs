// Rate limits: by event, by device, and the cost of each event. A person who exceeds them waits, and nobody else does.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '../server.mjs';
import { arrive, assertTyped, Device, hangUp, until, uuid7 } from './device.mjs';
import { test } from './test.mjs';

const BURST = 64;
const PER_SECOND = 20;
const ENTRIES = 64;
const ENTRIES_PER_SECOND = 10;

/** The cost of a change to rooms or people. */
const ERRAND = 4;

/** @typedef {Awaited<ReturnType<typeof arrive>>} Someone */

describe('rate limits', () => {
  /** @type {Server} */ let server;
  /** @type {Someone} */ let calm;
  let people = 0;

  before(async () => {
    server = await Server.start({
      args: [
        ...['--events-per-second', `${PER_SECOND}`, '--event-burst', `${BURST}`],
        ...['--messages-per-second', `${ENTRIES_PER_SECOND}`, '--message-burst', `${ENTRIES}`],
      ],
    });
    calm = await arrive(server, 'Calm');
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /** A person with an unused allowance. */
  const newcomer = () => arrive(server, `Hasty ${(people += 1)}`);

  /**
   * Sends far more requests than allowed, all at once; returns how many were not refused, and the first refusal.
   * @param {Device} device @param {string} event @param {() => any} argument @param {number} [times]
   */
  const exhaust = async (device, event, argument, times = 3 * BURST) => {
    const replies = await Promise.all(Array.from({ length: times }, () => device.request(event, argument())));
    const refused = replies.filter((reply) => reply.error?.code === 'rate_limited');
    assert.ok(refused.length > 0, `${event} is never refused`);
    return { count: times - refused.length, error: refused[0].error };
  };

  /** The argument of each event, and its cost. @type {[string, (room: string, person: string) => any, number][]} */
  const EVENTS = [
    ['history', (room) => ({ room }), 1],
    ['sync', () => ({}), 1],
    ['room:browse', () => ({}), ERRAND],
    ['room:members', (room) => ({ room }), ERRAND],
    ['people', () => ({}), ERRAND],
    ['room:join', (room) => ({ room }), ERRAND],
    ['room:leave', () => ({ room: uuid7() }), ERRAND],
    ['room:direct', (_, person) => ({ with: [person] }), ERRAND],
    ['room:invite', (room, person) => ({ room, people: [person] }), ERRAND],
    ['room:remove', (room, person) => ({ room, person }), ERRAND],
    ['room:change', (room) => ({ room, topic: 'x' }), ERRAND],
    ['room:create', () => ({ id: uuid7(), kind: 'private', name: 'x' }), ERRAND],
    ['no such event', () => ({}), 1],
  ];

  for (const [event, argument, cost] of EVENTS) {
    test(`${event}: refused with the time to wait, and answered after it`, async () => {
      const hasty = await newcomer();
      const { count, error } = await exhaust(hasty, event, () => argument(hasty.room, calm.account.me.id));
      const most = BURST / cost;
      // The allowance was refilled a little in the meantime.
      assert.ok(count >= most && count <= 3 * most, `${count} of ${most}`);
      assertTyped(error, 'rate_limited');
      assert.ok(Number.isInteger(error.retry_after_ms) && error.retry_after_ms > 0 && error.retry_after_ms <= (1_000 * cost) / PER_SECOND + 1, `${error.retry_after_ms} ms`);
      assert.ok((await calm.ask('history', { room: calm.room })).head >= 0, 'nobody else waits');
      await delay(error.retry_after_ms + 20);
      const again = await hasty.request(event, argument(hasty.room, calm.account.me.id));
      assert.notEqual(again.error?.code, 'rate_limited');
      hasty.close();
    });
  }

  test('the tabs of one device share its allowance, and other people do not', async () => {
    const hasty = await newcomer();
    const tab = new Device(server, { token: hasty.account.token });
    await tab.open();
    await exhaust(hasty, 'sync', () => ({}));
    await exhaust(hasty, 'sync', () => ({}));
    assertTyped((await tab.request('room:create', { id: uuid7(), kind: 'private', name: 'x' })).error, 'rate_limited');
    assert.ok((await calm.request('sync', {})).ok);
    for (const device of [hasty, tab]) device.close();
  });

  test('typing, read and away count too, and are dropped beyond the limit', async () => {
    const hasty = await newcomer();
    for (let count = 0; count < 3 * BURST; count += 1) hasty.socket.emit('typing', { room: hasty.room });
    assertTyped((await hasty.request('sync', {})).error, 'rate_limited');
    const heard = calm.told('typing').filter(({ person }) => person.id === hasty.account.me.id).length;
    assert.ok(heard < 3 * BURST, `${heard} were told`);
    hasty.close();
  });

  test('entries have an allowance of their own, and a batch is refused whole', async () => {
    const hasty = await newcomer();
    await exhaust(hasty, 'sync', () => ({}));
    const size = 16;
    const lot = () => Array.from({ length: size }, () => hasty.item('much'));
    const { count, error } = await exhaust(hasty, 'send', lot, 20);
    assert.ok(count >= ENTRIES / size && count <= (2 * ENTRIES) / size, `${count} batches`);
    assert.ok(error.retry_after_ms > 0 && error.retry_after_ms <= (1_000 * size) / ENTRIES_PER_SECOND + 1);
    const before = (await calm.ask('history', { room: calm.room })).head;
    await hasty.post(...lot());
    assert.equal((await calm.ask('history', { room: calm.room })).head, before + size, 'what was refused is stored once it is let in');
    hasty.close();
  });

  test('a nickname costs as many entries as it writes', async () => {
    const hasty = await newcomer();
    const rooms = 16;
    for (let made = 1; made < rooms; made += 1) await hasty.ask('room:create', { id: uuid7(), kind: 'private', name: 'x' });
    await delay((1_000 * rooms) / ENTRIES_PER_SECOND);
    const { count, error } = await exhaust(hasty, 'nickname', () => ({ name: `Hasty again ${uuid7().slice(-12)}` }), 12);
    assert.ok(count >= ENTRIES / rooms && count <= ENTRIES / rooms + 2, `${count} nicknames`);
    assert.ok(error.retry_after_ms > 250, `${error.retry_after_ms} ms: more than an event takes`);
    hasty.close();
  });

  test('a client that is refused again and again is disconnected, and can come back', async () => {
    const hasty = await newcomer();
    const auth = { token: hasty.account.token, tab: uuid7() };
    const flooding = new Device(server, auth, { reconnection: false });
    await flooding.open();
    for (let count = 0; count < 4_000 && !flooding.disconnected; count += 1) {
      flooding.socket.emit('typing', { room: flooding.room });
      if (count % 200 === 0) await delay(5);
    }
    await until(() => flooding.disconnected, 'it is shown out');
    assert.ok((await calm.ask('sync', {}))[calm.room] >= 0, 'nobody else is');
    // A client that is still sending may miss the reason.
    const back = new Device(server, auth);
    assert.equal((await back.open()).last_closed, 'flooding');
    back.close();
    hasty.close();
  });
});
