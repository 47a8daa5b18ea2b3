// A connection without a client library: packets written by hand, reading that can be stopped.

import { WebSocket } from 'ws';
import { keep, until } from './device.mjs';

export class Raw {
  /** @type {string[]} */ received = [];
  closed = false;

  /** @param {{ url: string }} server */
  constructor(server) {
    keep(this);
    this.ws = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    });
    this.ws.on('message', (data, isBinary) => {
      const packet = isBinary ? '<binary>' : data.toString();
      if (packet === '2') this.ws.send('3');
      else this.received.push(packet);
    });
    this.ws.on('close', () => (this.closed = true));
    this.ws.on('error', () => (this.closed = true));
  }

  /**
   * Waits for Engine.IO's OPEN, then sends CONNECT and waits for the session.
   * @param {object} auth
   */
  async open(auth) {
    await this.hello();
    this.ws.send(`40${JSON.stringify(auth)}`);
    await this.receives('42["session"');
    return this;
  }

  /** Waits for Engine.IO's OPEN. */
  async hello() {
    await this.receives('0');
    return this;
  }

  /**
   * Waits for a packet with this beginning; resolves with the rest of it.
   * @param {string} prefix
   */
  async receives(prefix) {
    const packet = await until(() => {
      const found = this.received.find((packet) => packet.startsWith(prefix));
      if (!found && this.closed) throw new Error(`closed before ${prefix} came`);
      return found;
    }, `${prefix} comes`);
    return packet.slice(prefix.length);
  }

  /** @param {string | Buffer} packet */
  send(packet) {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(packet);
  }

  /** Stops reading: the kernel's buffers fill, then the server's. */
  stall() {
    this.ws.pause();
  }

  resume() {
    this.ws.resume();
  }

  close() {
    this.ws.terminate();
  }
}
