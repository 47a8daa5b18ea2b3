// Signing in, and opening a session with the documented handshake, over both transports.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, assertTyped, Device, hangUp, signIn, until, uuid7 } from './device.mjs';
import { test } from './test.mjs';

describe('a session', () => {
  /** @type {Server} */ let server;

  before(async () => {
    server = await Server.start({ args: ['--allowed-origin', 'https://chat.example'] });
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

  test('is not opened for a taken nickname', async () => {
    await signIn(server, 'Taken');
    const { status, body } = await post({ nickname: 'tAKEN' });
    assert.equal(status, 409);
    assertTyped(body, 'nickname_taken');
  });

  test('is not opened by a body of another shape', async () => {
    const bodies = ['', 'null', '[]', '{}', '{"nickname":null}', '{"nickname":7}', '{"nickname":"  "}', '{', '"x"'];
    bodies.push(JSON.stringify({ nickname: 'x'.repeat(33) }));
    bodies.push(JSON.stringify({ nickname: 'zero\u200bwidth' }));
    bodies.push(JSON.stringify({ nickname: 'null\u0000byte' }));
    bodies.push('['.repeat(5000) + ']'.repeat(5000));
    for (const body of bodies) {
      const { status, body: refusal } = await post(body);
      assert.equal(status, 400, body.slice(0, 50));
      assertTyped(refusal, 'invalid');
    }
    const huge = await post(JSON.stringify({ nickname: 'x'.repeat(3_000_000) }));
    assert.ok(huge.status === 400 || huge.status === 413, `${huge.status}`);
    assertTyped(huge.body, ['invalid', 'too_large']);
  });

  test('is refused to a page of a foreign origin', async () => {
    const refused = await api({
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example' },
      body: JSON.stringify({ nickname: 'phished' }),
    });
    assert.equal(refused.status, 403);
    assertTyped(refused.body);
  });

  test('ends by DELETE: its sockets are told, and its cookie is invalid', async () => {
    const account = await signIn(server, 'leaver');
    const tab = device({}, { extraHeaders: { cookie: account.cookie } });
    await tab.open();
    const { status } = await api({ method: 'DELETE', headers: { cookie: account.cookie } });
    assert.ok(status === 200 || status === 204, `${status}`);
    await until(() => tab.closing, 'the session closes');
    assert.equal(tab.closing.reason, 'signed_out');
    await until(() => tab.disconnected, 'the server disconnects');
    assert.equal((await api({ headers: { cookie: account.cookie } })).status, 401);
    await assert.rejects(device({}, { extraHeaders: { cookie: account.cookie } }).open(), { message: 'unauthorized' });
  });

  describe('is refused as a CONNECT_ERROR with a typed reason', () => {
    /** @type {string} */ let token;
    /** @type {string} */ let cookie;
    before(async () => {
      ({ token, cookie } = await signIn(server, 'refused'));
    });

    /** @type {[string, any, string][]} */
    const cases = [
      ['nothing at all', {}, 'unauthorized'],
      ['an unknown token', { token: 'nobody' }, 'unauthorized'],
      ['an empty token', { token: '' }, 'unauthorized'],
      ['a token that is no text', { token: 42 }, 'invalid_auth'],
      ['cursors that are no object', { cursors: [1, 2] }, 'invalid_auth'],
      ['a cursor that is no number', { cursors: { [uuid7()]: 'x' } }, 'invalid_auth'],
      ['a cursor below zero', { cursors: { [uuid7()]: -1 } }, 'invalid_auth'],
      ['a room that is no id', { cursors: { general: 1 } }, 'invalid_auth'],
      ['an epoch that is no id', { epoch: 'yesterday' }, 'invalid_auth'],
      ['a tab that is no id', { tab: {} }, 'invalid_auth'],
      ['a list for auth', [1, 2, 3], 'invalid_auth'],
      ['a text for auth', 'let me in', 'invalid_auth'],
    ];
    for (const [what, auth, reason] of cases) {
      test(`${reason}: ${what}`, async () => {
        const known = reason === 'invalid_auth' ? { extraHeaders: { cookie } } : {};
        await assert.rejects(device(auth, known).open(), { message: reason });
      });
    }

    test('invalid_auth: more cursors than a handshake may carry', async () => {
      const cursors = Object.fromEntries(Array.from({ length: 1_001 }, () => [uuid7(), 1]));
      await assert.rejects(device({ token, cursors }).open(), { message: 'invalid_auth' });
    });

    test('forbidden_origin: a page of another site, whatever its cookie', async () => {
      for (const origin of ['https://evil.example', 'null', `${server.url}.evil.example`]) {
        await assert.rejects(device({ token }, { extraHeaders: { cookie, origin } }).open(), {
          message: 'forbidden_origin',
        });
      }
    });

    test('but not to the page itself, nor to an origin the operator allows', async () => {
      for (const origin of [server.url, 'https://chat.example']) {
        await device({ token }, { extraHeaders: { origin } }).open();
      }
    });
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

  test('of the same tab replaces the previous one’s ghost', async () => {
    const account = await signIn(server, 'ghost');
    const auth = { token: account.token, tab: uuid7() };
    const ghost = device(auth, { reconnection: false });
    await ghost.open();
    const back = device(auth);
    await back.open();
    await until(() => ghost.disconnected, 'the ghost is disconnected');
    assert.equal(ghost.closing.reason, 'replaced');
    assert.ok(back.socket.connected);
  });
});
