// hole_02: malformed arguments of every kind. Each ack is typed, the server survives, nobody
// else is affected.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, assertContiguous, assertTyped, Device, GENEROUS, hangUp, until, uuid7 } from './device.mjs';
import { Dice, SEEDS } from './dice.mjs';
import { Raw } from './raw.mjs';
import { makeRoom } from './rooms.mjs';
import { ID, JUNK, NESTED, SHAPES } from './shapes.mjs';
import { test } from './test.mjs';

/** Every member of these is optional. */
const LENIENT = ['room:browse', 'people'];

describe('hole_02_malformed_requests_about_rooms_and_people_get_typed_errors', () => {
  /** @type {Server} */ let server;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let bystander;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let vandal;
  /** @type {any} */ let room;
  /** @type {any} */ let hidden;

  before(async () => {
    server = await Server.start({ args: GENEROUS });
    bystander = await arrive(server, 'bystander');
    vandal = await arrive(server, 'vandal');
    room = await makeRoom(vandal, 'playground');
    hidden = await makeRoom(bystander, 'quiet', { kind: 'private' });
    await bystander.ask('room:join', { room: room.id });
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /** The valid argument of each event. @returns {Record<string, any>} */
  const good = () => ({
    'room:create': { id: uuid7(), kind: 'private', name: 'made by a vandal', topic: 'none' },
    'room:direct': { with: [bystander.account.me.id] },
    'room:browse': { search: 'play', after: ['a', ID] },
    'room:join': { room: room.id },
    'room:leave': { room: ID },
    'room:invite': { room: room.id, people: [bystander.account.me.id] },
    'room:remove': { room: ID, person: bystander.account.me.id },
    'room:change': { room: room.id, name: 'playground', topic: 'x', archived: false },
    'room:members': { room: room.id },
    people: { search: 'van' },
    nickname: { name: 'vandal' },
    history: { room: room.id, around: 1, limit: 5 },
  });
  const EVENTS = ['room:create', 'room:direct', 'room:browse', 'room:join', 'room:leave', 'room:invite', 'room:remove', 'room:change', 'room:members', 'people', 'nickname'];

  const unharmed = async () => {
    const item = bystander.item('still here');
    await bystander.post(item);
    await bystander.hears(item.id);
    assert.equal(bystander.disconnected, undefined);
    assert.ok(server.running);
    assertContiguous(await bystander.pull(0, hidden.id));
  };

  /** Fails unless the reply is either an answer or a typed refusal. @param {any} reply @param {string} what */
  const assertAnswered = (reply, what) => {
    assert.notEqual('ok' in reply, 'error' in reply, `${what}: ${JSON.stringify(reply)}`);
    if (reply.error) assertTyped(reply.error);
    assert.ok(!['busy', 'unavailable'].includes(reply.error?.code), `${what}: ${JSON.stringify(reply)}`);
  };

  for (const event of [...EVENTS, 'send', 'history', 'sync']) {
    test(`${event} with an argument of another shape`, async () => {
      for (const [shape, args] of SHAPES) {
        const reply = await vandal.request(event, ...args);
        assertAnswered(reply, shape);
        const [argument] = args;
        const object = argument && typeof argument === 'object' && !Array.isArray(argument) && !Buffer.isBuffer(argument);
        if (!(LENIENT.includes(event) && object)) assertTyped(reply.error, ['invalid', 'too_large']);
      }
      await unharmed();
    });
  }

  for (const event of EVENTS) {
    test(`${event} with one member wrong, missing, or too many`, async () => {
      for (const member of Object.keys(good()[event])) {
        for (const junk of [undefined, ...JUNK]) {
          const reply = await vandal.request(event, { ...good()[event], [member]: junk });
          assertAnswered(reply, `${event} ${member} ${JSON.stringify(junk)?.slice(0, 40)}`);
        }
      }
      assertAnswered(await vandal.request(event, { ...good()[event], more: { of: ['this'] } }), 'a member too many');
      assertAnswered(await vandal.request(event, good()[event], 1, null), 'arguments too many');
      await unharmed();
    });
  }

  test('every change with one member wrong or missing', async () => {
    const bodies = [
      { kind: 'edit', message: 1, text: 'x' },
      { kind: 'delete', message: 1 },
      { kind: 'react', message: 1, emoji: '👍', on: true },
      { kind: 'message', text: 'x', reply_to: 1 },
    ];
    for (const body of bodies) {
      for (const member of Object.keys(body)) {
        for (const junk of [undefined, ...JUNK]) {
          const reply = await vandal.request('send', [vandal.change({ ...body, [member]: junk }, { room: room.id })]);
          assert.ok(reply.error || reply.ok[0].error || reply.ok[0].seq, JSON.stringify(reply));
          if (!reply.ok?.[0].seq) assertTyped(reply.error ?? reply.ok[0].error);
        }
      }
    }
    for (const selector of ['after', 'before', 'around', 'since', 'limit']) {
      for (const junk of JUNK) assertAnswered(await vandal.request('history', { room: room.id, [selector]: junk }), selector);
    }
    await unharmed();
    assertContiguous(await bystander.pull(0, room.id));
  });

  /** The value with one member, at any depth, replaced. @param {Dice} dice @param {any} value @returns {any} */
  const mutated = (dice, value) => {
    const members = value && typeof value === 'object' ? Object.keys(value) : [];
    if (members.length === 0 || dice.falls(0.2)) {
      return dice.one([dice.one(JUNK), [value], { value }, typeof value === 'number' ? value + 1 - dice.below(3) : `${value}\u202e`, dice.below(2 ** 31)]);
    }
    const copy = Array.isArray(value) ? [...value] : { ...value };
    const member = dice.one(members);
    const how = dice.below(4);
    if (how === 0 && !Array.isArray(copy)) delete copy[member];
    else if (how === 1 && Array.isArray(copy)) copy.push(...copy);
    else copy[member] = mutated(dice, copy[member]);
    return copy;
  };

  for (const seed of SEEDS) {
    test(`seed ${seed}: valid arguments with one part changed`, async () => {
      const dice = new Dice(seed);
      const device = new Device(server, { token: vandal.account.token });
      await device.open();
      for (let round = 0; round < 250; round += 1) {
        /** @type {Record<string, any>} */
        const known = {
          ...good(),
          send: [device.change({ kind: 'message', text: 'x', reply_to: 1 }), device.change({ kind: 'react', message: 2, emoji: '👍' }, { room: room.id })],
          sync: { [device.room]: 1, [room.id]: 0 },
        };
        const event = dice.one([...EVENTS, 'send', 'history', 'sync', 'typing', 'read', 'away']);
        let argument = known[event] ?? { room: room.id, seq: 1, away: true };
        for (let change = dice.below(3); change >= 0; change -= 1) argument = mutated(dice, argument);
        if (['typing', 'read', 'away'].includes(event)) device.socket.emit(event, argument);
        else assertAnswered(await device.request(event, argument), `${event} ${JSON.stringify(argument)?.slice(0, 300)}`);
      }
      assert.equal(device.disconnected, undefined);
      device.close();
      await unharmed();
    });
  }

  for (const [shape, json] of Object.entries(NESTED)) {
    test(`${shape}: an ack says what is wrong`, async () => {
      const raw = await new Raw(server).open({ token: vandal.account.token });
      for (const [index, event] of EVENTS.entries()) {
        raw.send(`42["${event}",${json}]`);
        raw.send(`42${index}["${event}",${json}]`);
        const [reply] = JSON.parse(`[${await raw.receives(`43${index}[`)}`);
        // Unknown members are ignored, at any depth.
        if (reply.error || !LENIENT.includes(event)) assertTyped(reply.error, 'invalid');
      }
      raw.send(`42["away",${json}]`);
      raw.close();
      await unharmed();
    });
  }

  test('the same without an ack, and events that take none', async () => {
    const device = new Device(server, { token: vandal.account.token });
    await device.open();
    for (const event of [...EVENTS, 'away', 'room', 'members']) {
      for (const args of [...SHAPES.map(([, args]) => args), ...JUNK.map((junk) => [{ room: junk, away: junk, name: junk }])]) {
        device.socket.emit(event, ...args);
        if (!device.socket.connected) await until(() => device.socket.connected, 'the vandal is back');
      }
    }
    await until(() => device.socket.connected, 'the vandal is connected');
    await device.pull();
    device.close();
    await unharmed();
  });

  test('and any rooms that resulted are rooms like any other', async () => {
    const tab = new Device(server, { token: vandal.account.token });
    const opened = await tab.open();
    for (const { id } of opened.rooms) assertContiguous(await tab.pull(0, id));
    const { person } = opened.online.find((/** @type {any} */ { person }) => person.id === vandal.account.me.id);
    assert.deepEqual(person, opened.me);
    await server.stop();
  });
});
