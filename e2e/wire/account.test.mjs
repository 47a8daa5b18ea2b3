// A person's account: its details, its passphrase, its devices; and the owner's requests.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { Device, GENEROUS, hangUp, signIn, until, uuid7 } from './device.mjs';
import { test } from './test.mjs';

const PASSPHRASE = 'correct horse battery';

/**
 * Sends an HTTP request.
 * @param {Server} server
 * @param {string} method
 * @param {string} path
 * @param {{ token?: string, body?: unknown, headers?: Record<string, string> }} [request]
 */
async function ask(server, method, path, { token, body, headers = {} } = {}) {
  const response = await fetch(server.url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text), headers: response.headers };
}

/**
 * Fails unless the request was refused with this status and code.
 * @param {{ status: number, body: any }} answer
 * @param {number} status
 * @param {string} code
 */
function assertRefused(answer, status, code) {
  assert.equal(answer.status, status, JSON.stringify(answer.body));
  assert.equal(answer.body.code, code);
  assert.equal(typeof answer.body.message, 'string');
}

/** @param {Server} server @param {Record<string, unknown>} body */
const post = (server, body) => ask(server, 'POST', '/api/session', { body: { with_token: true, ...body } });

describe('an account', () => {
  /** @type {Server} */ let server;
  /** @type {any} */ let owner;

  before(async () => {
    server = await Server.start({ args: GENEROUS });
    owner = await server.owner('the owner');
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  test('comes with the session: the person, whether an owner, whether with a passphrase', async () => {
    assert.equal(owner.owner, true);
    assert.equal(owner.has_passphrase, false);
    const { status, body } = await post(server, { nickname: 'told', passphrase: PASSPHRASE });
    assert.equal(status, 201);
    assert.equal(body.owner, false);
    assert.equal(body.has_passphrase, true);
    const look = await ask(server, 'GET', '/api/session', { token: body.token });
    assert.deepEqual(look.body, { me: body.me, epoch: body.epoch, owner: false, role: 'member', has_passphrase: true });
  });

  test('fault_h11 signing out tells the browser to erase its storage', async () => {
    const { token } = (await post(server, { nickname: 'leaving' })).body;
    const left = await ask(server, 'DELETE', '/api/session', { token });
    assert.equal(left.status, 204);
    assert.equal(left.headers.get('clear-site-data'), '"storage"');
    assert.equal((await ask(server, 'GET', '/api/session', { token })).status, 401);
  });

  test('sees its devices and ends the lost one at once, sockets and all', async () => {
    const kept = (await post(server, { nickname: 'careless', passphrase: PASSPHRASE })).body;
    const lost = (await post(server, { nickname: 'careless', passphrase: PASSPHRASE, device: 'lost phone' })).body;
    const tabs = [new Device(server, { token: lost.token }), new Device(server, { token: lost.token }, { transports: ['polling'] })];
    for (const tab of tabs) await tab.open();
    const home = new Device(server, { token: kept.token });
    await home.open();
    const { body: devices } = await ask(server, 'GET', '/api/devices', { token: kept.token });
    assert.deepEqual(
      devices.map((/** @type {any} */ device) => [device.name, device.current]),
      [['lost phone', false], ['node', true]],
    );
    for (const device of devices) assert.ok(device.created_at <= device.last_seen_at);

    const revoked = await ask(server, 'DELETE', `/api/devices/${devices[0].id}`, { token: kept.token });
    assert.equal(revoked.status, 204);
    for (const tab of tabs) {
      await until(() => tab.disconnected, 'the lost device is out');
      assert.deepEqual(tab.closing, { state: 'closing', reason: 'signed_out' });
    }
    await assert.rejects(new Device(server, { token: lost.token }).open(), { message: 'unauthorized' });
    assertRefused(await ask(server, 'GET', '/api/devices', { token: lost.token }), 401, 'unauthorized');
    assertRefused(await ask(server, 'PUT', '/api/passphrase', { token: lost.token, body: { new: PASSPHRASE } }), 401, 'unauthorized');
    assert.ok(home.socket.connected);
    await home.post(home.item('still here'));
  });

  test("does not let others see or end its devices", async () => {
    const mina = await signIn(server, 'Mina');
    const eve = await signIn(server, 'Eve');
    const tab = new Device(server, { token: mina.token });
    await tab.open();
    const [device] = (await ask(server, 'GET', '/api/devices', { token: mina.token })).body;
    const eves = (await ask(server, 'GET', '/api/devices', { token: eve.token })).body;
    assert.ok(!eves.some((/** @type {any} */ other) => other.id === device.id));
    await ask(server, 'DELETE', `/api/devices/${device.id}`, { token: eve.token });
    assertRefused(await ask(server, 'DELETE', `/api/devices/${device.id}`), 401, 'unauthorized');
    assert.equal((await ask(server, 'GET', '/api/devices', { token: mina.token })).body.length, 1);
    assert.ok(tab.socket.connected);
  });

  test('never takes a session that another person chose', async () => {
    const planted = `${uuid7()}planted`;
    const answer = await ask(server, 'POST', '/api/session', {
      body: { nickname: 'fixed', passphrase: PASSPHRASE, with_token: true },
      headers: { cookie: `steadfast_session=${planted}` },
    });
    assert.equal(answer.status, 201);
    assert.notEqual(answer.body.token, planted);
    assert.ok(!answer.headers.getSetCookie()[0].includes(planted));
    await assert.rejects(new Device(server, { token: planted }).open(), { message: 'unauthorized' });
  });

  test('can only be guessed slowly, and stays usable on signed-in devices', async () => {
    const account = (await post(server, { nickname: 'guessed at', passphrase: PASSPHRASE })).body;
    let answer;
    for (let n = 0; n < 20; n += 1) {
      answer = await post(server, { nickname: 'guessed at', passphrase: `guess number ${n}` });
      if (answer.status === 429) break;
      assertRefused(answer, 401, 'wrong_passphrase');
    }
    assertRefused(/** @type {any} */ (answer), 429, 'rate_limited');
    assert.ok(answer?.body.retry_after_ms > 0);
    assert.ok(Number(answer?.headers.get('retry-after')) > 0);
    await new Device(server, { token: account.token }).open();
    const change = { current: PASSPHRASE, new: `${PASSPHRASE} staple` };
    assert.equal((await ask(server, 'PUT', '/api/passphrase', { token: account.token, body: change })).status, 204);
  });

  test('needs an invitation if the owner says so', async () => {
    const visitor = await signIn(server, 'no owner');
    for (const [method, path, body] of /** @type {[string, string, unknown][]} */ ([
      ['GET', '/api/invites', undefined],
      ['POST', '/api/invites', {}],
      ['DELETE', '/api/invites/1', undefined],
      ['PUT', '/api/registration', { closed: true }],
    ])) {
      assertRefused(await ask(server, method, path, { token: visitor.token, body }), 403, 'forbidden');
      assertRefused(await ask(server, method, path, { body }), 401, 'unauthorized');
    }
    const { token } = owner;
    assert.deepEqual((await ask(server, 'GET', '/api/registration')).body, { closed: false, fixed: false });
    const closed = await ask(server, 'PUT', '/api/registration', { token, body: { closed: true } });
    assert.deepEqual(closed.body, { closed: true, fixed: false });
    assertRefused(await post(server, { nickname: 'uninvited' }), 403, 'invite_required');
    const made = await ask(server, 'POST', '/api/invites', { token, body: { uses: 1, lasts_seconds: 3600 } });
    assert.equal(made.status, 201);
    const { code, invite } = made.body;
    assert.deepEqual((await ask(server, 'GET', '/api/invites', { token })).body, [invite]);
    assert.equal((await post(server, { nickname: 'invited', invite: code })).status, 201);
    assertRefused(await post(server, { nickname: 'uninvited', invite: code }), 403, 'invite_required');
    await ask(server, 'PUT', '/api/registration', { token, body: { closed: false } });
    await signIn(server, 'uninvited');
  });
});
