// One attack, in a separate process, to disturb the measurements as little as possible.
//
//   node attack.mjs NAME PORT SECONDS [JSON]
//
// It attacks 127.0.0.1 only, from several of its addresses (127.0.0.x), bounded in number and in time. It prints one line of
// JSON with the result.

import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { connect as dial } from 'node:net';
import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

// A real attacker elsewhere would not use the server's processor.
setPriority(10);

const [name, port, seconds, more = '{}'] = process.argv.slice(2);
const until = Date.now() + Number(seconds) * 1_000;
const given = JSON.parse(more);
/** @type {Record<string, number>} */
const counts = {};
const count = (/** @type {string} */ what) => (counts[what] = (counts[what] ?? 0) + 1);
const HANDSHAKE = '/socket.io/?EIO=4&transport=polling';

/** A connection from 127.0.0.`from`. It may fail, and end, at any time. */
function connection(/** @type {number} */ from) {
  const socket = dial({ host: '127.0.0.1', port: Number(port), localAddress: `127.0.0.${from}` });
  socket.on('error', () => {});
  socket.once('connect', () => count('connections'));
  socket.once('close', () => count('ended'));
  return socket;
}

const agents = new Map();
/** One request; resolves with its status and text, or with 0 if there was no answer. */
function ask(/** @type {string} */ method, /** @type {string} */ path, /** @type {number} */ from, /** @type {unknown} */ body) {
  const agent = agents.get(from) ?? new http.Agent({ keepAlive: true, maxSockets: 50 });
  agents.set(from, agent);
  return new Promise((resolve) => {
    const headers = body ? { 'content-type': 'application/json' } : {};
    const options = { host: '127.0.0.1', port, localAddress: `127.0.0.${from}`, agent, method, path, headers };
    const request = http.request(options, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on('error', () => resolve({ status: 0, text }));
    });
    request.on('error', () => resolve({ status: 0, text: '' }));
    request.end(body ? JSON.stringify(body) : undefined);
  });
}

/** Runs this many at the same time, until the time is up or the maximum was made. */
async function flood(/** @type {number} */ lanes, /** @type {number} */ most, /** @type {(n: number) => Promise<void>} */ one) {
  let made = 0;
  const lane = async () => {
    while (Date.now() < until && made < most) await one(made++);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** @type {Record<string, () => Promise<void>>} */
const attacks = {
  /** Opens polling sessions that never connect. */
  handshakes: () =>
    flood(100, 50_000, async (n) => {
      const { status } = await ask('GET', HANDSHAKE, 2 + (n % 8), undefined);
      count(`status ${status}`);
    }),

  /** Sends requests with 360 KB of headers, and with as many as are accepted. */
  headers: () =>
    flood(100, 3_000, async (n) => {
      const socket = connection(2 + (n % 8));
      const bytes = n % 2 ? 360_000 : 15_000;
      socket.write(`GET ${HANDSHAKE} HTTP/1.1\r\nHost: localhost\r\nx-padding: ${'x'.repeat(bytes)}\r\n\r\n`);
      const status = await new Promise((resolve) => {
        socket.once('data', (data) => resolve(data.toString().slice(9, 12)));
        socket.once('close', () => resolve('none'));
      });
      count(`status ${status}`);
      socket.destroy();
    }),

  /** Opens connections that are silent, or drip their headers. */
  silent: async () => {
    /** @type {import('node:net').Socket[]} */
    const held = [];
    for (let n = 0; n < 4_000 && Date.now() < until; n += 1) {
      const socket = connection(2 + (n % 20));
      if (n % 2) socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n');
      held.push(socket);
      if (n % 40 === 0) await delay(10);
    }
    while (Date.now() < until) {
      for (const socket of held) if (socket.writable && Math.random() < 0.1) socket.write('x: y\r\n');
      await delay(500);
    }
  },

  /** Announces bodies and drips them, to the API and to sessions that have not connected. */
  bodies: async () => {
    /** @type {import('node:net').Socket[]} */
    const held = [];
    for (let n = 0; n < 2_000 && Date.now() < until; n += 1) {
      const from = 2 + (n % 20);
      let path = '/api/session';
      let length = 16_000;
      if (n % 2) {
        const { status, text } = await ask('GET', HANDSHAKE, from, undefined);
        count(`handshake ${status}`);
        if (status !== 200) continue;
        path = `${HANDSHAKE}&sid=${JSON.parse(text.slice(1)).sid}`;
        length = 95_000;
      }
      const socket = connection(from);
      const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
      socket.write(head + 'x'.repeat(length - 100));
      held.push(socket);
    }
    while (Date.now() < until) {
      for (const socket of held) if (socket.writable && Math.random() < 0.02) socket.write('x');
      await delay(500);
    }
  },

  /** Takes nicknames as fast as possible. */
  'sign-ups': () =>
    flood(60, 20_000, async (n) => {
      const { status } = await ask('POST', '/api/session', 2 + (n % 20), { nickname: `s${randomBytes(6).toString('hex')}` });
      count(`status ${status}`);
    }),

  /** Takes nicknames with passphrases, which have to be hashed. */
  hashing: () =>
    flood(60, 20_000, async (n) => {
      const asked = { nickname: `h${randomBytes(6).toString('hex')}`, passphrase: 'correct horse battery' };
      const { status } = await ask('POST', '/api/session', 2 + (n % 20), asked);
      count(`status ${status}`);
    }),

  /** A few accounts, each with as many connections as it gets. */
  slots: async () => {
    for (const [who, token] of given.tokens.entries()) {
      for (let n = 0; n < 80; n += 1) {
        chat(2 + who, token);
        await delay(2);
      }
    }
    while (Date.now() < until) await delay(200);
  },

  /** Messages of a megabyte that never end, from a few accounts with many connections. */
  unfinished: async () => {
    for (const [who, token] of given.tokens.entries()) {
      for (let n = 0; n < 40 && Date.now() < until; n += 1) {
        chat(2 + who, token, (socket) => {
          const head = Buffer.from([0x81, 0xff, 0, 0, 0, 0, 0, 0x0f, 0x42, 0x40, 0, 0, 0, 0]);
          socket.write(Buffer.concat([head, Buffer.alloc(990_000, '4')]));
          count('unfinished');
        });
        await delay(20);
      }
    }
    while (Date.now() < until) await delay(200);
  },
};

/** A chat WebSocket of a signed-in person; `then` runs once it has connected. */
function chat(
  /** @type {number} */ from,
  /** @type {string} */ token,
  /** @type {(socket: import('node:net').Socket) => void} */ then = () => {},
) {
  const socket = connection(from);
  const key = randomBytes(16).toString('base64');
  socket.write(
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n` +
      `Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  socket.once('data', () => socket.write(frame(`40${JSON.stringify({ token })}`)));
  socket.on('data', (data) => {
    const text = data.toString('latin1');
    if (text.includes('40{')) {
      count('connected');
      then(socket);
    }
    if (text.includes('44{')) count('refused');
  });
}

/** A text frame in a client's form. */
function frame(/** @type {string} */ text) {
  const payload = Buffer.from(text);
  const long = payload.length > 125;
  const head = Buffer.from(long ? [0x81, 0xfe, payload.length >> 8, payload.length & 0xff] : [0x81, 0x80 | payload.length]);
  // A mask of zeros does not change the payload.
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

await attacks[name]();
console.log(JSON.stringify(counts));
process.exit(0);
