// A device on Steadfast's wire: the official client, with an outbox and a cursor that outlive the page, as docs/PROTOCOL.md says.

import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';

const TRANSIENT = ['busy', 'unavailable', 'storage_full', 'rate_limited'];
const BATCH_ITEMS = 64;

export class SteadfastDevice {
  /** The messages whose ack came. @type {Set<string>} */ acknowledged = new Set();
  /** What the page would have on its disk. */
  #disk = { cursor: 0, log: /** @type {string[]} */ ([]), outbox: /** @type {any[]} */ ([]), epoch: undefined, room: '' };
  /** Disconnected by choice. */
  #away = false;
  /** Only one of each runs on a socket. @type {Set<string>} */
  #busy = new Set();
  #url;
  #token;
  #socket;

  /**
   * @param {string} url
   * @param {string} token
   */
  constructor(url, token) {
    this.#url = url;
    this.#token = token;
    this.#open();
  }

  /** What the page shows of the log, oldest first. */
  get shown() {
    return this.#disk.log;
  }

  /** What it shows as waiting. */
  get waiting() {
    return new Set(this.#disk.outbox.map((item) => item.body.text));
  }

  #open() {
    const disk = this.#disk;
    const socket = io(this.#url, {
      auth: (give) => give({ token: this.#token, epoch: disk.epoch, cursors: disk.room ? { [disk.room]: disk.cursor } : {} }),
      ackTimeout: 10_000,
      forceNew: true,
    });
    const current = () => socket === this.#socket;
    socket.on('session', (session) => {
      if (!current() || session.state !== 'open') return;
      if (disk.epoch !== session.epoch) Object.assign(disk, { epoch: session.epoch, cursor: 0, log: [] });
      disk.room = session.rooms[0].id;
      for (const missed of session.missed) this.#apply(missed.entries);
      if (disk.cursor < session.rooms[0].head) this.#pull(socket);
      this.#drain(socket);
    });
    socket.on('entries', ({ entries }) => current() && (this.#apply(entries) || this.#pull(socket)));
    socket.on('disconnect', () => current() && !socket.active && !this.#away && delay(500).then(() => current() && socket.connect()));
    this.#socket = socket;
  }

  /** @param {any[]} entries */
  #apply(entries) {
    for (const { seq, body } of entries) {
      if (seq <= this.#disk.cursor) continue;
      if (seq !== this.#disk.cursor + 1) return false;
      this.#disk.cursor = seq;
      if (body.kind === 'message') this.#disk.log.push(body.text);
    }
    return true;
  }

  #pull(socket) {
    return this.#alone('pull', socket, async () => {
      for (let head = Infinity; this.#disk.cursor < head; ) {
        const { ok, error } = await socket.emitWithAck('history', { room: this.#disk.room, after: this.#disk.cursor });
        if (error) await delay(error.retry_after_ms ?? 250);
        else [head] = [ok.head, this.#apply(ok.entries)];
      }
    });
  }

  #drain(socket) {
    return this.#alone('drain', socket, async () => {
      const { outbox, room } = this.#disk;
      while (outbox.length > 0) {
        const reply = await socket.emitWithAck('send', outbox.slice(0, BATCH_ITEMS).map((item) => ({ ...item, room })));
        let error = reply.error;
        for (const sent of reply.ok ?? []) {
          if (sent.error) {
            error = sent.error;
            break;
          }
          this.acknowledged.add(outbox.shift().body.text);
        }
        if (error && !TRANSIENT.includes(error.code)) throw new Error(error.message);
        if (error) await delay(error.retry_after_ms ?? 250);
      }
    });
  }

  async #alone(what, socket, work) {
    const key = `${what} ${socket.id}`;
    if (this.#busy.has(key) || !socket.connected) return;
    this.#busy.add(key);
    await work().catch(() => {});
    this.#busy.delete(key);
    // An ack that did not come on a link that stands: once more. A link that fell: its next session goes on.
    if (socket === this.#socket && socket.connected && what === 'drain' && this.#disk.outbox.length > 0) this.#drain(socket);
  }

  /** @param {string} message */
  send(message) {
    const now = Date.now().toString(16).padStart(12, '0');
    const id = `${now.slice(0, 8)}-${now.slice(8)}-7${randomUUID().slice(15)}`;
    this.#disk.outbox.push({ id, body: { kind: 'message', text: message } });
    if (this.#disk.room) this.#drain(this.#socket);
  }

  disconnect() {
    this.#away = true;
    this.#socket.disconnect();
  }

  connect() {
    this.#away = false;
    this.#socket.connect();
  }

  /** The page is loaded anew: what is on the device's disk is there again. */
  refresh() {
    const old = this.#socket;
    this.#open();
    old.disconnect();
  }

  close() {
    this.#away = true;
    this.#socket.disconnect();
  }
}
