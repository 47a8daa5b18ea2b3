// Lets strangers loose on a server and measures what others notice of it.
//
//   STEADFAST_BIN=target/release/steadfast node e2e/hostile/hostile.mjs [ATTACK…]
//
// Two people talk all the while. For each attack: their time to the ack before and during it, the server's memory before,
// at its highest and a minute after, whether health was answered, whether somebody known could connect, and what became
// of the attacker.

import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { io } from 'socket.io-client';
import { Server } from '../server.mjs';
import { signIn, uuid7 } from '../wire/device.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const ATTACKS = ['handshakes', 'headers', 'silent', 'bodies', 'sign-ups', 'hashing', 'slots'];

const QUIET_MS = 5_000;
const ATTACK_SECONDS = 15;
const EVERY_MS = 25;
/** The bars. What hashing keeps for good is 38 MiB. */
const MORE_MIB = 150;
const KEPT_MIB = 50;
const BACK_WITHIN_MS = 60_000;
const ACK_FACTOR = 2;
const ACK_MORE_MS = 10;

/** @typedef {{ socket: import('socket.io-client').Socket, room: string }} Talker */

/**
 * Somebody who is known, as a browser is: by the cookie in the handshake.
 * @param {Server} server
 * @param {import('../wire/device.mjs').Account} account
 * @returns {Promise<Talker>}
 */
async function talker(server, { token, cookie }) {
  const socket = io(server.url, { transports: ['websocket'], auth: { token }, extraHeaders: { cookie }, forceNew: true, reconnection: false });
  const opened = await new Promise((resolve, reject) => {
    socket.on('session', resolve);
    socket.once('connect_error', reject);
    setTimeout(() => reject(new Error('no session')), 10_000);
  });
  return { socket, room: opened.rooms[0].id };
}

/** Milliseconds until each ack, of messages sent at an even pace. @param {Talker} talker @param {() => boolean} goesOn */
async function acks({ socket, room }, goesOn) {
  /** @type {number[]} */
  const took = [];
  const waiting = [];
  while (goesOn()) {
    const sent = performance.now();
    const item = { id: uuid7(), room, body: { kind: 'message', text: 'still here' } };
    const acked = socket.timeout(30_000).emitWithAck('send', [item]);
    waiting.push(
      acked.then(
        (answer) => took.push(answer.ok ? performance.now() - sent : Infinity),
        () => took.push(Infinity),
      ),
    );
    await delay(EVERY_MS);
  }
  await Promise.all(waiting);
  return took.sort((a, b) => a - b);
}

const at = (/** @type {number[]} */ sorted, /** @type {number} */ part) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Infinity;

async function mib(/** @type {number | undefined} */ pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

async function answers(/** @type {string} */ url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000), headers: { connection: 'close' } }).catch(() => undefined);
  return answer?.status === 200;
}

async function probe(/** @type {string} */ name) {
  const server = await Server.start({ args: ['--sign-ins-per-minute', '600', '--message-burst', '100000', '--messages-per-second', '10000'] });
  try {
    const owner = await signIn(server, 'Mina');
    const known = await signIn(server, 'Jun');
    const accounts = [];
    for (let n = 0; n < 4; n += 1) accounts.push((await signIn(server, `few ${n}`)).token);
    const mina = await talker(server, owner);
    const jun = await talker(server, known);
    await acks(mina, once(1_000));
    const quiet = await acks(mina, once(QUIET_MS));
    const before = await mib(server.pid);

    const script = [join(HERE, 'attack.mjs'), name, String(server.port), String(ATTACK_SECONDS), JSON.stringify({ tokens: accounts })];
    let over = false;
    const attacking = promisify(execFile)('node', script, { maxBuffer: 1 << 20 }).finally(() => (over = true));
    let most = before;
    let alive = true;
    const watching = (async () => {
      while (!over) {
        most = Math.max(most, await mib(server.pid));
        alive &&= await answers(`${server.url}/healthz`);
        await delay(500);
      }
    })();
    const during = acks(mina, () => !over);
    await delay((ATTACK_SECONDS * 1_000) / 2);
    const letIn = await talker(server, known).then(
      (one) => Boolean(one.socket.close()),
      () => false,
    );
    const attacker = JSON.parse((await attacking).stdout);
    const noticed = await during;
    await watching;
    const from = Date.now();
    let left = await mib(server.pid);
    while (left > before + KEPT_MIB && Date.now() - from < BACK_WITHIN_MS) {
      await delay(1_000);
      left = await mib(server.pid);
    }
    const back = (Date.now() - from) / 1_000;
    for (const { socket } of [mina, jun]) socket.close();
    const bar = at(quiet, 0.99) * ACK_FACTOR + ACK_MORE_MS;
    const failed = [
      at(noticed, 0.99) > bar && `ack p99 above ${bar.toFixed(0)} ms`,
      most - before > MORE_MIB && `more than ${MORE_MIB} MiB`,
      left > before + KEPT_MIB && 'memory not given back',
      !alive && 'health not answered',
      !letIn && 'somebody known not let in',
    ].filter(Boolean);
    return { name, quiet, noticed, before, most, left, back, attacker, failed };
  } finally {
    await server.dispose();
  }
}

/** True until so many milliseconds have passed. */
function once(/** @type {number} */ ms) {
  const end = Date.now() + ms;
  return () => Date.now() < end;
}

const asked = process.argv.slice(2);
const HEAD = ['attack', 'ack p50 / p99 quiet, ms', 'during, ms', 'RSS, MiB', 'what became of it', ''];
const print = (/** @type {string[]} */ cells) => console.log(`| ${cells.join(' | ')} |`);
print(HEAD);
print(HEAD.map(() => '---'));
let [passed, failed] = [0, 0];
for (const name of asked.length ? asked : ATTACKS) {
  const row = await probe(name);
  print([
    row.name,
    `${at(row.quiet, 0.5).toFixed(1)} / ${at(row.quiet, 0.99).toFixed(1)}`,
    `${at(row.noticed, 0.5).toFixed(1)} / ${at(row.noticed, 0.99).toFixed(1)}`,
    `${row.before.toFixed(0)} → ${row.most.toFixed(0)} → ${row.left.toFixed(0)} (${row.back.toFixed(0)} s)`,
    Object.entries(row.attacker)
      .map(([what, n]) => `${what}: ${n}`)
      .join(', '),
    row.failed.length ? row.failed.join('; ') : 'passed',
  ]);
  if (row.failed.length) failed += 1;
  else passed += 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
