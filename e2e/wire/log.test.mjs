// Sending, paging and resuming: the guarantees of a room's log for any client.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, assertContiguous, assertTyped, Device, hangUp, signIn, until, uuid7 } from './device.mjs';
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

  test('hole_15_a_repeat_gets_the_first_answer_and_another_body_is_a_conflict', async () => {
    const item = ann.item('the first of its id');
    const [first] = await ann.post(item);
    const repeat = await ann.request('send', [item]);
    assert.deepEqual(repeat, { ok: [first] });

    const conflict = await ann.request('send', [{ ...item, body: { kind: 'message', text: 'another text' } }]);
    assert.equal(conflict.ok.length, 1);
    assert.equal(conflict.ok[0].id, item.id);
    assertTyped(conflict.ok[0].error, 'conflict');

    const [ofBen] = await ben.post(ben.item('the same id of another author', item.id));
    assert.notEqual(ofBen?.seq, first?.seq, 'ids are unique per author');
    const log = await ben.pull();
    assertContiguous(log);
    assert.equal(log.filter((entry) => entry.id === item.id).length, 2);
    assert.ok(!log.some((entry) => entry.body.text === 'another text'));
  });

  test('hole_15_a_repeat_in_the_same_batch_is_stored_once', async () => {
    const item = ann.item('twice in one batch');
    const reply = await ann.request('send', [item, item]);
    assert.equal(reply.ok.length, 2);
    assert.deepEqual(reply.ok[0], reply.ok[1]);
    assert.equal((await ben.pull()).filter((entry) => entry.id === item.id).length, 1);
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

  describe('hole_20_texts_that_are_no_messages_are_refused_with_a_type', () => {
    /** @type {[string, any, string[]][]} */
    const cases = [
      ['null', null, ['invalid']],
      ['a number', 7, ['invalid']],
      ['absent', undefined, ['invalid']],
      ['empty', '', ['invalid']],
      ['blank', ' \n\t ', ['invalid']],
      ['with a NUL', 'a\u0000b', ['invalid']],
      ['with an escape', 'a\u001b[31mb', ['invalid']],
      ['one byte too long', 'x'.repeat(MESSAGE_BYTES + 1), ['invalid', 'too_large']],
      ['900 KB', 'x'.repeat(900_000), ['invalid', 'too_large']],
    ];
    for (const [what, text, codes] of cases) {
      test(what, async () => {
        const id = uuid7();
        const reply = await ann.request('send', [{ id, room: ann.room, body: { kind: 'message', text } }]);
        assertTyped(reply.error ?? reply.ok[0].error, codes);
        assert.ok(ann.socket.connected, 'the connection goes on');
        const [stored] = await ann.post(ann.item(`after ${what}`));
        assert.ok(stored);
        assert.ok(!(await ben.pull()).some((entry) => entry.id === id));
      });
    }

    test('while the longest one allowed, in any script, is stored as it is', async () => {
      for (const text of ['x'.repeat(MESSAGE_BYTES), '가'.repeat(Math.floor(MESSAGE_BYTES / 3)), '👋'.repeat(MESSAGE_BYTES / 4)]) {
        const item = ann.item(text);
        await ann.post(item);
        assert.equal((await ben.hears(item.id)).body.text, text);
      }
    });
  });

  test('a batch over the limits is refused as a whole', async () => {
    const many = Array.from({ length: BATCH_ITEMS + 1 }, () => ann.item('one of too many'));
    assertTyped((await ann.request('send', many)).error, 'too_large');
    const heavy = Array.from({ length: 9 }, () => ann.item('x'.repeat(MESSAGE_BYTES)));
    assertTyped((await ann.request('send', heavy)).error, 'too_large');
  });

  test('an unknown room is refused, and so is a body no client may send', async () => {
    const astray = { ...ann.item('to nowhere'), room: uuid7() };
    const reply = await ann.request('send', [astray]);
    assertTyped(reply.error ?? reply.ok[0].error, 'unknown_room');
    assertTyped((await ann.request('history', { room: uuid7() })).error, 'unknown_room');
    const strange = { ...ann.item('strange'), body: { kind: 'from the future', text: 'x' } };
    const answer = await ann.request('send', [strange]);
    assertTyped(answer.error ?? answer.ok[0].error, 'invalid');
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
    });

    test('pages backwards to the beginning', async () => {
      const newest = (await ben.request('history', { room: ben.room })).ok;
      assert.equal(newest.entries.length, PAGE_ENTRIES);
      assert.equal(newest.entries.at(-1).seq, newest.head);
      let log = newest.entries;
      while (log[0].seq > 1) {
        const page = (await ben.request('history', { room: ben.room, before: log[0].seq, limit: 70 })).ok;
        assert.ok(page.entries.length <= 70 && page.entries.length > 0);
        assert.equal(page.room, ben.room);
        log = [...page.entries, ...log];
      }
      assertContiguous(log);
      assert.equal(log.length, newest.head);
    });

    test('clamps a limit that is too high, and refuses nonsense', async () => {
      const page = (await ben.request('history', { room: ben.room, after: 0, limit: 100_000 })).ok;
      assert.equal(page.entries.length, PAGE_ENTRIES);
      assertContiguous(page.entries);
      assertTyped((await ben.request('history', { room: ben.room, after: 1, before: 2 })).error, 'invalid');
      assertTyped((await ben.request('history', { room: ben.room, limit: 0 })).error, 'invalid');
      for (const wrong of [-1, 1.5, '1', 1e300]) {
        assertTyped((await ben.request('history', { room: ben.room, after: wrong })).error, 'invalid');
      }
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

    test('ignores a cursor of another epoch, and pulls', async () => {
      const tab = device({ token: ben.account.token, epoch: uuid7(), cursors: { [ben.room]: 3 } });
      const opened = await tab.open();
      assert.equal(opened.recovered, false);
      assert.deepEqual(opened.missed, []);
      assert.equal(opened.epoch, ben.opened.epoch);
      assertContiguous(await tab.pull());
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
