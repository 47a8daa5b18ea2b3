// Operators' actions, as npm's client sees them: bans, blocks, deleted rooms, roles.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, describe } from 'node:test';
import { promisify } from 'node:util';

import { BINARY, Server } from '../server.mjs';
import { arrive, arriveAsOwner, assertTyped, GENEROUS, hangUp, signIn, uuid7 } from './device.mjs';
import { test } from './test.mjs';

/** @typedef {Awaited<ReturnType<typeof arrive>>} Someone */

describe('operators', () => {
  /** @type {Server} */ let server;
  /** @type {Someone} */ let owner;

  before(async () => {
    server = await Server.start({ args: GENEROUS });
    assert.match(server.log, /this server has no owner yet: open http:\/\/\S+\/owner#\S+ to become its owner/);
    owner = await arriveAsOwner(server, 'Olga');
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /**
   * @param {string} method
   * @param {string} path
   * @param {object} [body]
   * @param {{ token: string }} [by]
   */
  async function admin(method, path, body, by = owner.account) {
    const answer = await fetch(`${server.url}/api/admin/${path}`, {
      method,
      headers: { 'content-type': 'application/json', authorization: `Bearer ${by.token}` },
      body: body && JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** `steadfast admin`, beside the server. @param {...string} args */
  const cli = async (...args) => (await promisify(execFile)(BINARY, ['admin', ...args, '--database', server.database])).stdout;

  test('fault_h09: the first person owns nothing, and the owner link works once', async () => {
    const eve = await signIn(server, 'Eve');
    assert.equal(/** @type {any} */ (eve).owner, false);
    const answer = await fetch(`${server.url}/api/owner`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${eve.token}` },
      body: JSON.stringify({ code: server.ownerCode }),
    });
    assert.equal(answer.status, 403);
    assertTyped(await answer.json(), 'invalid_code');
    const link = await cli('owner-link', '--json');
    const again = await fetch(`${server.url}/api/owner`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${eve.token}` },
      body: JSON.stringify({ code: JSON.parse(link).code }),
    });
    assert.equal((await again.json()).role, 'owner');
  });

  test('fault_h10: a ban is reported and ends the connection, in whatever way it is given', async () => {
    for (const by of ['page', 'command line']) {
      const mallory = await arrive(server, `Mallory by ${by}`);
      const told = new Promise((resolve) => mallory.socket.on('session', resolve));
      const ended = new Promise((resolve) => mallory.socket.on('disconnect', resolve));
      if (by === 'page') await admin('PUT', `people/${mallory.account.me.id}/exclusion`, { state: 'banned' });
      else await cli('ban', `Mallory by ${by}`);
      assert.deepEqual(await told, { state: 'closing', reason: 'banned' });
      assert.equal(await ended, 'io server disconnect');
      mallory.socket.connect();
      const refused = await new Promise((resolve) => mallory.socket.once('connect_error', resolve));
      assert.equal(/** @type {Error} */ (refused).message, 'unauthorized');
      const list = await admin('GET', 'people?state=banned');
      assert.ok(list.body.some((/** @type {any} */ info) => info.person.id === mallory.account.me.id));
    }
  });

  test('fault_h04: a blocked person learns it from a code, and from nothing else', async () => {
    const [ann, ben] = [await arrive(server, 'Ann'), await arrive(server, 'Ben')];
    const room = await ann.ask('room:direct', { with: [ben.account.me.id] });
    await ben.ask('block', { person: ann.account.me.id, blocked: true });
    const item = { id: uuid7(), room: room.id, body: { kind: 'message', text: 'hi' } };
    const { ok } = await ann.socket.emitWithAck('send', [item]);
    assertTyped(ok[0].error, 'blocked');
    assertTyped((await ann.socket.emitWithAck('room:direct', { with: [ben.account.me.id] })).error, 'blocked');
    const hidden = await ben.ask('room:hide', { room: room.id, hidden: true });
    assert.equal(hidden.hidden, true);
    await ben.ask('block', { person: ann.account.me.id, blocked: false });
    assert.equal((await ann.socket.emitWithAck('send', [item])).ok[0].id, item.id);
  });

  test('fault_h10: a deleted room accepts nothing more, not even waiting messages', async () => {
    const cleo = await arrive(server, 'Cleo');
    const secret = await cleo.ask('room:create', { id: uuid7(), kind: 'private', name: 'secret' });
    assertTyped((await admin('DELETE', `rooms/${secret.id}`)).body, 'unknown_room');
    const room = await cleo.ask('room:create', { id: uuid7(), kind: 'public', name: 'harm' });
    const out = new Promise((resolve) => cleo.socket.on('room', (told) => told.state === 'out' && resolve(told)));
    assert.equal((await admin('DELETE', `rooms/${room.id}`)).status, 204);
    assert.deepEqual(await out, { state: 'out', room: room.id, deleted: true });
    const item = { id: uuid7(), room: room.id, body: { kind: 'message', text: 'late' } };
    const { ok } = await cleo.socket.emitWithAck('send', [item]);
    assertTyped(ok[0].error, 'room_deleted');
    assertTyped((await admin('GET', 'people', undefined, cleo.account)).body, 'forbidden');
    const audit = await admin('GET', 'audit');
    assert.equal(audit.body[0].action, 'deleted_room');
    assert.equal(audit.body[0].detail, 'harm');
  });
});
