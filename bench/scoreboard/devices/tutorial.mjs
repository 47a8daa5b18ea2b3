// A page of the tutorial's chat: the official client with the tutorial's options and handlers.

import { io } from 'socket.io-client';

export class TutorialDevice {
  /** The lines of the page's list, oldest first. @type {string[]} */ shown = [];
  /** The messages whose ack came. @type {Set<string>} */ acknowledged = new Set();
  /** What the page holds and has had no ack for. @type {Set<string>} */ waiting = new Set();
  #url;
  #counter = 0;
  #socket;

  /** @param {string} url */
  constructor(url) {
    this.#url = url;
    this.#open();
  }

  #open() {
    const socket = io(this.#url, { auth: { serverOffset: 0 }, ackTimeout: 10_000, retries: 3, forceNew: true });
    socket.on('chat message', (message, serverOffset) => {
      if (socket !== this.#socket) return;
      this.shown.push(message);
      socket.auth.serverOffset = serverOffset;
    });
    this.#socket = socket;
  }

  /** @param {string} message */
  send(message) {
    const socket = this.#socket;
    const clientOffset = `${socket.id}-${this.#counter++}`;
    this.waiting.add(message);
    socket.emit('chat message', message, clientOffset, (/** @type {unknown} */ error) => {
      if (socket !== this.#socket) return;
      // After its retries the client gives a message up, and the page does not say so.
      this.waiting.delete(message);
      if (!error) this.acknowledged.add(message);
    });
  }

  disconnect() {
    this.#socket.disconnect();
  }

  connect() {
    this.#socket.connect();
  }

  /** The page is loaded anew: nothing was kept but what the server tells. */
  refresh() {
    this.#socket.disconnect();
    this.shown = [];
    this.waiting.clear();
    this.#counter = 0;
    this.#open();
  }

  close() {
    this.#socket.disconnect();
  }
}
