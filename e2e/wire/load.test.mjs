// One client that is too fast, and one that does not read: neither harms the others.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '../server.mjs';
import { arrive, assertContiguous, assertTyped, Device, hangUp, PATIENCE_MS, signIn, until, uuid7 } from './device.mjs';
import { Raw } from './raw.mjs';
import { test } from './test.mjs';

/** The time within which a bystander's message has to arrive, whatever the others do. A debug build on a busy machine. */
const UNHARMED_MS = 4_000;

/** The time within which a client that does not read has to be gone: full buffers, plus the server's patience, plus the grace period. */
const STALLED_MS = 40_000;

describe('under load', () => {
  /** @type {Server} */ let server;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let bystander;
  let visitors = 0;

  before(async () => {
    server = await Server.start({ args: ['--stall-seconds', '3'] });
    bystander = await arrive(server, 'bystander');
  });
  afterEach(() => {
    assert.equal(bystander.disconnected, undefined, 'the bystander was never disconnected');
    assertContiguous(bystander.heard);
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /**
   * The bystander posts one message after another until `done`; each is acknowledged and received.
   * @param {Promise<unknown>} done
   */
  const talkUntil = async (done) => {
    let over = false;
    const stop = done.finally(() => (over = true));
    // Resolved only once it is awaited below.
    stop.catch(() => {});
    let slowest = 0;
    let count = 0;
    while (!over || count < 5) {
      const item = bystander.item(`undisturbed ${(count += 1)}`);
      const start = Date.now();
      const reply = await bystander.request('send', [item]);
      assert.equal(reply.ok?.[0].id, item.id, JSON.stringify(reply));
      assert.equal(reply.ok[0].error, undefined, JSON.stringify(reply));
      await bystander.hears(item.id);
      slowest = Math.max(slowest, Date.now() - start);
      await delay(100);
    }
    await stop;
    assert.ok(slowest < UNHARMED_MS, `the slowest of ${count} messages took ${slowest} ms`);
  };

  test('a thousand rapid events are each answered: stored, or refused with a type', async () => {
    const rapid = await arrive(server, `rapid ${(visitors += 1)}`);
    const items = Array.from({ length: 1_000 }, (_, index) => rapid.item(`rapid ${index}`));
    /** @type {any[]} */ const replies = [];
    let dropped = false;
    rapid.socket.on('disconnect', () => (dropped = true));
    const firing = (async () => {
      for (const item of items) rapid.socket.emit('send', [item], (/** @type {any} */ reply) => replies.push(reply));
      await until(() => replies.length === items.length || dropped, 'every event is answered');
    })();
    await talkUntil(firing);
    const stored = replies.filter((reply) => reply.ok?.[0]?.seq > 0).length;
    assert.ok(stored > 0, 'what is within the limit is stored');
    for (const reply of replies) {
      const refusal = reply.error ?? reply.ok[0].error;
      if (refusal) assertTyped(refusal, ['rate_limited', 'busy']);
    }
    if (dropped) await until(() => rapid.closing, 'the server said why');
    if (dropped) assert.equal(rapid.closing.reason, 'flooding');
    await until(() => rapid.socket.connected, 'the client is connected, or back');

    // Sending some of them again with the same ids, like a client that lost an ack, stores none twice.
    await rapid.post(...items.slice(0, 200));
    const log = await bystander.pull();
    assertContiguous(log);
    const mine = log.filter((entry) => entry.author.id === rapid.account.me.id).map((entry) => entry.id);
    assert.equal(new Set(mine).size, mine.length);
    assert.ok(mine.length >= stored);
    rapid.close();
  });

  test('hole_20_a_flood_from_one_client_does_not_mute_the_others', async () => {
    const { token } = await signIn(server, `flooder ${(visitors += 1)}`);
    const room = bystander.room;
    let events = 0;
    const flooding = (async () => {
      const end = Date.now() + 2 * UNHARMED_MS;
      while (Date.now() < end) {
        const raw = new Raw(server);
        try {
          await raw.open({ token });
        } catch {
          continue;
        }
        while (!raw.closed && Date.now() < end) {
          for (let burst = 0; burst < 200; burst += 1) {
            const item = { id: uuid7(), room, body: { kind: 'message', text: 'flood' } };
            raw.send(`42${events % 2 ? events : ''}["send",${JSON.stringify([item])}]`);
            raw.send(`42["typing",{"room":"${room}"}]`);
            raw.send(`42${events}["history",{"room":"${room}"}]`);
            events += 3;
          }
          await delay(20);
        }
        raw.close();
      }
    })();
    await talkUntil(flooding);
    assert.ok(events > 1_000, `${events} events`);
  });

  for (const transport of ['websocket', 'polling']) {
    test(`hole_18_a_client_that_stops_reading_over_${transport}_is_disconnected_and_resumes`, async () => {
      const account = await signIn(server, `staller ${(visitors += 1)}`);
      const tab = uuid7();
      const { head } = (await bystander.request('history', { room: bystander.room })).ok;
      const stall =
        transport === 'websocket'
          ? await (async () => {
              const raw = await new Raw(server).open({ token: account.token, tab });
              raw.stall();
              return () => raw.close();
            })()
          : await stallPolling(server, { token: account.token, tab });

      let gone = false;
      const seen = until(
        () =>
          bystander.events.some(
            ([name, said]) => name === 'presence' && said.person.id === account.me.id && said.state === 'offline',
          ),
        'the stalled client is disconnected',
        STALLED_MS,
      ).finally(() => (gone = true));
      const talkers = await Promise.all(
        Array.from({ length: 3 }, () => arrive(server, `talker ${(visitors += 1)}`)),
      );
      // Each sends 15 KB about ten times a second, which fills the kernel's buffers within a second or two. No faster,
      // because all of it is pulled below, and pages are costly: everything that the senders' allowance admits would take a
      // minute.
      const big = '가'.repeat(5_000);
      const talking = Promise.all(
        talkers.map(async (talker) => {
          for (; !gone; await delay(100)) await talker.post(talker.item(big));
        }),
      );
      await talkUntil(Promise.all([seen, talking]));
      stall();

      // Back from its cursor, it learns the reason, and misses nothing.
      const back = new Device(server, {
        token: account.token,
        tab,
        epoch: bystander.opened.epoch,
        cursors: { [bystander.room]: head },
      });
      const opened = await back.open();
      assert.equal(opened.last_closed, 'slow_consumer');
      const log = opened.recovered ? back.heard : await back.pull(head);
      assertContiguous(log, head + 1);
      assert.ok(log.length > 0);
      for (const device of [...talkers, back]) device.close();
    });
  }
});

/**
 * Opens a session over polling and never polls again.
 * @param {{ url: string }} server
 * @param {object} auth
 */
async function stallPolling(server, auth) {
  /** @param {string} url @param {RequestInit} [init] */
  const ask = async (url, init) => {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PATIENCE_MS) });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return text;
  };
  const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
  const polling = `${url}&sid=${JSON.parse((await ask(url)).slice(1)).sid}`;
  await ask(polling, { method: 'POST', body: `40${JSON.stringify(auth)}` });
  let said = '';
  await until(async () => (said += await ask(polling)).includes('["session"'), 'the session opens over polling');
  return () => {};
}
