// Several people do random things at once, to rooms they are in and to other rooms. In every run each tab gets a room's
// entries from its `in` to its `out`, without a gap, and nothing else; and a person who was never let in learns nothing.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { arrive, assertContiguous, assertTyped, Device, GENEROUS, hangUp, uuid7 } from './device.mjs';
import { Dice, SEEDS } from './dice.mjs';
import { test } from './test.mjs';

const PEOPLE = 5;
const STEPS = 80;

/** The codes with which each event may be refused; transient ones are waited out. */
const REFUSED = [
  'unknown_room', 'unknown_message', 'forbidden', 'archived', 'conflict', 'invalid', 'too_large', 'room_name_taken', 'nickname_taken',
];

/** One person, with one or more tabs. */
class Actor {
  /** @type {Device[]} */ tabs = [];
  /** Everything their tabs were told, also those that are closed. @type {Device[]} */ all = [];

  /** @param {Play} play @param {import('./device.mjs').Account} account */
  constructor(play, account) {
    this.play = play;
    this.account = account;
  }

  get id() {
    return this.account.me.id;
  }

  async openTab() {
    const tab = new Device(this.play.server, { token: this.account.token }, { transports: [this.play.dice.one(['websocket', 'websocket', 'polling'])] });
    await tab.open();
    this.tabs.push(tab);
    this.all.push(tab);
  }

  async step() {
    const { dice } = this.play;
    const tab = dice.one(this.tabs);
    const room = dice.one(this.play.rooms);
    const person = dice.one(this.play.actors).id;
    const people = dice.some(this.play.actors).map(({ id }) => id);
    const message = 1 + dice.below(12);
    /** @param {{ kind: string } & Record<string, any>} body */
    const send = (body) => this.play.ask(this, tab, 'send', [tab.change(body, { room })], room);
    const name = `${this.play.seed} ${dice.below(6)}`;
    const choices = [
      async () => {
        const id = uuid7();
        const kind = dice.one(['public', 'private', 'private']);
        const reply = await this.play.ask(this, tab, 'room:create', { id, kind, name }, id);
        if (reply.ok) this.play.made(id, kind, [this.id]);
      },
      async () => {
        const reply = await this.play.ask(this, tab, 'room:direct', { with: people }, undefined);
        if (reply.ok) this.play.made(reply.ok.id, 'direct', [this.id, ...people]);
      },
      () => this.play.ask(this, tab, 'room:join', { room }, room),
      () => this.play.ask(this, tab, 'room:leave', { room }, room),
      async () => {
        const reply = await this.play.ask(this, tab, 'room:invite', { room, people }, room);
        if (reply.ok !== undefined) this.play.let(room, people);
      },
      () => this.play.ask(this, tab, 'room:remove', { room, person }, room),
      () => this.play.ask(this, tab, 'room:change', { room, ...dice.one([{ name }, { topic: name }, { archived: true }, { archived: false }]) }, room),
      () => this.play.ask(this, tab, 'room:members', { room }, room),
      () => this.play.ask(this, tab, 'history', { room, ...dice.one([{}, { after: 0 }, { around: message }, { since: 0 }]) }, room),
      () => this.play.ask(this, tab, 'nickname', { name: `Actor ${this.play.seed} ${dice.below(8)}` }, undefined),
      () => this.play.ask(this, tab, 'room:browse', { search: dice.one(['', `${this.play.seed}`]) }, undefined),
      () => this.play.ask(this, tab, 'sync', Object.fromEntries(this.play.rooms.map((known) => [known, 0])), undefined),
      async () => void tab.socket.emit(dice.one(['typing', 'read']), { room, seq: message }),
      async () => void tab.socket.emit('away', { away: dice.falls(0.5) }),
      async () => {
        if (this.tabs.length < 3) return this.openTab();
        this.tabs.splice(this.tabs.indexOf(tab), 1);
        tab.close();
      },
      ...Array.from({ length: 6 }, () => () => send({ kind: 'message', text: `said in ${room} <@${person}>`, ...(dice.falls(0.2) ? { reply_to: message } : {}) })),
      () => send({ kind: 'edit', message, text: `edited in ${room}` }),
      () => send({ kind: 'delete', message }),
      () => send({ kind: 'react', message, emoji: dice.one(['👍', '🐘']), on: dice.falls(0.7) }),
    ];
    await dice.one(choices)();
  }
}

class Play {
  /** @type {Actor[]} */ actors = [];
  /** Every room there is, whoever is in it. @type {string[]} */ rooms = [];
  /** Who was ever let into those that are not public. @type {Map<string, Set<string>>} */ entitled = new Map();
  /** What was answered to whom about which room. @type {{ by: Actor, event: string, room: string | undefined, reply: any }[]} */ answers = [];

  /** @param {Server} server @param {number} seed */
  constructor(server, seed) {
    this.server = server;
    this.seed = seed;
    this.dice = new Dice(seed);
  }

  /** @param {string} id @param {string} kind @param {string[]} people */
  made(id, kind, people) {
    if (!this.rooms.includes(id)) this.rooms.push(id);
    if (kind !== 'public') this.entitled.set(id, new Set([...(this.entitled.get(id) ?? []), ...people]));
  }

  /** @param {string} room @param {string[]} people */
  let(room, people) {
    for (const person of people) this.entitled.get(room)?.add(person);
  }

