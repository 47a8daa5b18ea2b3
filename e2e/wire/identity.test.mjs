// One person on several devices, and nobody under another person's name. HTTP requests about accounts are in
// account.test.mjs.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, assertTyped, Device, GENEROUS, hangUp, until, uuid7 } from './device.mjs';
import { test } from './test.mjs';

const PASSPHRASE = 'correct horse battery staple';
const INVITE = 'lighthouse-keepers-only';

/**
 * @param {Server} server
 * @param {string} method
 * @param {string} path
 * @param {{ token?: string, body?: unknown }} [more]
 */
async function api(server, method, path, { token, body } = {}) {
  const response = await fetch(`${server.url}/api/${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** @param {Server} server @param {string} nickname @param {object} [more] */
const signUp = (server, nickname, more) => api(server, 'POST', 'session', { body: { nickname, with_token: true, ...more } });

describe('a person', () => {
  /** @type {Server} */ let server;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let first;

  before(async () => {
    server = await Server.start({ args: GENEROUS });
    first = await arrive(server, 'First');
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /** @param {{ token: string }} account */
  const connect = async (account) => {
    const device = new Device(server, { token: account.token });
    await device.open();
    return device;
  };

  test('is the same on every device with the passphrase', async () => {
    const one = (await signUp(server, 'Mina', { passphrase: PASSPHRASE })).body;
    const other = (await signUp(server, 'MINA', { passphrase: PASSPHRASE, device: 'the other one' })).body;
    assert.deepEqual(other.me, one.me);
    assert.notEqual(other.token, one.token);
    const [desk, phone] = [await connect(one), await connect(other)];
    const item = desk.item('from the desk');
    await desk.post(item);
    assert.deepEqual((await phone.hears(item.id)).author, one.me);
    assert.deepEqual(await phone.post(item), await desk.post(item), 'one outbox or two: one message');
    for (const [passphrase, code] of [[`${PASSPHRASE}!`, 'wrong_passphrase'], [undefined, 'nickname_taken']]) {
      assertTyped((await signUp(server, 'Mina', { passphrase })).body, code);
    }
    for (const device of [desk, phone]) device.close();
  });

  test('cannot be mistaken for another: no name looks like an existing one', async () => {
    await signUp(server, 'Paypal');
    for (const nickname of ['paypal', 'PAYPAL', 'Ｐａｙｐａｌ', 'Pаypal', 'Paypa1', 'Pay\u200bpal', ' Paypal ']) {
      const { status, body } = await signUp(server, nickname);
      assert.ok(status === 409 || status === 400, `${nickname}: ${status}`);
      assertTyped(body, ['nickname_taken', 'invalid']);
    }
  });

  test('is the one the server knows, not one named in a message', async () => {
    const victim = await arrive(server, 'Victim');
    const forger = await arrive(server, 'Forger');
    const item = { ...forger.item('I am the victim'), author: victim.account.me, by: victim.account.me.id, token: victim.account.token };
    await forger.post(item);
    assert.deepEqual((await victim.hears(item.id)).author, forger.account.me);
    forger.socket.emit('typing', { room: forger.room, person: victim.account.me });
    await until(() => first.told('typing').length > 0, 'typing is told');
    assert.deepEqual(first.told('typing').map(({ person }) => person.name), ['Forger']);
    forger.socket.emit('read', { room: forger.room, seq: 1, person: victim.account.me.id, user: victim.account.me.id });
    forger.socket.emit('presence', { person: victim.account.me, state: 'offline' });
    forger.socket.emit('entries', { room: forger.room, from: 1, entries: [] });
    await forger.post(forger.item('done'));
    assert.deepEqual(victim.told('read'), []);
    assert.ok(!first.told('presence').some(({ person, state }) => person.name === 'Victim' && state === 'offline'));
    for (const token of [victim.account.me.id, victim.socket.id, victim.account.epoch, uuid7(), `${victim.account.token}x`]) {
      await assert.rejects(new Device(server, { token }).open(), { message: 'unauthorized' });
    }
    assert.ok(!JSON.stringify([first.events, forger.events]).includes(String(victim.socket.id)), 'the socket id is shown to nobody');
    for (const device of [victim, forger]) device.close();
  });

  test('has a passphrase and tokens that no file contains', async () => {
    const { token } = (await signUp(server, 'Keeper', { passphrase: `${PASSPHRASE} of the keeper` })).body;
    await server.stop();
    const file = await readFile(server.database);
    for (const secret of ['of the keeper', token, first.account.token]) {
      assert.ok(!file.includes(secret));
      assert.ok(!server.log.includes(secret));
    }
    await server.launch();
    assert.equal((await signUp(server, 'Keeper', { passphrase: `${PASSPHRASE} of the keeper` })).status, 201);
  });
});

describe('a server with closed registration', () => {
  /** @type {Server} */ let server;
  before(async () => {
    server = await Server.start({ args: [...GENEROUS, '--invite', INVITE] });
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  test('lets nobody in without an invitation, and each invitation only as often as it says', async () => {
    for (const invite of [undefined, '', 'lighthouse', uuid7()]) {
      assertTyped((await signUp(server, 'Stranger', { invite })).body, 'invite_required');
    }
    const owner = (await signUp(server, 'Owner', { invite: INVITE, passphrase: PASSPHRASE })).body;
    assert.equal(owner.owner, false);
    await server.claim(owner);
    const { code } = (await api(server, 'POST', 'invites', { token: owner.token, body: { uses: 1 } })).body;
    const crowd = await Promise.all(Array.from({ length: 5 }, (_, index) => signUp(server, `Guest ${index}`, { invite: code })));
    assert.deepEqual(crowd.map(({ status }) => status).sort(), [201, 403, 403, 403, 403]);
    const { code: taken, invite } = (await api(server, 'POST', 'invites', { token: owner.token, body: {} })).body;
    await api(server, 'DELETE', `invites/${invite.id}`, owner);
    assertTyped((await signUp(server, 'Late', { invite: taken })).body, 'invite_required');
    assert.equal((await signUp(server, 'Owner', { passphrase: PASSPHRASE })).status, 201, 'who is in needs none');
  });
});
