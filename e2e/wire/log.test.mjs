// Sending, paging and resuming: the guarantees of a room's log for any client.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, assertContiguous, Device, hangUp, signIn, until, uuid7 } from './device.mjs';
import { test } from './test.mjs';

const MESSAGE_BYTES = 16 * 1024;
const BATCH_ITEMS = 64;
const PAGE_ENTRIES = 100;

describe('the log of a room', () => {
  /** @type {Server} */ let server;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let ann;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let ben;

  before(async () => {
    server = await Server.start();
    ann = await arrive(server, 'Ann');
    ben = await arrive(server, 'Ben');
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /** @param {object} auth */
  const device = (auth) => new Device(server, auth);

  test('a batch is stored in order, and everyone receives the same, including the author', async () => {
    const items = Array.from({ length: BATCH_ITEMS }, (_, index) => ann.item(`batch ${index}`));
    const stored = await ann.post(...items);
    assert.deepEqual(
      stored.map((sent) => sent.id),
      items.map((item) => item.id),
    );
    assertContiguous(
      stored.map((sent) => /** @type {any} */ (sent)),
      stored[0]?.seq,
    );
    for (const listener of [ann, ben]) {
      await listener.hears(/** @type {string} */ (items.at(-1)?.id));
      const heard = listener.heard.filter((entry) => items.some((item) => item.id === entry.id));
      assert.deepEqual(
        heard.map(({ id, seq, body }) => ({ id, seq, body })),
        items.map(({ id, body }, index) => ({ id, seq: stored[index]?.seq, body })),
      );
    }
  });

  test('hole_01_the_same_text_at_the_same_instant_from_two_devices_is_two_messages', async () => {
    const at = uuid7();
    const [a, b] = await Promise.all([ann.post(ann.item('same', at)), ben.post(ben.item('same', at))]);
    assert.notEqual(a[0]?.seq, b[0]?.seq);
    const other = device({ token: ann.account.token });
    await other.open();
    const ids = [uuid7(), uuid7()];
    await Promise.all([ann.post(ann.item('same', ids[0])), other.post(other.item('same', ids[1]))]);
    const log = await ben.pull();
    for (const id of ids) assert.equal(log.filter((entry) => entry.id === id).length, 1);
  });

  test('the longest text allowed, in any script, is stored as it is', async () => {
    for (const text of ['x'.repeat(MESSAGE_BYTES), '가'.repeat(Math.floor(MESSAGE_BYTES / 3)), '👋'.repeat(MESSAGE_BYTES / 4)]) {
      const item = ann.item(text);
      await ann.post(item);
      assert.equal((await ben.hears(item.id)).body.text, text);
    }
  });

  describe('history', () => {
    before(async () => {
      for (let left = 260; left > 0; left -= 52) {
        await ann.post(...Array.from({ length: 52 }, (_, index) => ann.item(`page filler ${left - index}`)));
      }
    });

    test('pages forwards until the head', async () => {
      const log = await ben.pull();
      assertContiguous(log);
      assert.ok(log.length > 2 * PAGE_ENTRIES);
      const page = (await ben.request('history', { room: ben.room, after: 0, limit: 100_000 })).ok;
      assert.equal(page.entries.length, PAGE_ENTRIES, 'however many are requested');
    });
  });

  describe('resuming', () => {
    test('from a recent cursor brings exactly what was missed', async () => {
      const tab = device({ token: ben.account.token });
      const { epoch } = await tab.open();
      const { head } = (await tab.request('history', { room: tab.room })).ok;
      tab.socket.disconnect();
      const items = Array.from({ length: 10 }, (_, index) => ann.item(`missed ${index}`));
      await ann.post(...items);
      tab.heard = [];
      tab.socket.auth = { token: ben.account.token, epoch, cursors: { [ann.room]: head } };
      const opened = await tab.open();
      assert.equal(opened.recovered, true);
      assertContiguous(tab.heard, head + 1);
      assert.deepEqual(
        tab.heard.map((entry) => entry.id),
        items.map((item) => item.id),
      );
    });

    test('from a cursor beyond the head is not recovered', async () => {
      const tab = device({ token: ben.account.token, epoch: ben.opened.epoch, cursors: { [ben.room]: 1_000_000 } });
      const opened = await tab.open();
      assert.deepEqual(opened.missed, []);
    });

    test('from an old cursor, recovered or pulled, leaves no gap', async () => {
      const tab = device({ token: ben.account.token, epoch: ben.opened.epoch, cursors: { [ben.room]: 2 } });
      const opened = await tab.open();
      const log = opened.recovered ? tab.heard : await tab.pull(2);
      assertContiguous(log, 3);
      assert.equal(log.at(-1)?.seq, opened.rooms[0].head);
    });

    test('after a restart of the server still leaves no gap', async () => {
      const { head } = (await ben.request('history', { room: ben.room })).ok;
      const epoch = ben.opened.epoch;
      await server.stop();
      await server.launch();
      const tab = device({ token: ben.account.token, epoch, cursors: { [ben.room]: head - 150 } });
      const opened = await tab.open();
      assert.equal(opened.epoch, epoch, 'the epoch lives as long as the database');
      const log = opened.recovered ? tab.heard : await tab.pull(head - 150);
      assertContiguous(log, head - 149);
      assert.equal(log.length, 150);
      await until(() => ann.socket.connected && ben.socket.connected, 'the others are back by themselves');
    });
  });

  test('hole_10_no_ephemeral_event_carries_or_moves_a_cursor', async () => {
    const { head } = (await ben.request('history', { room: ben.room })).ok;
    const tab = device({ token: ben.account.token, epoch: ben.opened.epoch, cursors: { [ben.room]: head } });
    await tab.open();
    for (let round = 0; round < 5; round += 1) ann.socket.emit('typing', { room: ann.room });
    const item = ann.item('after the typing');
    await ann.post(item);
    await tab.hears(item.id);
    assertContiguous(tab.heard, head + 1);
  });

  test('hole_06_joining_while_another_sends_200_shows_no_repeat_no_disorder_no_gap', async () => {
    const accounts = await Promise.all(Array.from({ length: 5 }, (_, index) => signIn(server, `joiner ${index}`)));
    const items = Array.from({ length: 200 }, (_, index) => ann.item(`under load ${index}`));
    const start = (await ann.request('history', { room: ann.room })).ok.head;
    let sent = 0;
    const sending = (async () => {
      for (const item of items) {
        await ann.post(item);
        sent += 1;
      }
    })();
    const logs = await Promise.all(
      accounts.map(async (account, index) => {
        await until(() => sent >= 10 + 35 * index, 'the sender is under way');
        const tab = device({ token: account.token });
        const opened = await tab.open();
        const pulled = await tab.pull();
        await sending;
        await tab.hears(/** @type {string} */ (items.at(-1)?.id));
        assertContiguous(tab.heard, opened.rooms[0].head + 1);
        const last = pulled.at(-1)?.seq ?? 0;
        return [...pulled, ...tab.heard.filter((entry) => entry.seq > last)];
      }),
    );
    for (const log of logs) {
      assertContiguous(log);
      assert.deepEqual(
        log.filter((entry) => entry.seq > start).map((entry) => entry.id),
        items.map((item) => item.id),
      );
    }
  });
});
