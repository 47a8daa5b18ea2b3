// Many people react and edit at once: everybody ends with the same log, in bounded time.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '../server.mjs';
import { bare } from './catchup.mjs';
import { arrive, assertContiguous, Device, GENEROUS, hangUp } from './device.mjs';
import { test } from './test.mjs';

const PEOPLE = 25;
/** Rounds of changes by each person. */
const ROUNDS = 20;
/** The time within which everybody has everything. A debug build on a busy machine. */
const CONVERGE_MS = 40_000;

const EMOJI = ['👍', '🎉', '❤️', '👀', '🐘'];

describe('a crowd', () => {
  /** @type {Server} */ let server;

  before(async () => {
    server = await Server.start({ args: GENEROUS });
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  test('that changes the same few messages gets the same log', async () => {
    const people = await Promise.all(Array.from({ length: PEOPLE }, (_, index) => arrive(server, `one of many ${index}`)));
    const [first] = /** @type {[Awaited<ReturnType<typeof arrive>>]} */ (people);
    const shared = (await first.post(...Array.from({ length: 5 }, (_, index) => first.item(`shared ${index}`)))).map(({ seq }) => seq);
    const start = Date.now();
    await Promise.all(
      people.map(async (person, index) => {
        const [own] = await person.post(person.item(`by ${index}`));
        for (let round = 0; round < ROUNDS; round += 1) {
          await person.post(
            person.change({ kind: 'react', message: shared[(index + round) % shared.length], emoji: EMOJI[round % EMOJI.length], on: round % 3 < 2 }),
            person.change({ kind: 'react', message: shared[0], emoji: EMOJI[index % EMOJI.length], on: round % 2 === 0 }),
            person.change({ kind: 'edit', message: own?.seq, text: `by ${index}, edited ${round}` }),
          );
          // Some disconnect in the meantime, and resume from their cursors.
          if (index % 5 === 0 && round % 7 === 3) {
            person.socket.disconnect();
            const cursor = Math.max(...person.heard.map(({ seq }) => seq));
            person.socket.auth = { token: person.account.token, epoch: person.opened.epoch, cursors: { [person.room]: cursor } };
            await delay(30);
            const opened = await person.open();
            if (!opened.recovered) person.heard.push(...(await person.pull(cursor)));
          }
        }
      }),
    );
    const end = first.item('the end');
    await first.post(end);
    for (const person of people) await person.hears(end.id);
    const took = Date.now() - start;

    const log = await first.pull();
    assert.ok(log.length > PEOPLE * ROUNDS * 3);
    assertContiguous(log);
    for (const person of people) {
      // What was pulled may also have come live.
      const held = new Map(person.heard.map((entry) => [entry.seq, bare(entry)]));
      assert.deepEqual([...held.values()].sort((a, b) => a.seq - b.seq), log.map(bare));
    }
    const own = log.filter(({ body }) => body.kind === 'message' && body.text.startsWith('by '));
    assert.equal(own.length, PEOPLE);
    for (const { now } of own) assert.ok(now?.edited?.text.endsWith(`edited ${ROUNDS - 1}`), now?.edited?.text);
    const fresh = new Device(server, { token: first.account.token });
    await fresh.open();
    assert.deepEqual(await fresh.pull(), log);
    assert.ok(took < CONVERGE_MS, `it took ${took} ms`);
    for (const person of people) person.close();
  });
});
