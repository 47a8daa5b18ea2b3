// A TCP proxy between one device and the server: it can cut, stall, swallow and refuse.

import { once } from 'node:events';
import { connect, createServer } from 'node:net';

export class Link {
  /** The connections that stand. @type {Set<[import('node:net').Socket, import('node:net').Socket]>} */
  #pairs = new Set();
  #server;
  #refusing = false;
  /** @type {'both' | 'answers' | undefined} What does not get through. */
  #held;
  port = 0;

  /** @param {number} target */
  static async to(target) {
    const link = new Link(target);
    link.#server.listen(0, '127.0.0.1');
    await once(link.#server, 'listening');
    link.port = /** @type {import('node:net').AddressInfo} */ (link.#server.address()).port;
    return link;
  }

  /** @param {number} target */
  constructor(target) {
    this.#server = createServer((client) => {
      client.on('error', () => {});
      if (this.#refusing) return client.destroy();
      const server = connect(target, '127.0.0.1');
      /** @type {[import('node:net').Socket, import('node:net').Socket]} */
      const pair = [client, server];
      this.#pairs.add(pair);
      const end = () => {
        this.#pairs.delete(pair);
        client.destroy();
        server.destroy();
      };
      for (const socket of pair) socket.on('error', end).on('close', end);
      client.on('data', (bytes) => this.#held === 'both' || server.write(bytes));
      server.on('data', (bytes) => this.#held || client.write(bytes));
    });
  }

  /** Every connection falls. */
  cut() {
    for (const [client, server] of this.#pairs) {
      client.destroy();
      server.destroy();
    }
  }

  /**
   * For a while nothing gets through, or no answers; neither side notices. Swallowed data is lost, so the link then fails.
   * @param {'both' | 'answers'} what
   * @param {number} ms
   */
  swallow(what, ms) {
    this.#held = what;
    setTimeout(() => {
      this.cut();
      this.#held = undefined;
    }, ms);
  }

  /** @param {number} ms */
  refuse(ms) {
    this.#refusing = true;
    this.cut();
    setTimeout(() => (this.#refusing = false), ms);
  }

  close() {
    this.cut();
    this.#server.close();
  }
}
