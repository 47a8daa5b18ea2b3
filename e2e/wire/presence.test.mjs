// A person's presence over all their tabs and devices; and their name, which changes everywhere at once.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Server } from '../server.mjs';
import { catchUp } from './catchup.mjs';
import { arrive, assertTyped, Device, GENEROUS, hangUp, signIn, until, uuid7 } from './device.mjs';
import { Raw } from './raw.mjs';
import { fence, heardIn, makeRoom, sayIn } from './rooms.mjs';
import { test } from './test.mjs';

/** The server's grace period for a person who is gone: longer than a tab takes to come back, on a busy machine too. */
const GRACE_MS = 1_500;

/** The time within which an unanswered link is given up: a ping, the wait for its answer, the grace period, a busy machine. */
const EXPIRY_MS = 12_000;

/** @typedef {Awaited<ReturnType<typeof arrive>>} Someone */

describe('presence', () => {
  /** @type {Server} */ let server;
  /** @type {Someone} */ let ann;

  before(async () => {
    const heartbeat = ['--ping-seconds', '1', '--pong-seconds', '3'];
    server = await Server.start({ args: [...GENEROUS, ...heartbeat, '--presence-grace-ms', String(GRACE_MS)] });
    ann = await arrive(server, 'Ann');
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /** The states of a person reported to Ann, in order. @param {{ id: string }} person @returns {string[]} */
  const seen = (person) => ann.told('presence').filter((said) => said.person.id === person.id).map(({ state }) => state);

  /** Waits until exactly these states were reported to Ann. @param {{ id: string }} person @param {string[]} states */
  const sees = async (person, ...states) => {
    await until(() => seen(person).length >= states.length, `presence ${states}; told ${seen(person)}`);
    assert.deepEqual(seen(person), states);
  };

  /** Longer than any event is held back. */
  const settled = async () => {
    await delay(2 * GRACE_MS);
    await fence(ann, ann);
  };

  /** @param {{ token: string }} account @param {object} [auth] */
  const tabOf = async (account, auth = {}) => {
    const tab = new Device(server, { token: account.token, ...auth });
    await tab.open();
    return tab;
  };

  /** A person's state in a session that opens. @param {{ id: string }} person */
  const asOpened = async (person) => {
    const tab = await tabOf(ann.account);
    tab.close();
    return tab.opened.online.find((/** @type {any} */ present) => present.person.id === person.id)?.state;
  };

  test('a person is offline once their last connection is gone for longer than the grace period', async () => {
    const { me, ...account } = await signIn(server, 'Goer');
    const tab = await tabOf(account);
    await sees(me, 'online');
    const left = Date.now();
    tab.close();
    await sees(me, 'online', 'offline');
    assert.ok(Date.now() - left >= GRACE_MS - 50, `after ${Date.now() - left} ms`);
    assert.equal(await asOpened(me), undefined);
  });

  test('a flap within the grace period is not reported', async () => {
    const { me, ...account } = await signIn(server, 'Flapper');
    let tab = await tabOf(account);
    await sees(me, 'online');
    for (let flap = 0; flap < 5; flap += 1) {
      tab.close();
      await delay(GRACE_MS / 6);
      tab = await tabOf(account);
    }
    await settled();
    await sees(me, 'online');
    tab.close();
    await sees(me, 'online', 'offline');
  });

  test('away means at none of the connected tabs and devices', async () => {
    const { me, ...account } = await signIn(server, 'Awayer');
    const [desk, phone] = [await tabOf(account), await tabOf(account)];
    desk.socket.emit('away', { away: true });
    await fence(desk, ann);
    await sees(me, 'online');
    phone.socket.emit('away', { away: true });
    await sees(me, 'online', 'away');
    assert.equal(await asOpened(me), 'away');
    desk.socket.emit('away', { away: false });
    await sees(me, 'online', 'away', 'online');
    desk.socket.emit('away', { away: false });
    desk.close();
    await until(() => seen(me).length === 4, 'only the one who is away is left');
    await sees(me, 'online', 'away', 'online', 'away');
    const third = await tabOf(account);
    await sees(me, 'online', 'away', 'online', 'away', 'online');
    for (const tab of [phone, third]) tab.close();
    await until(() => seen(me).at(-1) === 'offline', 'both are gone');
  });

  test('a returning tab silently takes over from its ghost', async () => {
    const { me, ...account } = await signIn(server, 'Haunted');
    const tab = uuid7();
    const ghost = new Device(server, { token: account.token, tab }, { reconnection: false });
    await ghost.open();
    await sees(me, 'online');
    const back = await tabOf(account, { tab });
    await until(() => ghost.disconnected, 'the ghost is gone');
    assert.equal(ghost.closing.reason, 'replaced');
    await settled();
    await sees(me, 'online');
    back.close();
  });

  test('a half-open link expires, and its person goes offline', async () => {
    const { me, ...account } = await signIn(server, 'Half Open');
    const raw = await new Raw(server).open({ token: account.token });
    await sees(me, 'online');
    const since = Date.now();
    raw.stall();
    await sees(me, 'online', 'offline');
    assert.ok(Date.now() - since < EXPIRY_MS, `after ${Date.now() - since} ms`);
    raw.close();
  });

  test('an opening session has the present people, and the member list has their state', async () => {
    const { me, ...account } = await signIn(server, 'Listed');
    const { me: gone } = await signIn(server, 'Never There');
    const tab = await tabOf(account);
    assert.deepEqual(
      tab.opened.online.find((/** @type {any} */ present) => present.person.id === ann.account.me.id),
      { person: ann.account.me, state: 'online' },
    );
    const members = await ann.ask('room:members', { room: ann.room });
    const state = (/** @type {string} */ id) => members.find((/** @type {any} */ { person }) => person.id === id)?.state;
    assert.deepEqual([state(me.id), state(gone.id)], ['online', 'offline']);
    const order = members.map((/** @type {any} */ member) => member.state);
    assert.equal(order.lastIndexOf('online') < order.indexOf('offline'), true, 'those who are there first');
    tab.close();
  });
});

describe('a nickname', () => {
  /** @type {Server} */ let server;
  /** @type {Someone} */ let ann;
  /** @type {Someone} */ let ben;
  /** @type {Someone} */ let cleo;

  before(async () => {
    server = await Server.start({ args: GENEROUS });
    ann = await arrive(server, 'Ann');
    ben = await arrive(server, 'Ben');
    cleo = await arrive(server, 'Cleo');
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  test('that changes, changes everywhere at once', async () => {
    const hidden = await makeRoom(ben, 'hidden', { kind: 'private', people: [ann.account.me] });
    const direct = await ann.ask('room:direct', { with: [ben.account.me.id] });
    const elsewhere = await makeRoom(cleo, 'elsewhere');
    const rooms = [ben.room, hidden.id, direct.id];
    /** @type {Map<string, number>} */ const said = new Map();
    for (const room of rooms) said.set(room, (await sayIn(ben, room, `<@${ben.account.me.id}> said this`)).seq);
    await fence(ben, ann);
    const phone = new Device(server, { token: ben.account.token });
    await phone.open();
    const heads = await ann.ask('sync', {});

    const me = { id: ben.account.me.id, name: 'Benedict' };
    assert.deepEqual(await ben.ask('nickname', { name: '  Benedict ' }), me);
    for (const room of rooms) {
      for (const listener of [ann, ben, phone]) {
        const entry = await until(() => heardIn(listener, room).find(({ body }) => body.kind === 'nickname'), 'the entry is heard');
        assert.deepEqual(entry.body, { kind: 'nickname', name: 'Benedict', was: 'Ben' });
        assert.deepEqual(entry.author, me);
        assert.equal(entry.seq, heads[room] + 1);
      }
      const reply = ann.change({ kind: 'message', text: `<@${me.id}>`, reply_to: said.get(room) }, { room });
      await ann.post(reply);
      const live = await phone.hears(reply.id);
      assert.deepEqual([live.quoted?.author, live.mentioned], [me, [me]], 'quotes and mentions');
      const mine = await sayIn(phone, room, 'as I am called');
      assert.deepEqual((await ann.hears(mine.id)).author, me, 'later messages, from every connection');
      const entries = await catchUp(server, ann.account.token, room, /** @type {number} */ (said.get(room)) - 1);
      for (const { author } of entries) assert.notEqual(author.name, 'Ben', 'earlier messages');
      assert.deepEqual(entries[0]?.mentioned, [me]);
    }
    assert.ok(!(await cleo.pull(0, elsewhere.id)).some(({ body }) => body.kind === 'nickname'), 'not where he is not');
    ann.socket.emit('typing', { room: ann.room });
    ben.socket.emit('typing', { room: ben.room });
    await until(() => ann.told('typing').some(({ person }) => person.name === 'Benedict'), 'typing');
    const tab = new Device(server, { token: ann.account.token });
    const opened = await tab.open();
    assert.deepEqual(opened.online.find((/** @type {any} */ { person }) => person.id === me.id).person, me);
    assert.deepEqual(opened.rooms.find((/** @type {any} */ { id }) => id === direct.id).with, [me]);
    assert.deepEqual(await ann.ask('people', { search: 'benedi' }), [me]);
    assert.ok((await ann.ask('room:members', { room: hidden.id })).some((/** @type {any} */ { person }) => person.name === 'Benedict'));
    const again = new Device(server, { token: ben.account.token });
    assert.deepEqual((await again.open()).me, me);
    for (const device of [tab, again, phone]) device.close();
  });

  test("belongs to one person, in any case, also against a simultaneous request", async () => {
    for (const name of ['ann', 'ANN', ' Ann ']) assertTyped(await cleo.refusal('nickname', { name }), 'nickname_taken');
    for (const name of ['', ' ', 'x'.repeat(33), 'a\u202eb', 7, null]) {
      assertTyped(await cleo.refusal('nickname', { name }), 'invalid');
    }
    const both = await Promise.all([cleo, ann].map((person) => person.insist('nickname', { name: 'Coveted' })));
    assert.deepEqual(both.map((reply) => reply.ok?.name ?? reply.error.code).sort(), ['Coveted', 'nickname_taken']);
    const log = await ben.pull();
    assert.equal(log.filter(({ body }) => body.kind === 'nickname' && body.name === 'Coveted').length, 1);
  });

  test('is the same after the server was killed', async () => {
    const before = await ben.pull();
    await server.crashAndRestart();
    await until(() => [ann, ben, cleo].every(({ socket }) => socket.connected), 'everybody is back');
    assert.deepEqual(await ben.pull(), before);
    assert.equal((await ben.ask('people', { search: 'Benedict' })).length, 1);
  });
});
