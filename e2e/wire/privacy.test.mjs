// A person with an account sends every kind of event about rooms they are not in: they get the same answers as if the room
// did not exist, and nobody notices them.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, arriveAsOwner, assertContiguous, assertTyped, Device, GENEROUS, hangUp, until, uuid7 } from './device.mjs';
import { fence, heardIn, makeRoom, newsOf, sayIn } from './rooms.mjs';
import { test } from './test.mjs';

/** Appears in everything that is said in the rooms, and nowhere else. */
const SECRET = 'seventeen elephants';

describe('privacy', () => {
  /** @typedef {Awaited<ReturnType<typeof arrive>>} Someone */
  /** @type {Server} */ let server;
  /** Whose server it is: may do much, but not look into other people's rooms. @type {Someone} */ let owner;
  /** @type {Someone} */ let ann;
  /** @type {Someone} */ let ben;
  /** @type {Someone} */ let cleo;
  /** @type {Someone} */ let eve;
  /** The rooms that are none of theirs, by kind. @type {Record<string, any>} */ const rooms = {};
  /** A message in each of them, as it was sent. @type {Record<string, import('./device.mjs').Item>} */ const items = {};
  /** Its place. @type {Record<string, number>} */ const places = {};

  before(async () => {
    server = await Server.start({ args: GENEROUS });
    owner = await arriveAsOwner(server, 'Owner');
    ann = await arrive(server, 'Ann');
    ben = await arrive(server, 'Ben');
    cleo = await arrive(server, 'Cleo');
    eve = await arrive(server, 'Eve');
    const with_ = (/** @type {Someone[]} */ ...people) => ({ with: people.map(({ account }) => account.me.id) });
    rooms.private = await makeRoom(ann, SECRET, { kind: 'private', topic: SECRET, people: [ben.account.me, cleo.account.me] });
    rooms.direct = await ann.ask('room:direct', with_(ben));
    rooms.group = await ann.ask('room:direct', with_(ben, cleo));
    for (const [kind, { id: room }] of Object.entries(rooms)) {
      const text = `${SECRET} <@${eve.account.me.id}> <@${owner.account.me.id}>`;
      const item = ann.change({ kind: 'message', text }, { room });
      const [{ seq: message }] = /** @type {[import('./device.mjs').Stored]} */ (await ann.post(item));
      await ben.post(
        ben.change({ kind: 'message', text: SECRET, reply_to: message }, { room }),
        ben.change({ kind: 'react', message, emoji: '🐘' }, { room }),
      );
      items[kind] = item;
      places[kind] = message;
    }
    await fence(ann, ben, cleo);
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  /** Must not appear in anything an outsider receives. */
  const secrets = () => [SECRET, '🐘', ...Object.values(rooms).map(({ id }) => id), ...Object.values(items).map(({ id }) => id)];

  /** @param {unknown} told @param {string} what */
  const assertInnocent = (told, what) => {
    const said = JSON.stringify(told);
    for (const secret of secrets()) assert.ok(!said.includes(secret), `${what} tells ${secret}: ${said.slice(0, 500)}`);
  };

  /** Every request about a room, by a person who knows its id and the place of a message. */
  const requests = (/** @type {string} */ room, /** @type {number} */ message, /** @type {Someone} */ by) => {
    const me = by.account.me.id;
    /** @param {{ kind: string } & Record<string, any>} body */
    const send = (body) => /** @type {[string, any]} */ (['send', [{ id: uuid7(), room, body }]]);
    return /** @type {[string, any][]} */ ([
      ['history', { room }],
      ['history', { room, after: 0 }],
      ['history', { room, before: message + 1 }],
      ['history', { room, around: message }],
      ['history', { room, since: 0 }],
      send({ kind: 'message', text: 'let me in' }),
      send({ kind: 'message', text: 'let me in', reply_to: message }),
      send({ kind: 'edit', message, text: 'let me in' }),
      send({ kind: 'delete', message }),
      send({ kind: 'react', message, emoji: '👀' }),
      send({ kind: 'react', message, emoji: '🐘', on: false }),
      ['room:join', { room }],
      ['room:leave', { room }],
      ['room:members', { room }],
      ['room:invite', { room, people: [me] }],
      ['room:invite', { room, people: [ann.account.me.id] }],
      ['room:remove', { room, person: ann.account.me.id }],
      ['room:remove', { room, person: me }],
      ['room:change', { room, name: 'mine' }],
      ['room:change', { room, topic: 'mine' }],
      ['room:change', { room, archived: true }],
      ['room:change', { room, archived: false }],
    ]);
  };

  /** A reply without the ids of its request. @param {any} reply @param {any} argument */
  const bare = (reply, argument) => {
    const ids = JSON.stringify(argument).match(/[0-9a-f]{8}-[0-9a-f-]{27}/g) ?? [];
    return JSON.parse(ids.reduce((said, id) => said.replaceAll(id, 'ID'), JSON.stringify(reply)));
  };

  for (const kind of ['private', 'direct', 'group']) {
    for (const who of ['a stranger', "the server's owner"]) {
      test(`every request of ${who} about a ${kind} room is answered as if it did not exist`, async () => {
        const by = who === 'a stranger' ? eve : owner;
        const room = rooms[kind].id;
        const before = await ann.pull(0, room);
        const heard = ann.events.length;
        const real = requests(room, /** @type {number} */ (places[kind]), by);
        const imagined = requests(uuid7(), /** @type {number} */ (places[kind]), by);
        for (const [index, [event, argument]] of real.entries()) {
          const reply = await by.insist(event, argument);
          const [, elsewhere] = /** @type {[string, any]} */ (imagined[index]);
          assert.deepEqual(bare(reply, argument), bare(await by.insist(event, elsewhere), elsewhere), JSON.stringify([event, argument]));
          assertTyped(reply.error ?? reply.ok[0].error, 'unknown_room');
        }
        for (const event of ['typing', 'read']) by.socket.emit(event, { room, seq: 1 });
        await fence(by, ann, ben);
        assert.deepEqual(await ann.pull(0, room), before, 'the log is what it was');
        const noticed = ann.events.slice(heard).filter(([, said]) => JSON.stringify(said).includes(room));
        assert.deepEqual(noticed, [], 'nobody noticed');
        assert.equal((await ann.ask('room:members', { room })).length, rooms[kind].kind === 'private' || kind === 'group' ? 3 : 2);
      });
    }
  }

  test('sync and the handshake ignore rooms of others', async () => {
    for (const by of [eve, owner]) {
      const general = by.room;
      for (const { id } of Object.values(rooms)) {
        const heads = await by.ask('sync', { [id]: 0, [general]: 0 });
        assert.deepEqual(Object.keys(heads), Object.keys(await by.ask('sync', { [uuid7()]: 0, [general]: 0 })));
        assertInnocent(heads, 'sync');
      }
      /** @param {string[]} known */
      const opening = async (known) => {
        const cursors = Object.fromEntries(known.map((room) => [room, 1]));
        const tab = new Device(server, { token: by.account.token, epoch: by.opened.epoch, cursors });
        const opened = await tab.open();
        await tab.pull();
        assertInnocent(tab.events, 'a session');
        tab.close();
        return { recovered: opened.recovered, rooms: opened.rooms.length, missed: opened.missed.length };
      };
      assert.deepEqual(await opening(Object.values(rooms).map(({ id }) => id)), await opening([uuid7(), uuid7(), uuid7()]));
    }
  });

  test('lists and searches do not contain them, and nothing in them counts', async () => {
    for (const by of [eve, owner]) {
      for (const search of [SECRET, SECRET.toUpperCase(), 'elephant', '', '%', rooms.private.id, rooms.direct.id]) {
        const listed = await by.ask('room:browse', { search });
        for (const room of listed) assert.notEqual(room.name, SECRET);
        assert.ok(!JSON.stringify(listed).includes(rooms.private.id));
        assertInnocent(await by.ask('people', { search }), 'people');
      }
      const tab = new Device(server, { token: by.account.token });
      const opened = await tab.open();
      assert.deepEqual(opened.rooms.map((/** @type {any} */ { name }) => name), ['general']);
      assert.equal(opened.rooms[0].mentions, 0, 'a mention in a room one is not in');
      assertInnocent(tab.events, 'a session');
      tab.close();
    }
    const after = await eve.ask('room:browse', { after: [SECRET, rooms.private.id] });
    assertInnocent(after, 'paging from it');
  });

  test('the name of a private room is free, and its id cannot create a room', async () => {
    const mine = await makeRoom(eve, SECRET);
    assert.equal(mine.kind, 'public');
    await eve.ask('room:change', { room: mine.id, name: 'renamed' });
    for (const { id } of Object.values(rooms)) {
      for (const kind of ['public', 'private']) {
        const error = await eve.refusal('room:create', { id, kind, name: 'taken over' });
        assertTyped(error, 'conflict');
        assertInnocent(error, 'room:create');
      }
    }
    // The same as for a public room, so that nothing reveals its kind.
    const open = await makeRoom(ann, 'open to all');
    const conflict = await eve.refusal('room:create', { id: open.id, kind: 'public', name: 'taken over' });
    assert.deepEqual(await eve.refusal('room:create', { id: rooms.private.id, kind: 'public', name: 'taken over' }), conflict);
  });

  test('events in them reach no socket outside, whenever it was opened', async () => {
    const early = [eve, owner];
    const late = await Promise.all(early.map(async ({ account }) => {
      const tab = new Device(server, { token: account.token });
      await tab.open();
      return tab;
    }));
    for (const device of [...early, ...late]) device.events.length = 0;
    for (const [kind, { id: room }] of Object.entries(rooms)) {
      const message = places[kind];
      ann.socket.emit('typing', { room });
      const { seq } = await sayIn(ann, room, SECRET, { reply_to: message });
      await ben.post(ben.change({ kind: 'react', message: seq, emoji: '🐘' }, { room }));
      await ann.post(ann.change({ kind: 'edit', message: seq, text: `${SECRET}!` }, { room }), ann.change({ kind: 'delete', message: seq }, { room }));
      ben.socket.emit('read', { room, seq });
    }
    await ann.ask('room:change', { room: rooms.private.id, topic: `${SECRET} again` });
    const guest = await arrive(server, 'Guest');
    await ann.ask('room:invite', { room: rooms.private.id, people: [guest.account.me.id] });
    await guest.ask('room:leave', { room: rooms.private.id });
    await fence(ann, ...early, ...late);
    for (const device of [...early, ...late]) {
      assertInnocent(device.events, 'the wire');
      assert.ok(!device.events.some(([name, said]) => name === 'members' && said.person.id === guest.account.me.id && said.room !== device.room));
    }
    for (const device of [...late, guest]) device.close();
  });

  describe('of a former member', () => {
    for (const how of ['leaves', 'is removed']) {
      test(`who ${how}: nothing more, on no tab, by no cursor; and all of it again when invited back`, async () => {
        const mallory = await arrive(server, `Mallory ${how}`);
        const secret = `after ${uuid7()}`;
        const { id: room } = await makeRoom(ann, 'cellar', { kind: 'private', people: [mallory.account.me] });
        const phone = new Device(server, { token: mallory.account.token });
        await phone.open();
        const own = mallory.change({ kind: 'message', text: 'mine' }, { room });
        const [mine] = await mallory.post(own);
        const { seq: message } = await sayIn(ann, room, 'while he was in it');
        const { head: cursor } = await mallory.ask('history', { room });
        await fence(ann, mallory, phone);
        if (how === 'leaves') await phone.ask('room:leave', { room });
        else await ann.ask('room:remove', { room, person: mallory.account.me.id });

        const { seq } = await sayIn(ann, room, secret);
        await ann.post(ann.change({ kind: 'edit', message: seq, text: `${secret}!` }, { room }));
        ann.socket.emit('typing', { room });
        await fence(ann, mallory, phone);
        const resumed = new Device(server, { token: mallory.account.token, epoch: ann.opened.epoch, cursors: { [room]: cursor } });
        await resumed.open();
        assert.ok(!resumed.opened.rooms.some((/** @type {any} */ known) => known.id === room));
        for (const tab of [mallory, phone, resumed]) {
          if (tab !== resumed) assert.equal(newsOf(tab, room).at(-1)?.state, 'out');
          for (const [index, [event, argument]] of requests(room, message, mallory).entries()) {
            const [, elsewhere] = /** @type {[string, any]} */ (requests(uuid7(), message, mallory)[index]);
            const reply = await tab.insist(event, argument);
            assert.deepEqual(bare(reply, argument), bare(await tab.insist(event, elsewhere), elsewhere), event);
          }
          // From outside, people can delete their own messages and do nothing else: no edits, nothing of others.
          for (const body of [{ kind: 'edit', message: mine?.seq, text: 'x' }, { kind: 'delete', message }]) {
            assertTyped(await tab.refusal('send', [tab.change(body, { room })]), 'unknown_room');
          }
          assert.equal((await tab.ask('sync', { [room]: 0 }))[room], undefined);
          assert.ok(!JSON.stringify(tab.events).includes(secret));
        }
        // His messages stay, and a retry still learns that they are stored.
        const again = (await mallory.insist('send', [own])).ok[0];
        if (again.error) assertTyped(again.error, 'unknown_room');
        else assert.deepEqual(again, mine);
        assert.equal((await ann.pull(0, room)).find(({ id }) => id === own.id)?.body.text, 'mine');

        await ann.ask('room:invite', { room, people: [mallory.account.me.id] });
        for (const tab of [mallory, phone, resumed]) await until(() => newsOf(tab, room).at(-1)?.state === 'in', 'he is told');
        assertContiguous(await mallory.pull(0, room));
        assert.ok(JSON.stringify(await mallory.pull(0, room)).includes(secret));
        const { id } = await sayIn(ann, room, 'welcome back');
        for (const tab of [mallory, phone, resumed]) await tab.hears(id);
        for (const tab of [mallory, phone, resumed]) tab.close();
      });
    }

    test('messages sent while being removed are stored or refused, and nothing reaches the person afterwards', async () => {
      for (let round = 0; round < 10; round += 1) {
        const { id: room } = await makeRoom(ann, 'trapdoor', { kind: 'private', people: [ben.account.me] });
        let over = false;
        /** @type {any[]} */ const replies = [];
        const talking = (async () => {
          while (!over) replies.push(await ben.insist('send', [ben.change({ kind: 'message', text: `${round}` }, { room })]));
        })();
        await until(() => replies.length > 2, 'Ben is talking');
        await ann.ask('room:remove', { room, person: ben.account.me.id });
        await sayIn(ann, room, 'gone');
        over = true;
        await talking;
        await fence(ann, ben);
        const said = replies.map((reply) => reply.ok?.[0]?.seq ?? (reply.error ?? reply.ok[0].error).code);
        const refused = said.findIndex((place) => typeof place === 'string');
        const from = refused < 0 ? said.length : refused;
        assert.ok(said.slice(from).every((code) => code === 'unknown_room'), JSON.stringify(said));
        const log = await ann.pull(0, room);
        assert.deepEqual(log.filter(({ author }) => author.id === ben.account.me.id).map(({ seq }) => seq), said.slice(0, from));
        const out = ben.events.findIndex(([name, news]) => name === 'room' && news.state === 'out' && news.room === room);
        assert.ok(out >= 0);
        assert.deepEqual(ben.events.slice(out).filter(([name, lot]) => name === 'entries' && lot.room === room), []);
        assert.ok(!heardIn(ben, room).some(({ body }) => body.text === 'gone'));
      }
    });
  });

  test('a signed-out device receives nothing more, and can do nothing', async () => {
    const { account } = cleo;
    const answer = await fetch(`${server.url}/api/passphrase`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${account.token}` },
      body: JSON.stringify({ new: 'correct horse battery' }),
    });
    assert.equal(answer.status, 204, await answer.text());
    const again = await fetch(`${server.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ nickname: account.me.name, passphrase: 'correct horse battery', with_token: true }),
    });
    const { token } = await again.json();
    const transports = [['websocket'], ['polling']];
    const tabs = await Promise.all(transports.map(async (transports) => {
      const tab = new Device(server, { token }, { transports, reconnection: false });
      await tab.open();
      return tab;
    }));
    let over = false;
    const trying = tabs.map(async (tab) => {
      while (!over && tab.socket.connected) {
        const body = { kind: 'message', text: 'before' };
        await tab.socket.timeout(2_000).emitWithAck('send', [tab.change(body, { room: rooms.group.id })]).catch(() => {});
      }
    });
    const gone = await fetch(`${server.url}/api/session`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    assert.equal(gone.status, 204);
    const secret = `after ${uuid7()}`;
    const { seq } = await sayIn(ann, rooms.group.id, secret);
    for (const tab of tabs) await until(() => tab.disconnected, 'the tab is disconnected');
    over = true;
    await Promise.all(trying);
    for (const tab of tabs) assert.ok(!JSON.stringify(tab.events).includes(secret));
    await fence(ann, ben);
    const later = (await ann.pull(seq, rooms.group.id)).filter(({ author }) => author.id === account.me.id);
    assert.deepEqual(later, [], 'what was queued came before, and nothing after');
    for (const tab of tabs) {
      await assert.rejects(new Device(server, { token }).open(), { message: 'unauthorized' });
      tab.close();
    }
    assert.equal(cleo.disconnected, undefined, 'the other device goes on');
  });

  test('and at the end nobody outside ever received anything', async () => {
    for (const device of [eve, owner]) {
      assertInnocent(device.events, 'the wire');
      assert.equal(device.disconnected, undefined);
    }
  });
});