  /** @param {Actor} by @param {Device} tab @param {string} event @param {any} argument @param {string | undefined} room */
  async ask(by, tab, event, argument, room) {
    const reply = await tab.insist(event, argument);
    const error = reply.error ?? (event === 'send' ? reply.ok[0].error : undefined);
    if (error) assertTyped(error, REFUSED);
    this.answers.push({ by, event, room, reply: error ? { error } : reply });
    return error ? { error } : reply;
  }
}

/** Walks through a tab's events: every room from `in` to `out`, without a gap. @param {Device} tab */
function assertInOrder(tab) {
  /** The next place in each room. @type {Map<string, number>} */
  let next = new Map();
  for (const [name, said] of tab.events) {
    if (name === 'session' && said.state === 'open') {
      next = new Map(said.rooms.map((/** @type {any} */ { id, head }) => [id, head + 1]));
    } else if (name === 'room' && said.state === 'in') {
      const { id, head } = said.room;
      assert.equal(head + 1, next.get(id) ?? head + 1, 'what is told of a room fits what came of it');
      next.set(id, head + 1);
    } else if (name === 'room') {
      assert.ok(next.delete(said.room), 'out of a room it was in');
    } else if (name === 'entries') {
      assert.equal(said.from, next.get(said.room), `entries of ${said.room} follow`);
      assertContiguous(said.entries, said.from);
      next.set(said.room, said.from + said.entries.length);
    } else if (name === 'members') {
      assert.ok(next.has(said.room), 'who comes and goes is told to who is in it');
    }
  }
}

describe('people who do random things', () => {
  /** @type {Server} */ let server;
  before(async () => {
    server = await Server.start({ args: GENEROUS });
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  for (const seed of SEEDS) {
    test(`seed ${seed}`, async () => {
      const play = new Play(server, seed);
      const host = await arrive(server, `Host ${seed}`);
      play.made(host.room, 'public', []);
      for (let index = 0; index < PEOPLE; index += 1) {
        const device = await arrive(server, `Actor ${seed}-${index}`);
        const actor = new Actor(play, device.account);
        actor.tabs.push(device);
        actor.all.push(device);
        play.actors.push(actor);
      }
      await Promise.all(play.actors.map(async (actor) => {
        for (let step = 0; step < STEPS; step += 1) await actor.step();
      }));
      // Each tab's answer comes after everything it was sent before.
      for (const { tabs } of play.actors) for (const tab of tabs) await tab.ask('sync', {});

      const refused = play.answers.filter(({ reply }) => reply.error).length;
      assert.ok(play.entitled.size > 5 && refused > 20 && play.answers.length - refused > 50, 'much was done, and much refused');

      // A person who was never let in got no event and no answer.
      for (const { by, event, room, reply } of play.answers) {
        const entitled = room === undefined ? undefined : play.entitled.get(room);
        if (!entitled || entitled.has(by.id) || event === 'room:create') continue;
        assert.equal(reply.error?.code, 'unknown_room', `${by.account.me.name}: ${event} of ${room}: ${JSON.stringify(reply)}`);
      }
      for (const actor of play.actors) {
        for (const tab of actor.all) {
          assertInOrder(tab);
          const told = JSON.stringify(tab.events);
          for (const [room, people] of play.entitled) {
            assert.ok(people.has(actor.id) || !told.includes(room), `${actor.account.me.name} learned of ${room}`);
          }
        }
      }

      // A newly opened session shows the same as everybody else's.
      /** @type {Map<string, { people: Set<string>, log: import('./device.mjs').Entry[] }>} */ const stored = new Map();
      for (const actor of play.actors) {
        const tab = new Device(server, { token: actor.account.token });
        const opened = await tab.open();
        for (const { id } of opened.rooms) {
          const log = await tab.pull(0, id);
          assertContiguous(log);
          const members = await tab.ask('room:members', { room: id });
          const ids = new Set(members.map((/** @type {any} */ { person }) => person.id));
          assert.ok(ids.has(actor.id));
          const known = stored.get(id) ?? { people: ids, log };
          assert.deepEqual(ids, known.people);
          assert.deepEqual(log, known.log, 'everybody reads the same');
          stored.set(id, known);
        }
        const name = opened.me.name;
        for (const { log } of stored.values()) {
          for (const { author } of log) if (author.id === actor.id) assert.equal(author.name, name, 'by the name they have');
        }
        const mine = new Set(opened.rooms.map((/** @type {any} */ { id }) => id));
        for (const live of actor.tabs) {
          const heads = await live.ask('sync', {});
          assert.deepEqual(new Set(Object.keys(heads)), mine, 'a tab that was open all the while is in the same rooms');
        }
        tab.close();
      }
      for (const actor of play.actors) {
        for (const tab of actor.all) {
          for (const [name, said] of tab.events) {
            const log = name === 'entries' ? stored.get(said.room)?.log : undefined;
            if (log) assert.deepEqual(said.entries.map((/** @type {any} */ { id }) => id), log.slice(said.from - 1, said.from - 1 + said.entries.length).map(({ id }) => id));
          }
        }
        for (const tab of actor.tabs) {
          assert.equal(tab.disconnected, undefined);
          tab.close();
        }
      }
      host.close();
    });
  }
});
