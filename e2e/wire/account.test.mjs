// A person's account: its details, its passphrase, its devices; and the owner's requests.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { Device, GENEROUS, hangUp, until } from './device.mjs';
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

});
