// typing, presence, read: they reach the right people, and never affect the log.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, assertContiguous, Device, hangUp, until } from './device.mjs';
import { test } from './test.mjs';

describe('ephemeral events', () => {
  /** @type {Server} */ let server;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let ann;
  /** @type {Awaited<ReturnType<typeof arrive>>} */ let ben;

  before(async () => {
    server = await Server.start();
    ann = await arrive(server, 'Ann');
    ben = await arrive(server, 'Ben');
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /**
   * @param {Device} device
   * @param {string} event
   */
  const told = (device, event) => device.events.filter(([name]) => name === event).map(([, said]) => said);

  test('typing goes to the others in the room, with the person', async () => {
    ann.socket.emit('typing', { room: ann.room });
    await until(() => told(ben, 'typing').length > 0, 'Ben sees Ann typing');
    assert.deepEqual(told(ben, 'typing')[0], { room: ben.room, person: ann.account.me });
    // Ann's later events arrive later, so a typing event to herself would have arrived by now.
    const item = ann.item('typed');
    await ann.post(item);
    await ann.hears(item.id);
    assert.deepEqual(told(ann, 'typing'), []);
  });

  test('a read cursor reaches the other devices of the same person only, and moves forward only', async () => {
    const stored = await ann.post(...Array.from({ length: 5 }, (_, index) => ann.item(`unread ${index}`)));
    const seq = stored.at(-1)?.seq ?? 0;
    const phone = new Device(server, { token: ben.account.token });
    const opened = await phone.open();
    assert.ok(opened.rooms[0].unread >= 5);
    ben.socket.emit('read', { room: ben.room, seq });
    await until(() => told(phone, 'read').length > 0, "Ben's phone learns it");
    assert.deepEqual(told(phone, 'read')[0], { room: ben.room, seq });
    ben.socket.emit('read', { room: ben.room, seq: 1 });
    const later = new Device(server, { token: ben.account.token });
    const [room] = (await later.open()).rooms;
    assert.equal(room.read, seq);
    assert.equal(room.unread, 0);
    assert.deepEqual(told(ann, 'read'), []);
    phone.close();
    later.close();
  });

  test('presence is reported at the first connection and after the last one, not in between', async () => {
    const cleo = await arrive(server, 'Cleo');
    const phone = new Device(server, { token: cleo.account.token });
    await phone.open();
    phone.close();
    cleo.close();
    const seen = () => told(ann, 'presence').filter((said) => said.person.id === cleo.account.me.id);
    await until(() => seen().some((said) => said.state === 'offline'), 'Cleo is gone');
    assert.deepEqual(
      seen().map((said) => said.state),
      ['online', 'offline'],
    );
  });

  test('hole_10_no_ephemeral_event_carries_or_moves_a_cursor', async () => {
    const { head } = (await ben.request('history', { room: ben.room })).ok;
    const tab = new Device(server, { token: ben.account.token, epoch: ben.opened.epoch, cursors: { [ben.room]: head } });
    await tab.open();
    for (let round = 0; round < 5; round += 1) ann.socket.emit('typing', { room: ann.room });
    const item = ann.item('after the typing');
    await ann.post(item);
    await tab.hears(item.id);
    assertContiguous(tab.heard, head + 1);
    tab.close();
  });
});
