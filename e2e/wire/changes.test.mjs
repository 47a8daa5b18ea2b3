// Editing, deleting, reacting, replying: entries of the log like any other, and their effect on a message.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { catchUp } from './catchup.mjs';
import { arrive, arriveAsOwner, assertContiguous, assertTyped, Device, GENEROUS, hangUp, until, uuid7 } from './device.mjs';
import { test } from './test.mjs';

const EMOJI_PER_MESSAGE = 20;
const QUOTE_CHARS = 160;

/** This many different emoji. @param {number} count */
const emojis = (count) => Array.from({ length: count }, (_, index) => String.fromCodePoint(0x1f400 + index));

describe('changes to messages', () => {
  /** @type {Server} */ let server;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let owner;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let ann;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let ben;

  before(async () => {
    server = await Server.start({ args: GENEROUS });
    owner = await arriveAsOwner(server, 'Owner');
    ann = await arrive(server, 'Ann');
    ben = await arrive(server, 'Ben');
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /** Posts one message; returns its place. @param {Device} by @param {string} text */
  const say = async (by, text) => /** @type {import('./device.mjs').Stored} */ ((await by.post(by.item(text)))[0]).seq;

  /** Sends one change; returns its ack. @param {Device} by @param {{ kind: string } & Record<string, any>} body */
  const make = async (by, body) => /** @type {import('./device.mjs').Stored} */ ((await by.post(by.change(body)))[0]);

  /** Sends a change that must be refused with this code. @param {Device} by @param {{ kind: string } & Record<string, any>} body @param {string} code */
  const refused = async (by, body, code) => assertTyped(await by.refusal('send', [by.change(body)]), code);

  /** One entry as history has it. @param {Device} by @param {number} seq @returns {Promise<import('./device.mjs').Entry>} */
  const stored = async (by, seq) => (await by.ask('history', { room: by.room, after: seq - 1, limit: 1 })).entries[0];

  test('an edit, a reaction and a deletion are separate entries, received by everyone in order', async () => {
    const message = await say(ann, 'frist');
    const edit = ann.change({ kind: 'edit', message, text: 'first' });
    const reaction = ben.change({ kind: 'react', message, emoji: '👍' });
    const deletion = ann.change({ kind: 'delete', message });
    const acks = [await ann.post(edit), await ben.post(reaction), await ann.post(deletion)].flat();
    assert.deepEqual(acks.map(({ seq }) => seq), [message + 1, message + 2, message + 3]);
    for (const listener of [owner, ann, ben]) {
      await listener.hears(deletion.id);
      const heard = listener.heard.filter(({ seq }) => seq > message);
      assert.deepEqual(heard.map(({ id }) => id), [edit.id, reaction.id, deletion.id]);
      assert.deepEqual(heard[0]?.body, { kind: 'edit', message, text: 'first' });
      assert.deepEqual(heard[1]?.body, { kind: 'react', message, emoji: '👍', on: true });
      assert.deepEqual(heard[2]?.body, { kind: 'delete', message });
    }
  });

  test('the owner of the server can delete anybody’s messages, but not edit them', async () => {
    assert.deepEqual([owner, ann, ben].map((device) => device.opened.owner), [true, false, false]);
    const message = await say(ann, 'too much');
    await refused(owner, { kind: 'edit', message, text: 'words put into a mouth' }, 'forbidden');
    await make(owner, { kind: 'delete', message });
    assert.deepEqual((await stored(ben, message)).body, { kind: 'erased' });
  });

  test('a reply quotes the current message, live and later', async () => {
    const message = await say(ann, `<@${ben.account.me.id}> ${'long '.repeat(100)}`);
    const reply = ben.change({ kind: 'message', text: 'yes', reply_to: message });
    const [{ seq: at }] = /** @type {[import('./device.mjs').Stored]} */ (await ben.post(reply));
    const live = (await owner.hears(reply.id)).quoted;
    assert.equal(live?.seq, message);
    assert.deepEqual(live.author, ann.account.me);
    assert.equal([...(live.text ?? '')].length, QUOTE_CHARS);
    assert.deepEqual((await stored(owner, at)).quoted, live);

    await make(ann, { kind: 'edit', message, text: 'short' });
    assert.equal((await stored(owner, at)).quoted?.text, 'short');
    await make(ann, { kind: 'delete', message });
    const gone = (await stored(owner, at)).quoted;
    assert.deepEqual(gone, { seq: message, author: ann.account.me });
    const late = ben.change({ kind: 'message', text: 'what was it?', reply_to: message });
    await ben.post(late);
    assert.deepEqual((await owner.hears(late.id)).quoted, gone, 'a deleted message can be replied to');
  });

  test('mentions have the current names, in messages and edits', async () => {
    const item = ann.item(`<@${ben.account.me.id}> and <@${uuid7()}> and <@${ben.account.me.id}>`);
    const [{ seq: message }] = /** @type {[import('./device.mjs').Stored]} */ (await ann.post(item));
    assert.deepEqual((await ben.hears(item.id)).mentioned, [ben.account.me]);
    assert.deepEqual((await stored(ben, message)).mentioned, [ben.account.me]);
    const edit = ann.change({ kind: 'edit', message, text: `<@${owner.account.me.id}>` });
    await ann.post(edit);
    assert.deepEqual((await ben.hears(edit.id)).mentioned, [owner.account.me]);
    const names = (await stored(ben, message)).mentioned?.map(({ name }) => name) ?? [];
    assert.ok(names.includes('Owner'), 'the people of the text it has');
  });

  describe('are refused with a type', () => {
    /** @type {[string, any][]} */
    const malformed = [
      ['what only the server writes: erased', { kind: 'erased' }],
      ['erased_edit', { kind: 'erased_edit' }],
      ['a nickname', { kind: 'nickname', name: 'Boss', was: 'Ann' }],
      ['a room change', { kind: 'room', change: { change: 'archived' } }],
      ['unknown', { kind: 'unknown' }],
    ];
    for (const [what, body] of malformed) {
      test(`invalid: ${what}`, async () => {
        assertTyped(await ann.refusal('send', [ann.change(body)]), ['invalid', 'too_large']);
        await say(ann, 'and the connection goes on');
      });
    }

    test('too_large: more different emoji than one message may have', async () => {
      const message = await say(ann, 'popular');
      const all = emojis(EMOJI_PER_MESSAGE + 1);
      await ben.post(...all.slice(1).map((emoji) => ben.change({ kind: 'react', message, emoji })));
      await refused(ann, { kind: 'react', message, emoji: all[0] }, 'too_large');
      await make(ann, { kind: 'react', message, emoji: all[1] });
      await make(ben, { kind: 'react', message, emoji: all[2], on: false });
      await make(ann, { kind: 'react', message, emoji: all[0] });
    });
  });

  test('a change sees earlier items of the same batch', async () => {
    const message = (await say(ann, 'the last one')) + 1;
    const items = [
      ann.item('in one breath'),
      ann.change({ kind: 'edit', message, text: 'in the same breath' }),
      ann.change({ kind: 'react', message, emoji: '👍' }),
      ann.change({ kind: 'message', text: 'as I said', reply_to: message }),
      ann.change({ kind: 'delete', message }),
      ann.change({ kind: 'edit', message, text: 'too late' }),
      ann.change({ kind: 'react', message, emoji: '🎉' }),
    ];
    const { ok } = await ann.insist('send', items);
    assert.deepEqual(ok.slice(0, 5).map((/** @type {any} */ sent) => sent.seq), [0, 1, 2, 3, 4].map((place) => message + place));
    for (const late of ok.slice(5)) assertTyped(late.error, 'unknown_message');
    const log = await ben.pull(message - 1);
    assert.deepEqual(log.map(({ body }) => body.kind), ['erased', 'erased_edit', 'react', 'message', 'delete']);
    assert.deepEqual(log[3]?.quoted, { seq: message, author: ann.account.me });
    assert.equal(JSON.stringify(await ann.request('send', items)), JSON.stringify({ ok }), 'and again the same answer');
    assert.ok(!JSON.stringify(ben.heard.filter(({ seq }) => seq >= message)).includes('breath'), 'nobody was told');
  });

  describe('hole_15_a_retry_gets_the_first_answer', () => {
    test('from either tab, also if both send at the same moment', async () => {
      const tabs = await Promise.all([1, 2, 3].map(async () => {
        const tab = new Device(server, { token: ann.account.token });
        await tab.open();
        return tab;
      }));
      const message = await say(ann, 'tried by three');
      const items = [
        ann.item('also tried by three'),
        ann.change({ kind: 'edit', message, text: 'tried and edited' }),
        ann.change({ kind: 'react', message, emoji: '👍' }),
        ann.change({ kind: 'delete', message }),
      ];
      const answers = await Promise.all(tabs.map((tab) => tab.post(...items)));
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
      const log = await ben.pull(message);
      assert.deepEqual(log.map(({ id }) => id), items.map(({ id }) => id));
      for (const tab of tabs) tab.close();
    });

    test('also if the server is killed in between', async () => {
      /** @type {import('./device.mjs').Item[]} */ const items = [];
      /** @type {import('./device.mjs').Stored[]} */ const acked = [];
      let over = false;
      const changing = (async () => {
        while (!over) {
          const message = acked.at(-1)?.seq ?? 1;
          const item = [
            () => ann.item(`killed ${items.length}`),
            () => ann.change({ kind: 'edit', message, text: `edited ${items.length}` }),
            () => ann.change({ kind: 'react', message: message - 1, emoji: '👍' }),
            () => ann.change({ kind: 'delete', message: message - 2 }),
          ][items.length % 4]?.();
          items.push(/** @type {import('./device.mjs').Item} */ (item));
          while (acked.length < items.length) {
            await until(() => ann.socket.connected, 'the link is up');
            const reply = await ann.socket.timeout(1_000).emitWithAck('send', items.slice(-1)).catch(() => undefined);
            if (reply?.ok?.[0].seq) acked.push(reply.ok[0]);
            else if (reply?.ok) throw new Error(JSON.stringify(reply));
          }
        }
      })();
      for (let crash = 1; crash <= 3; crash += 1) {
        await until(() => acked.length >= 25 * crash, 'changes go through');
        await server.crashAndRestart();
      }
      await until(() => acked.length >= 100, 'and again');
      over = true;
      await changing;
      await until(() => [ann, ben, owner].every(({ socket }) => socket.connected), 'everybody is back');
      const log = await ben.pull();
      assertContiguous(log);
      const mine = log.filter(({ id }) => items.some((item) => item.id === id));
      assert.deepEqual(mine.map(({ id, seq }) => ({ id, seq })), acked.map(({ id, seq }) => ({ id, seq })));
      assert.equal(mine.filter(({ body }) => body.kind === 'erased').length, acked.filter((_, index) => index % 4 === 3).length);
    });
  });

  test('a person who was away catches up on every kind of entry', async () => {
    const carl = await arrive(server, 'Carl');
    const { head } = await carl.ask('history', { room: carl.room });
    carl.close();
    const first = await say(ann, 'kept');
    await make(ben, { kind: 'message', text: `<@${carl.account.me.id}> a reply`, reply_to: first });
    await make(ann, { kind: 'edit', message: first, text: 'kept and edited' });
    const second = await say(ben, 'erased later');
    await make(ben, { kind: 'edit', message: second, text: 'this too' });
    await make(ann, { kind: 'message', text: 'a reply to nothing', reply_to: second });
    await make(ann, { kind: 'react', message: first, emoji: '👍' });
    await make(ben, { kind: 'react', message: first, emoji: '👍' });
    await make(ann, { kind: 'react', message: first, emoji: '👍', on: false });
    await make(ben, { kind: 'delete', message: second });
    const entries = await catchUp(server, carl.account.token, ann.room, head);
    assert.deepEqual(
      entries.map(({ body }) => body.kind),
      ['message', 'message', 'edit', 'erased', 'erased_edit', 'message', 'react', 'react', 'react', 'delete'],
    );
    assert.equal(entries[0]?.now?.edited?.text, 'kept and edited');
    assert.equal(entries[1]?.quoted?.text, 'kept and edited');
    assert.deepEqual(entries[1]?.mentioned, [carl.account.me]);
    assert.equal(entries[5]?.quoted?.text, undefined);
    // A server without any state in memory gives the same.
    await server.stop();
    await server.launch();
    await until(() => ann.socket.connected && ben.socket.connected && owner.socket.connected, 'everybody is back');
    const again = new Device(server, { token: carl.account.token });
    await again.open();
    assert.deepEqual(await again.pull(head), entries);
    again.close();
  });

  test('hole_06_the_log_is_the_same_for_everybody_with_changes_in_it', async () => {
    const [a, b] = [await ann.pull(), await ben.pull()];
    assertContiguous(a);
    assert.deepEqual(a, b);
  });

  test('an erased text is nowhere, not even in the file', async () => {
    const secret = `secret-${uuid7()}`;
    const kept = `kept-${uuid7()}`;
    const padding = 'x'.repeat(6_000);
    const { head } = await ann.ask('history', { room: ann.room });
    const item = ann.item(`${secret} as a message <@${ben.account.me.id}> ${padding}`);
    const [{ seq: message }] = /** @type {[import('./device.mjs').Stored]} */ (await ann.post(item));
    const edit = ann.change({ kind: 'edit', message, text: `${secret} as an edit ${padding}` });
    await ann.post(edit);
    await make(ann, { kind: 'edit', message, text: `${secret} as another` });
    await make(ben, { kind: 'message', text: `${kept}, a reply`, reply_to: message });
    await say(ben, `${kept}, a message`);
    assert.ok((await bytes(server)).includes(secret), 'it is on the disk before');

    const deletion = ann.change({ kind: 'delete', message });
    await ann.post(deletion);
    await ben.hears(deletion.id);
    ben.events.length = 0;
    const told = [await catchUp(server, ben.account.token, ben.room, head), await ben.pull()];
    told.push((await ben.ask('history', { room: ben.room, around: message })).entries);
    const late = ben.change({ kind: 'message', text: `${kept}, a late reply`, reply_to: message });
    await ben.post(late);
    await ben.hears(late.id);
    const retried = await ann.insist('send', [item, edit]);
    assert.equal(retried.ok[0].seq, message);
    for (const said of [told, ben.events, retried]) assert.ok(!JSON.stringify(said).includes(secret));
    assert.ok(JSON.stringify(told).includes(kept));

    await server.stop();
    const file = await bytes(server);
    assert.ok(file.includes(kept), 'the rest is in the file');
    assert.ok(!file.includes(secret), 'what was erased is not');
  });
});

/**
 * All bytes of the database on the disk.
 * @param {Server} server
 */
async function bytes(server) {
  const files = ['', '-wal', '-journal'].map((suffix) => readFile(server.database + suffix).catch(() => Buffer.alloc(0)));
  return Buffer.concat(await Promise.all(files));
}
