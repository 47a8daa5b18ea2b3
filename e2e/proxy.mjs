// A proxy between a client and its server that treats WebSockets like a bad proxy; ordinary requests always pass. Loopback
// only. As a program: node proxy.mjs <port of the server>; prints `port <n>` when it listens. Each line of its standard
// input is a mode, or `drop`, and is echoed on the standard output once it is done.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request as ask } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * How a WebSocket is treated: it passes; its upgrade is answered 400, reset, or never answered; it is accepted but carries
 * nothing; it ends after the server's first packet; all data is held back until there are {@link HELD_BYTES} of it.
 * @typedef {'open' | 'refused' | 'reset' | 'unanswered' | 'silent' | 'broken' | 'buffered'} Mode
 */

/** @type {Mode[]} The modes in which no WebSocket works. */
export const BAD_MODES = ['refused', 'reset', 'unanswered', 'silent', 'broken', 'buffered'];

/** How many bytes the proxy gathers before it passes them on. */
const HELD_BYTES = 64 * 1024;

const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export class Proxy {
  /** @type {Mode} What becomes of WebSockets that are opened from here on. */
  mode = 'open';
  /** WebSockets requested, whatever happened to them. */
  upgrades = 0;
  /** Requests of long-polling. */
  polls = 0;
  /** Whether the server is asked for under the proxy's own name, as the browser asked for it; or else under the server's. */
  keepsHost = true;
  /** Milliseconds that a request takes to the server. One whose sender is gone by then is lost. */
  latency = 0;
  url = '';
  /** @type {Set<import('node:stream').Duplex>} */
  #sockets = new Set();
  #server = createServer((request, response) => this.#pass(request, response));

  /** @param {number} target The server's port. */
  constructor(target) {
    this.target = target;
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /**
   * Starts a proxy on a free port; resolves when it listens.
   * @param {number} target The server's port.
   */
  static async start(target) {
    const proxy = new Proxy(target);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    const address = proxy.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    proxy.url = `http://127.0.0.1:${address.port}`;
    return proxy;
  }

  get #targetHost() {
    return `127.0.0.1:${this.target}`;
  }

  /** Ends every WebSocket. */
  drop() {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close() {
    this.drop();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  #pass(request, response) {
    if (request.url?.includes('transport=polling')) this.polls += 1;
    if (this.latency === 0) this.#forward(request, response);
    else setTimeout(() => response.destroyed || this.#forward(request, response), this.latency);
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  #forward(request, response) {
    const { method, url: path } = request;
    const headers = { ...request.headers, ...(this.keepsHost ? {} : { host: this.#targetHost }) };
    // A connection that is kept for the next request may end just as that is sent.
    const passed = ask({ host: '127.0.0.1', port: this.target, method, path, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:stream').Duplex} socket
   * @param {Buffer} head
   */
  #upgrade(request, socket, head) {
    this.upgrades += 1;
    this.#keep(socket);
    switch (this.mode) {
      case 'refused':
        socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      case 'reset':
        /** @type {import('node:net').Socket} */ (socket).resetAndDestroy();
        return;
      case 'unanswered':
        socket.resume();
        return;
      case 'silent':
        socket.write(accepted(request));
        socket.resume();
        return;
      case 'broken':
        this.#connect(request, socket, head, (server) => endAfterPacket(server, socket));
        return;
      case 'buffered':
        this.#connect(request, socket, head, (server) => holdBack(server, socket));
        return;
      case 'open':
        this.#connect(request, socket, head, (server) => {
          server.pipe(socket);
          socket.pipe(server);
        });
    }
  }

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:stream').Duplex} socket
   * @param {Buffer} head
   * @param {(server: import('node:net').Socket) => void} carry
   */
  #connect(request, socket, head, carry) {
    const server = connect(this.target, '127.0.0.1');
    this.#keep(server);
    server.on('close', () => socket.destroy());
    socket.on('close', () => server.destroy());
    let asked = `GET ${request.url} HTTP/1.1\r\n`;
    for (let at = 0; at < request.rawHeaders.length; at += 2) {
      const name = request.rawHeaders[at] ?? '';
      const isReplaced = !this.keepsHost && name.toLowerCase() === 'host';
      asked += `${name}: ${isReplaced ? this.#targetHost : request.rawHeaders[at + 1]}\r\n`;
    }
    server.write(`${asked}\r\n`);
    server.write(head);
    carry(server);
  }

  /** @param {import('node:stream').Duplex} socket */
  #keep(socket) {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

/** @param {import('node:http').IncomingMessage} request */
function accepted(request) {
  const key = createHash('sha1').update(request.headers['sec-websocket-key'] + ACCEPT_SUFFIX).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${key}\r\n\r\n`;
}

/**
 * Lets the answer to the upgrade pass; `then` gets all data after it, each time more arrives.
 * @param {import('node:net').Socket} server
 * @param {import('node:stream').Duplex} socket
 * @param {(packets: Buffer) => void} then
 */
function afterHead(server, socket, then) {
  let seen = Buffer.alloc(0);
  let body = -1;
  server.on('data', (chunk) => {
    seen = Buffer.concat([seen, chunk]);
    if (body < 0) {
      const end = seen.indexOf('\r\n\r\n');
      if (end < 0) return;
      body = end + 4;
      socket.write(seen.subarray(0, body));
    }
    then(seen.subarray(body));
  });
}

/**
 * @param {import('node:net').Socket} server
 * @param {import('node:stream').Duplex} socket
 */
function endAfterPacket(server, socket) {
  socket.pipe(server);
  afterHead(server, socket, (packets) => {
    const length = frameLength(packets);
    if (length === undefined || packets.length < length) return;
    server.removeAllListeners('data');
    socket.end(packets.subarray(0, length));
    server.destroy();
  });
}

/**
 * The length of the first frame, including its head; `undefined` as long as it is unknown. Servers do not mask.
 * @param {Buffer} frames
 */
function frameLength(frames) {
  if (frames.length < 2) return undefined;
  const short = frames[1] & 0x7f;
  if (short < 126) return 2 + short;
  if (short === 126) return frames.length < 4 ? undefined : 4 + frames.readUInt16BE(2);
  return frames.length < 10 ? undefined : 10 + Number(frames.readBigUInt64BE(2));
}

/**
 * @param {import('node:net').Socket} server
 * @param {import('node:stream').Duplex} socket
 */
function holdBack(server, socket) {
  let passed = 0;
  afterHead(server, socket, (packets) => {
    if (packets.length - passed < HELD_BYTES) return;
    socket.write(packets.subarray(passed));
    passed = packets.length;
  });
  /** @type {Buffer[]} */
  let held = [];
  socket.on('data', (chunk) => {
    held.push(chunk);
    if (held.reduce((bytes, piece) => bytes + piece.length, 0) < HELD_BYTES) return;
    server.write(Buffer.concat(held));
    held = [];
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const proxy = await Proxy.start(Number(process.argv[2]));
  console.log(`port ${new URL(proxy.url).port}`);
  // A test that dies takes its proxy with it.
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'drop') proxy.drop();
    else proxy.mode = /** @type {Mode} */ (line);
    console.log(line);
  }
  process.exit(0);
}
