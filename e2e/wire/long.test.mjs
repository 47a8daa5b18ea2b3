// A room with a long history, written by `fill`: a late newcomer gets all of it.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, assertContiguous, GENEROUS, hangUp } from './device.mjs';
import { test } from './test.mjs';

const MESSAGES = 3_000;
const DAYS = 30;
const DAY_MS = 24 * 60 * 60 * 1_000;

describe('a long room', () => {
  /** @type {Server} */ let server;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let reader;

  before(async () => {
    server = await Server.start({ args: GENEROUS, fill: ['--messages', `${MESSAGES}`, '--days', `${DAYS}`] });
    reader = await arrive(server, 'Reader');
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  test('is paged from its first entry to its last, with each message or its deletion', async () => {
    assert.equal(reader.room, server.filled?.room);
    const log = await reader.pull(0);
    assertContiguous(log);
    assert.equal(log.length, server.filled?.head);
    const messages = log.filter(({ body }) => ['message', 'erased'].includes(body.kind));
    assert.equal(messages.length, MESSAGES);
    messages.forEach(({ body }, index) => {
      if (body.kind === 'message') assert.ok(body.text.startsWith(`#${index + 1}:`), `message ${index + 1}: ${body.text}`);
    });
    const kinds = new Set(log.map(({ body }) => body.kind));
    assert.deepEqual([...kinds].sort(), ['delete', 'edit', 'erased', 'erased_edit', 'message', 'react'].sort());
    assert.ok(log.some(({ now }) => now?.reactions?.length), 'reactions are there');
    assert.ok(log.some(({ quoted }) => quoted?.text), 'replies quote');
    assert.ok(new Set(log.map(({ author }) => author.id)).size >= 10, 'several people wrote it');
  });

  test('is found by its days', async () => {
    const first = (await reader.ask('history', { room: reader.room, after: 0, limit: 1 })).entries[0];
    for (const days of [0, 1, 15, 29]) {
      const since = first.at + days * DAY_MS;
      const page = await reader.ask('history', { room: reader.room, since, limit: 20 });
      const found = page.entries.findIndex((/** @type {any} */ entry) => entry.at >= since);
      assert.ok(found >= 0 && page.entries[found].at < since + DAY_MS, `day ${days}`);
      assert.ok(page.entries.slice(0, found).every((/** @type {any} */ entry) => entry.at < since));
    }
  });
});
