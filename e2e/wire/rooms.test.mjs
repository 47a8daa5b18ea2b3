// Rooms: created, found, joined, left, changed; and conversations between a few people.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { catchUp } from './catchup.mjs';
import { arrive, arriveAsOwner, assertContiguous, assertTyped, Device, GENEROUS, hangUp, signIn, until, uuid7 } from './device.mjs';
import { fence, heardIn, makeRoom, newsOf, sayIn } from './rooms.mjs';
import { test } from './test.mjs';

const ROOMS_PER_PERSON = 1_000;

describe('rooms', () => {
  /** @typedef {Awaited<ReturnType<typeof arrive>>} Someone */
  /** @type {Server} */ let server;
  /** @type {Someone} */ let owner;
  /** @type {Someone} */ let ann;
  /** @type {Someone} */ let ben;
  /** @type {Someone} */ let cleo;

  before(async () => {
    server = await Server.start({ args: GENEROUS });
    owner = await arriveAsOwner(server, 'Owner');
    ann = await arrive(server, 'Ann');
    ben = await arrive(server, 'Ben');
    cleo = await arrive(server, 'Cleo');
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /** Another tab of this person. @param {Someone} person */
  const tabOf = async (person) => {
    const tab = new Device(server, { token: person.account.token });
    await tab.open();
    return tab;
  };

  /** The room in a newly opened session. @param {Someone} person @param {string} room */
  const asOpened = async (person, room) => {
    const tab = await tabOf(person);
    tab.close();
    return tab.opened.rooms.find((/** @type {any} */ known) => known.id === room);
  };

  /** @param {Device} device @param {string} room @param {string} state */
  const toldOf = (device, room, state) =>
    until(() => newsOf(device, room).find((news) => news.state === state), `${state} is told`);

  test('a room is created once, however often it is requested', async () => {
    const asked = { id: uuid7(), kind: 'public', name: '# Plans', topic: 'what is next' };
    const tab = await tabOf(ann);
    const [room, again] = await Promise.all([ann.ask('room:create', asked), tab.ask('room:create', asked)]);
    assert.equal(room.id, asked.id);
    assert.deepEqual([room.name, room.kind, room.topic, room.manage, room.archived], ['Plans', 'public', 'what is next', true, false]);
    assert.deepEqual([again.id, again.name], [room.id, room.name]);
    assert.equal((await ann.ask('room:create', asked)).id, room.id);
    const log = await ann.pull(0, room.id);
    assert.deepEqual(log.map(({ body }) => body), [{ kind: 'room', change: { change: 'created' } }]);
    assert.deepEqual(log[0]?.author, ann.account.me);
    for (const device of [ann, tab]) await toldOf(device, room.id, 'in');
    await fence(ann, ben);
    assert.deepEqual(newsOf(ben, room.id), [], 'nobody else is in it');
    assertTyped(await ben.refusal('room:create', asked), 'conflict');
    tab.close();
  });

  test('an invalid room is refused', async () => {
    const good = { id: uuid7(), kind: 'public', name: 'good' };
    for (const bad of [
      { ...good, name: '' }, { ...good, name: '#' }, { ...good, name: 'x'.repeat(65) }, { ...good, name: 'a\u202eb' },
      { ...good, topic: 'x'.repeat(301) }, { ...good, kind: 'direct' }, { ...good, kind: 'secret' }, { ...good, id: 'good' },
    ]) {
      assertTyped(await ann.refusal('room:create', bad), ['invalid', 'too_large']);
    }
  });

  test('joining brings every entry after its head, on every tab, while others write', async () => {
    const room = await makeRoom(ann, 'busy place');
    const tabs = [ben, await tabOf(ben)];
    let over = false;
    const talking = (async () => {
      for (let count = 0; !over; count += 1) await sayIn(ann, room.id, `busy ${count}`);
    })();
    await until(() => heardIn(ann, room.id).length > 5, 'Ann is talking');
    const joined = await ben.ask('room:join', { room: room.id });
    assert.deepEqual([joined.id, joined.kind, joined.manage], [room.id, 'public', false]);
    await until(() => tabs.every((tab) => heardIn(tab, room.id).length > 5), 'both tabs hear her');
    over = true;
    await talking;
    const last = (await sayIn(ann, room.id, 'the last')).id;
    for (const tab of tabs) {
      const { room: told } = await toldOf(tab, room.id, 'in');
      assert.deepEqual([told.name, told.manage], ['busy place', false]);
      await tab.hears(last);
      assertContiguous(heardIn(tab, room.id).filter(({ seq }) => seq > told.head), told.head + 1);
    }
    assertContiguous(await ben.pull(0, room.id));
    await until(
      () => ann.told('members').some((news) => news.room === room.id && news.person.name === 'Ben' && news.joined),
      'Ann sees him come',
    );
    const there = await ann.ask('room:members', { room: room.id });
    assert.deepEqual(there.map((/** @type {any} */ { person }) => person.name).sort(), ['Ann', 'Ben']);
    assert.ok(there.every((/** @type {any} */ { state }) => state === 'online'));
    assert.equal((await ann.ask('room:browse', { search: 'busy' }))[0].members, 2);
    assert.equal((await ben.ask('room:join', { room: room.id })).id, room.id, 'joining again changes nothing');
    tabs[1]?.close();
  });

  test('leaving stops delivery at once, on every tab, while others write', async () => {
    const room = await makeRoom(ann, 'loud place');
    const tabs = [ben, await tabOf(ben)];
    await ben.ask('room:join', { room: room.id });
    let over = false;
    const talking = (async () => {
      for (let count = 0; !over; count += 1) await sayIn(ann, room.id, `loud ${count}`);
    })();
    await until(() => tabs.every((tab) => heardIn(tab, room.id).length > 5), 'both tabs hear her');
    await ben.ask('room:leave', { room: room.id });
    const after = (await sayIn(ann, room.id, 'after he left')).id;
    over = true;
    await talking;
    await fence(ann, ...tabs);
    for (const tab of tabs) {
      const out = tab.events.findIndex(([name, said]) => name === 'room' && said.state === 'out' && said.room === room.id);
      assert.ok(out >= 0, 'each tab is told');
      const late = tab.events.slice(out).filter(([name, said]) => name === 'entries' && said.room === room.id);
      assert.deepEqual(late, []);
      assert.ok(!tab.heard.some(({ id }) => id === after));
      assertTyped(await tab.refusal('history', { room: room.id }), 'unknown_room');
      assertTyped(await tab.refusal('send', [tab.change({ kind: 'message', text: 'x' }, { room: room.id })]), 'unknown_room');
      assert.equal((await tab.ask('sync', { [room.id]: 0 }))[room.id], undefined);
    }
    await until(
      () => ann.told('members').some((news) => news.room === room.id && news.person.name === 'Ben' && !news.joined),
      'Ann sees him go',
    );
    ben.socket.emit('typing', { room: room.id });
    await fence(ben, ann);
    assert.ok(!ann.told('typing').some((typing) => typing.room === room.id));
    assert.equal(await asOpened(ben, room.id), undefined);
    assert.equal((await ben.ask('room:join', { room: room.id })).id, room.id, 'and he may come back');
    assertContiguous(await ben.pull(0, room.id));
    tabs[1]?.close();
  });

  describe('changes to a room', () => {
    test('are entries of its log, and reach everybody in it', async () => {
      const room = await makeRoom(ann, 'draft');
      await ben.ask('room:join', { room: room.id });
      const { head } = await ben.ask('history', { room: room.id });
      const seen = new Device(server, { token: ben.account.token });
      await seen.open();
      const steps = [
        [{ name: 'final' }, { change: 'renamed', name: 'final', was: 'draft' }],
        [{ topic: 'what it is for' }, { change: 'described', topic: 'what it is for' }],
        [{ archived: true }, { change: 'archived' }],
        [{ archived: false }, { change: 'reopened' }],
        [{ topic: '' }, { change: 'described', topic: '' }],
      ];
      for (const [wish] of steps) {
        const changed = await ann.ask('room:change', { room: room.id, ...wish });
        for (const [member, value] of Object.entries(wish ?? {})) assert.equal(changed[member] ?? '', value);
        assert.equal(changed.manage, true);
        await until(() => newsOf(ben, room.id).some((news) => news.room.name === changed.name && (news.room.topic ?? '') === (changed.topic ?? '') && news.room.archived === changed.archived && !news.room.manage), 'Ben is told');
      }
      const entries = await catchUp(server, ben.account.token, room.id, head);
      assert.deepEqual(entries.map(({ body }) => body), steps.map(([, change]) => ({ kind: 'room', change })));
      assert.ok(entries.every(({ author }) => author.id === ann.account.me.id));
      await until(() => heardIn(seen, room.id).length === steps.length, 'and heard live');
      assert.deepEqual(heardIn(seen, room.id), entries);
      seen.close();
    });

    test('are for its creator and the owner of the server', async () => {
      const room = await makeRoom(ann, "Ann's place");
      for (const person of [ben, owner]) await person.ask('room:join', { room: room.id });
      for (const wish of [{ name: "Ben's place" }, { topic: 'mine' }, { archived: true }]) {
        assertTyped(await ben.refusal('room:change', { room: room.id, ...wish }), 'forbidden');
      }
      assert.equal((await asOpened(owner, room.id)).manage, true);
      assert.equal((await owner.ask('room:change', { room: room.id, topic: 'by the owner' })).topic, 'by the owner');
      assert.deepEqual((await ann.pull(0, room.id)).map(({ body }) => body.change.change), ['created', 'described']);
    });

    test('an archived room accepts nothing more, keeps its messages, and answers a retry', async () => {
      const room = await makeRoom(ann, 'museum');
      await ben.ask('room:join', { room: room.id });
      const item = ben.change({ kind: 'message', text: 'exhibit' }, { room: room.id });
      const [first] = await ben.post(item);
      const message = first?.seq;
      await ann.ask('room:change', { room: room.id, archived: true });
      for (const body of [
        { kind: 'message', text: 'one more' }, { kind: 'edit', message, text: 'x' }, { kind: 'delete', message }, { kind: 'react', message, emoji: '👍' },
      ]) {
        for (const by of [ann, ben]) {
          if (by === ben && body.kind === 'delete') continue; // What is one's own one may delete.
          const code = by === ann && body.kind === 'delete' ? 'forbidden' : 'archived';
          assertTyped(await by.refusal('send', [by.change(body, { room: room.id })]), code);
        }
      }
      assert.deepEqual(await ben.ask('send', [item]), [first]);
      assert.equal((await ben.pull(0, room.id)).find(({ seq }) => seq === message)?.body.text, 'exhibit');
      assert.equal((await cleo.ask('room:browse', { search: 'museum' }))[0].archived, true);
      await ann.ask('room:change', { room: room.id, archived: false });
      await sayIn(ben, room.id, 'open again');
    });
  });

  describe('conversations', () => {
    /** @param {Someone} by @param {Someone[]} people */
    const direct = (by, ...people) => by.ask('room:direct', { with: people.map(({ account }) => account.me.id) });

    test('a message in it reaches every tab of those in it, and nobody else', async () => {
      const phone = await tabOf(ben);
      const room = await direct(ann, ben);
      const { id } = await sayIn(ann, room.id, 'between us');
      for (const tab of [ann, ben, phone]) await tab.hears(id);
      await toldOf(ben, room.id, 'in');
      await fence(ann, cleo, owner);
      for (const other of [cleo, owner]) assert.ok(!JSON.stringify(other.events).includes(room.id));
      const told = await asOpened(ben, room.id);
      assert.deepEqual([told.kind, told.with, told.unread], ['direct', [ann.account.me], 1]);
      assertContiguous(await ben.pull(0, room.id));
      ann.socket.emit('typing', { room: room.id });
      await until(() => ben.told('typing').some((typing) => typing.room === room.id), 'he sees her typing');
      phone.close();
    });
  });

  test('their messages catch up like any other, in many rooms at once', async () => {
    const rooms = await Promise.all(['one', 'two', 'three'].map((name) => makeRoom(ann, `many ${name}`, { kind: 'private', people: [ben.account.me] })));
    const heads = await ben.ask('sync', {});
    const cursors = Object.fromEntries(Object.entries(heads));
    for (let count = 0; count < 5; count += 1) for (const room of rooms) await sayIn(ann, room.id, `${room.name} ${count}`);
    const back = new Device(server, { token: ben.account.token, epoch: ben.opened.epoch, cursors });
    const opened = await back.open();
    assert.equal(opened.recovered, true);
    for (const room of rooms) {
      const heard = heardIn(back, room.id);
      assertContiguous(heard, cursors[room.id] + 1);
      assert.deepEqual(heard.map(({ body }) => body.text), [0, 1, 2, 3, 4].map((count) => `${room.name} ${count}`));
    }
    back.close();
  });

  test('their contents outlive the server', async () => {
    const room = await makeRoom(ann, 'lasting', { kind: 'private', topic: 'for ever', people: [ben.account.me] });
    const { id } = await sayIn(ben, room.id, 'before');
    await server.crashAndRestart();
    await until(() => [ann, ben, cleo, owner].every(({ socket }) => socket.connected), 'everybody is back');
    const told = await asOpened(ben, room.id);
    assert.deepEqual([told.name, told.topic, told.kind, told.head], ['lasting', 'for ever', 'private', 2]);
    assert.equal((await ann.pull(1, room.id))[0]?.id, id);
    const more = await sayIn(ann, room.id, 'after');
    await ben.hears(more.id);
    await fence(ann, cleo);
    assert.ok(!cleo.heard.some((entry) => entry.id === more.id));
  });

  test('an answered request outlives a server that is killed at any moment, and a retry does it once', async () => {
    const maker = await arrive(server, 'Maker');
    const guest = await arrive(server, 'Guest');
    /** Repeats a request until it is answered, however often the link breaks. @param {Someone} by @param {string} event @param {any} argument */
    const insist = async (by, event, argument) => {
      for (;;) {
        await until(() => by.socket.connected, 'the link is up');
        const reply = await by.socket.timeout(1_000).emitWithAck(event, argument).catch(() => undefined);
        if (reply?.ok !== undefined) return reply.ok;
        if (reply) assertTyped(reply.error, ['busy', 'unavailable', 'rate_limited']);
      }
    };
    /** @type {Map<string, { name: string, guest: boolean }>} */ const rooms = new Map();
    let names = 0;
    let over = false;
    const busy = (async () => {
      for (let count = 0; !over; count += 1) {
        const id = uuid7();
        await insist(maker, 'room:create', { id, kind: 'private', name: `draft ${count}` });
        await insist(maker, 'room:invite', { room: id, people: [guest.account.me.id] });
        await insist(maker, 'room:change', { room: id, name: `final ${count}` });
        if (count % 2 === 0) await insist(maker, 'room:remove', { room: id, person: guest.account.me.id });
        if (count % 5 === 0) await insist(maker, 'nickname', { name: `Maker ${(names += 1)}` });
        rooms.set(id, { name: `final ${count}`, guest: count % 2 === 1 });
      }
    })();
    for (let crash = 1; crash <= 3; crash += 1) {
      await until(() => rooms.size >= 5 * crash, 'rooms are made');
      await server.crashAndRestart();
    }
    await until(() => rooms.size >= 20, 'and again');
    over = true;
    await busy;
    await until(() => [ann, ben, cleo, owner, guest, maker].every(({ socket }) => socket.connected), 'everybody is back');
    const [mine, theirs] = [await tabOf(maker), await tabOf(guest)];
    assert.equal(mine.opened.me.name, `Maker ${names}`);
    assert.equal(mine.opened.rooms.length, rooms.size + 1, 'each once');
    for (const [id, { name, guest: invited }] of rooms) {
      assert.equal(mine.opened.rooms.find((/** @type {any} */ room) => room.id === id)?.name, name);
      assert.equal(theirs.opened.rooms.some((/** @type {any} */ room) => room.id === id), invited);
      const log = await maker.pull(0, id);
      assertContiguous(log);
      const changes = log.filter(({ body }) => body.kind === 'room').map(({ body }) => body.change.change);
      assert.deepEqual(changes, ['created', 'renamed'], 'and each change once');
      assert.ok(log.every(({ author }) => author.name === `Maker ${names}`));
    }
    for (const device of [mine, theirs, maker, guest]) device.close();
  });

  test('nobody is in more than the limit', async () => {
    const account = await signIn(server, 'Collector');
    const collector = new Device(server, { token: account.token });
    await collector.open();
    for (let made = 1; made < ROOMS_PER_PERSON; ) {
      const lot = Math.min(50, ROOMS_PER_PERSON - made);
      await Promise.all(Array.from({ length: lot }, () => makeRoom(collector, 'one of many', { kind: 'private' })));
      made += lot;
    }
    assertTyped(await collector.refusal('room:create', { id: uuid7(), kind: 'private', name: 'one too many' }), 'too_large');
    const full = (await makeRoom(ann, 'one more')).id;
    assertTyped(await collector.refusal('room:join', { room: full }), 'too_large');
    const tab = new Device(server, { token: account.token });
    assert.equal((await tab.open()).rooms.length, ROOMS_PER_PERSON);
    collector.close();
    tab.close();
  });
});
