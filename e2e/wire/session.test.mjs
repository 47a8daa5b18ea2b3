// Signing in, and opening a session with the documented handshake, over both transports.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, Device, hangUp, signIn, until } from './device.mjs';
import { test } from './test.mjs';

describe('a session', () => {
  /** @type {Server} */ let server;

  before(async () => {
    server = await Server.start();
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /** @param {object} auth @param {object} [options] */
  const device = (auth, options) => new Device(server, auth, options);

  /** @param {RequestInit} [init] */
  const api = async (init) => {
    const response = await fetch(`${server.url}/api/session`, init);
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
  };

  /** @param {unknown} body */
  const post = (body) =>
    api({
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  for (const transport of ['websocket', 'polling']) {
    test(`opens by cookie over ${transport}`, async () => {
      const account = await signIn(server, `cookie ${transport}`);
      const tab = device({}, { transports: [transport], extraHeaders: { cookie: account.cookie } });
      const opened = await tab.open();
      assert.equal(opened.state, 'open');
      assert.deepEqual(opened.me, account.me);
      assert.equal(opened.epoch, account.epoch);
      assert.equal(tab.socket.io.engine.transport.name, transport);
    });

    test(`opens by bearer token over ${transport}`, async () => {
      const account = await signIn(server, `token ${transport}`);
      const tab = device({ token: account.token }, { transports: [transport] });
      const opened = await tab.open();
      assert.deepEqual(opened.me, account.me);
      const [room] = opened.rooms;
      assert.equal(room.name, 'general');
      for (const number of [room.head, room.read, room.unread]) assert.ok(Number.isSafeInteger(number));
      assert.ok(opened.online.some((/** @type {any} */ present) => present.person.id === account.me.id));
      assert.ok(Array.isArray(opened.missed));
      assert.equal(tab.events[0][0], 'session', 'the first event is the session');
    });

    test(`carries a message and its ack over ${transport}`, async () => {
      const account = await signIn(server, `speaker ${transport}`);
      const tab = device({ token: account.token }, { transports: [transport] });
      await tab.open();
      const item = tab.item(`over ${transport} 안녕 👋`);
      const [stored] = await tab.post(item);
      assert.equal(stored.id, item.id);
      const heard = await tab.hears(item.id);
      assert.equal(heard.seq, stored.seq);
      assert.deepEqual(heard.body, item.body);
      assert.deepEqual(heard.author, account.me);
    });
  }

  test('moves from polling to WebSocket as the official client does by default', async () => {
    const account = await signIn(server, 'upgrader');
    const tab = device({ token: account.token }, { transports: ['polling', 'websocket'] });
    await tab.open();
    await until(() => tab.socket.io.engine.transport.name === 'websocket', 'the transport is upgraded');
    const [stored] = await tab.post(tab.item('after the upgrade'));
    assert.ok(stored.seq > 0);
  });

  test('is given to browsers in a cookie that no script can read', async () => {
    const { status, headers, body } = await post({ nickname: 'cookie reader' });
    assert.equal(status, 201);
    assert.equal(body.token, undefined, 'no token unless asked for');
    const cookie = headers.getSetCookie()[0] ?? '';
    assert.match(cookie, /^steadfast_session=[^;]+;/);
    for (const attribute of [/HttpOnly/i, /SameSite=Strict/i, /Path=\//i]) assert.match(cookie, attribute);
    const again = await api({ headers: { cookie: cookie.split(';')[0] ?? '' } });
    assert.equal(again.status, 200);
    assert.equal(again.body.me.name, 'cookie reader');
    assert.equal(again.body.token, undefined);
  });

  describe('is refused as a CONNECT_ERROR with a typed reason', () => {
    /** @type {string} */ let cookie;
    before(async () => {
      ({ cookie } = await signIn(server, 'refused'));
    });

    /** @type {[string, any, string][]} */
    const cases = [
      ['an unknown token', { token: 'nobody' }, 'unauthorized'],
      ['a list for auth', [1, 2, 3], 'invalid_auth'],
      ['a text for auth', 'let me in', 'invalid_auth'],
    ];
    for (const [what, auth, reason] of cases) {
      test(`${reason}: ${what}`, async () => {
        const known = reason === 'invalid_auth' ? { extraHeaders: { cookie } } : {};
        await assert.rejects(device(auth, known).open(), { message: reason });
      });
    }
  });

  test('survives a reconnect, and the server reports presence once it is over', async () => {
    const bystander = await arrive(server, 'bystander');
    const account = await signIn(server, 'comes and goes');
    const tab = device({ token: account.token });
    await tab.open();
    /** @param {string} state */
    const told = (state) =>
      until(
        () =>
          bystander.events.find(
            ([name, said]) => name === 'presence' && said.person.id === account.me.id && said.state === state,
          ),
        `presence ${state}`,
      );
    await told('online');
    tab.socket.disconnect();
    await told('offline');
    const opened = await tab.open();
    assert.deepEqual(opened.me, account.me);
  });

});
