// A device on the wire: the official socket.io-client, which keeps everything it received for the tests to inspect.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';

/** How long any operation may take before a test fails: a debug build on a busy machine. */
export const PATIENCE_MS = 15_000;

/** Most entries in one `send`. */
const BATCH_ITEMS = 64;

/** Codes of transient refusals. */
const TRANSIENT = ['busy', 'unavailable', 'storage_full', 'rate_limited'];

/** Arguments for a server on which one test may send more than a person does. */
export const GENEROUS = [
  ...['--events-per-second', '100000', '--event-burst', '100000', '--rooms-per-minute', '100000'],
  ...['--messages-per-second', '100000', '--message-burst', '100000', '--sign-ins-per-minute', '100000'],
];

/**
 * @typedef {{ id: string, name: string }} Person
 * @typedef {{ kind: string, text: string } & Record<string, any>} Body
 * @typedef {{ text: string, at: number }} Edited
 * @typedef {{ as_of: number, edited?: Edited, reactions?: { emoji: string, by: Person[] }[] }} Now
 * @typedef {{ seq: number, author: Person, text?: string }} Quoted
 * @typedef {{ seq: number, id: string, author: Person, at: number, body: Body, mentioned?: Person[], quoted?: Quoted, now?: Now }} Entry
 * @typedef {{ id: string, room: string, body: { kind: string } & Record<string, any> }} Item
 * @typedef {{ id: string, seq: number, at: number }} Stored
 * @typedef {{ me: Person, epoch: string, token: string, cookie: string }} Account
 * @typedef {import('socket.io-client').Socket} Socket
 */

/** Connections that are open, or may reconnect by themselves. @type {Set<{ close(): void }>} */
const connections = new Set();

/**
 * Notes a connection, which `hangUp` closes at the latest.
 * @param {{ close(): void }} connection
 */
export function keep(connection) {
  connections.add(connection);
}

/** Closes every connection of this process, also those of tests that failed before they could. */
export function hangUp() {
  for (const connection of connections) connection.close();
  connections.clear();
}

/** A UUIDv7, like one that a device makes at the keypress. */
export function uuid7() {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Date.now(), 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/**
 * `POST /api/session` for a new person. A transient refusal, as by a database that is slow for a moment, is waited out; the same key
 * makes one person of all attempts.
 * @param {{ url: string }} server
 * @param {string} nickname
 * @returns {Promise<Account>}
 */
export async function signIn(server, nickname) {
  const key = randomBytes(24).toString('hex');
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const response = await fetch(`${server.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ nickname, with_token: true, key }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    if (response.status === 201) {
      const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      return { ...JSON.parse(text), cookie };
    }
    const refusal = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {};
    assert.ok(TRANSIENT.includes(refusal.code) && Date.now() < deadline, `${nickname}: ${response.status} ${text}`);
    await delay(refusal.retry_after_ms ?? 50);
  }
}

/**
 * Waits until `condition` holds, checking it whenever something arrives; fails with `what` after a while.
 * @template T
 * @param {() => T | Promise<T>} condition
 * @param {string} what
 * @param {number} [patience]
 * @returns {Promise<NonNullable<T>>}
 */
export async function until(condition, what, patience = PATIENCE_MS) {
  const deadline = Date.now() + patience;
  for (;;) {
    const value = await condition();
    if (value) return /** @type {NonNullable<T>} */ (value);
    if (Date.now() > deadline) throw new Error(`did not happen within ${patience} ms: ${what}`);
    await delay(10);
  }
}

/** One connection that may come and go: a browser tab or a bot, to the server. */
export class Device {
  /** @type {Socket} */ socket;
  /** Every event received, in order: `[name, argument]`. @type {[string, any][]} */
  events = [];
  /** The entries received live or in a session's `missed`, in order of arrival. @type {Entry[]} */
  heard = [];
  /** The newest `session` of state `open`. @type {any} */
  opened = undefined;
  /** The `session` of state `closing`, once it has arrived. @type {any} */
  closing = undefined;
  /** Why the newest connection ended. @type {string | undefined} */
  disconnected = undefined;
  /** Closed for good: pending requests fail. */
  over = false;

  /**
   * @param {{ url: string }} server
   * @param {object} auth
   * @param {Partial<import('socket.io-client').ManagerOptions & import('socket.io-client').SocketOptions>} [options]
   */
  constructor(server, auth, options = {}) {
    keep(this);
    this.socket = io(server.url, {
      auth,
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 200,
      autoConnect: false,
      ...options,
    });
    this.socket.onAny((name, argument) => {
      this.events.push([name, argument]);
      if (name === 'session' && argument.state === 'open') {
        this.opened = argument;
        for (const { entries } of argument.missed) this.heard.push(...entries);
      } else if (name === 'session') {
        this.closing = argument;
      } else if (name === 'entries') {
        this.heard.push(...argument.entries);
      }
    });
    this.socket.on('disconnect', (reason) => (this.disconnected = reason));
  }

  /** Connects; resolves with the `session` event of this very connection. */
  async open() {
    const opened = new Promise((resolve, reject) => {
      this.socket.once('session', resolve);
      this.socket.once('connect_error', reject);
    });
    this.socket.connect();
    return within(opened, 'the session opens');
  }

  /** The id of the one room that everybody is in. */
  get room() {
    return this.roomNamed('general').id;
  }

  /**
   * The room of this name, as in the newest session.
   * @param {string} name
   */
  roomNamed(name) {
    return this.opened.rooms.find((/** @type {any} */ room) => room.name === name);
  }

  /**
   * The arguments of every event of this name, in order.
   * @param {string} event
   * @returns {any[]}
   */
  told(event) {
    return this.events.filter(([name]) => name === event).map(([, said]) => said);
  }

  /**
   * Emits with an ack; resolves with the raw reply.
   * @param {string} event
   * @param {any[]} args
   * @returns {Promise<any>}
   */
  async request(event, ...args) {
    if (this.over) throw new Error(`${event}: the device hung up`);
    return within(this.socket.emitWithAck(event, ...args), `${event} is answered`);
  }

  /**
   * Sends a request, and retries if the server is busy; resolves with the contents of `ok`, and fails on a refusal.
   * @param {string} event
   * @param {any} argument
   * @returns {Promise<any>}
   */
  async ask(event, argument) {
    const reply = await this.insist(event, argument);
    if (reply.error) throw new Error(`${event}: ${JSON.stringify(reply.error)}`);
    return reply.ok;
  }

  /**
   * Sends a request that must be refused; resolves with the error.
   * @param {string} event
   * @param {any} argument
   * @returns {Promise<any>}
   */
  async refusal(event, argument) {
    const reply = await this.insist(event, argument);
    const error = reply.error ?? (event === 'send' ? reply.ok[0].error : undefined);
    assert.ok(error, `${event} ${JSON.stringify(argument)} was not refused: ${JSON.stringify(reply)}`);
    return error;
  }

  /**
   * Repeats a request until the answer is not a transient refusal.
   * @param {string} event
   * @param {any} argument
   * @returns {Promise<any>}
   */
  async insist(event, argument) {
    for (;;) {
      const reply = await this.request(event, argument);
      const error = reply.error ?? (event === 'send' ? reply.ok.at(-1)?.error : undefined);
      if (!error || !TRANSIENT.includes(error.code)) return reply;
      await delay(error.retry_after_ms ?? 50);
    }
  }

  /**
   * An item of any kind.
   * @param {{ kind: string } & Record<string, any>} body
   * @param {{ id?: string, room?: string }} [where]
   * @returns {Item}
   */
  change(body, { id = uuid7(), room = this.room } = {}) {
    return { id, room, body };
  }

  /**
   * @param {string} text
   * @param {string} [id]
   * @returns {Item}
   */
  item(text, id = uuid7()) {
    return { id, room: this.room, body: { kind: 'message', text } };
  }

  /**
   * Sends items in batches, one at a time, and retries like any well-behaved client: it waits out transient refusals, in
   * order.
   * @param {Item[]} items
   * @returns {Promise<Stored[]>}
   */
  async post(...items) {
    /** @type {Stored[]} */
    const stored = [];
    while (stored.length < items.length) {
      const reply = await this.request('send', items.slice(stored.length, stored.length + BATCH_ITEMS));
      const refusal = reply.error ?? reply.ok.find((/** @type {any} */ sent) => sent.error)?.error;
      for (const sent of reply.ok ?? []) {
        if (sent.error) break;
        stored.push(sent);
      }
      if (!refusal) continue;
      if (!TRANSIENT.includes(refusal.code)) throw new Error(JSON.stringify(refusal));
      await delay(refusal.retry_after_ms ?? 50);
    }
    return stored;
  }

  /**
   * All entries after `cursor`, by pages.
   * @param {number} [cursor]
   * @param {string} [room]
   * @returns {Promise<Entry[]>}
   */
  async pull(cursor, room = this.room) {
    let high = cursor ?? 0;
    /** @type {Entry[]} */
    const entries = [];
    for (;;) {
      const reply = await this.request('history', { room, after: high });
      if (reply.error) {
        assert.ok(TRANSIENT.includes(reply.error.code), JSON.stringify(reply));
        await delay(reply.error.retry_after_ms ?? 50);
        continue;
      }
      entries.push(...reply.ok.entries);
      if (reply.ok.entries.length > 0) high = reply.ok.entries.at(-1).seq;
      if (high >= reply.ok.head) return entries;
    }
  }

  /**
   * Waits until the entry with this id was received.
   * @param {string} id
   */
  async hears(id) {
    return until(() => this.heard.find((entry) => entry.id === id), `entry ${id} is heard`);
  }

  /** Ends the connection for good. */
  close() {
    this.over = true;
    this.socket.io.reconnection(false);
    this.socket.disconnect();
  }
}

/**
 * Signs in a new person and opens a session over WebSocket.
 * @param {{ url: string }} server
 * @param {string} nickname
 * @returns {Promise<Device & { account: Account }>}
 */
export async function arrive(server, nickname) {
  const account = await signIn(server, nickname);
  const device = new Device(server, { token: account.token });
  await device.open();
  return Object.assign(device, { account });
}

/**
 * Signs up the first owner and opens a device for them.
 * @param {import('../server.mjs').Server} server
 * @param {string} nickname
 */
export async function arriveAsOwner(server, nickname) {
  const account = await server.owner(nickname);
  const device = new Device(server, { token: account.token });
  await device.open();
  return Object.assign(device, { account });
}

/**
 * Fails unless the entries are the room's log from its beginning or from `first`: each once, in order, without a gap.
 * @param {Entry[]} entries
 * @param {number} [first]
 */
export function assertContiguous(entries, first = 1) {
  assert.deepEqual(
    entries.map((entry) => entry.seq),
    entries.map((_, index) => first + index),
    'each entry once, in order, without a gap',
  );
}

/**
 * Fails unless `value` is a typed error, with this code if one is given.
 * @param {any} value
 * @param {string | string[]} [code]
 */
export function assertTyped(value, code) {
  assert.equal(typeof value?.code, 'string', JSON.stringify(value));
  assert.equal(typeof value.message, 'string', JSON.stringify(value));
  assert.ok(value.message.length > 0);
  if (code !== undefined) assert.ok([code].flat().includes(value.code), JSON.stringify(value));
}

/**
 * The promise's value, or a failure that names the missing event.
 * @template T
 * @param {Promise<T>} promise
 * @param {string} what
 * @param {number} [patience]
 * @returns {Promise<T>}
 */
export async function within(promise, what, patience = PATIENCE_MS) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not happen within ${patience} ms: ${what}`)), patience);
  });
  try {
    return await Promise.race([promise, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}
