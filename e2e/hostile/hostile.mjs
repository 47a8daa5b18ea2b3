// Attacks a server and measures the effect on other people.
//
//   STEADFAST_BIN=target/release/steadfast [ROUNDS=3] node e2e/hostile/hostile.mjs [ATTACK…]
//
// Two people chat during the whole run. Each round has three phases: the same attack on another server of the machine (the
// cost of the machine alone), quiet, and the attack. Each phase measures the time to the ack. The attack phase also measures
// the server's memory before, at its peak and a minute later; whether health checks were answered; whether a person with a
// session could connect; how long a sign-in with a passphrase took; and the outcome for the attacker. The limits apply to
// the median round, by the ack's p99.

import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Server } from '../server.mjs';
import { signIn } from '../wire/device.mjs';
import { acks, answers, at, calm, load, mib, processor, signInAgain, talker } from './measure.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const ATTACKS = ['handshakes', 'headers', 'silent', 'bodies', 'sign-ups', 'hashing', 'slots', 'unfinished'];
const ROUNDS = Number(process.env.ROUNDS ?? 1);

const QUIET_MS = 5_000;
const ATTACK_SECONDS = 15;
const BESIDE_SECONDS = 8;
/** The limits. Hashing keeps 38 MiB for good. */
const MORE_MIB = 150;
const KEPT_MIB = 50;
const BACK_WITHIN_MS = 60_000;
const ACK_FACTOR = 2;
const ACK_MORE_MS = 10;
const PASSPHRASE = 'correct horse battery';

/**
 * @typedef {Awaited<ReturnType<typeof round>>} Round
 * @typedef {Record<string, number>} Outcome What became of an attacker.
 */

/** A server, and the tokens of a few accounts on it. */
async function victim() {
  const server = await Server.start({ args: ['--sign-ins-per-minute', '600', '--message-burst', '100000', '--messages-per-second', '10000'] });
  await calm(server.pid);
  const tokens = [];
  for (let n = 0; n < 4; n += 1) tokens.push((await signIn(server, `few ${n}`)).token);
  return { server, tokens };
}

/**
 * Attacks in a separate process; resolves once it is over.
 * @param {string} name
 * @param {Awaited<ReturnType<typeof victim>>} target
 * @param {number} seconds
 * @returns {Promise<Outcome>}
 */
async function attack(name, { server, tokens }, seconds) {
  const script = [join(HERE, 'attack.mjs'), name, String(server.port), String(seconds), JSON.stringify({ tokens })];
  const { stdout } = await promisify(execFile)('node', script, { maxBuffer: 1 << 20 });
  return JSON.parse(stdout);
}

/** Acks while something else happens. @template T @param {import('./measure.mjs').Talker} mina @param {Promise<T>} meanwhile */
async function acksDuring(mina, meanwhile) {
  let over = false;
  const ended = meanwhile.finally(() => (over = true));
  const took = await acks(mina, () => !over);
  return /** @type {const} */ ([took, await ended]);
}

/** @param {string} name */
async function beside(name, /** @type {import('./measure.mjs').Talker} */ mina) {
  const other = await victim();
  try {
    const [took] = await acksDuring(mina, attack(name, other, BESIDE_SECONDS));
    return took;
  } finally {
    await other.server.dispose();
  }
}

/** @param {string} name */
async function round(name) {
  const target = await victim();
  const { server } = target;
  try {
    const mina = await talker(server, await signIn(server, 'Mina'));
    const known = await signIn(server, 'Jun');
    const jun = await talker(server, known);
    await signInAgain(server, 'Ada', PASSPHRASE);
    await signInAgain(server, 'Ada', PASSPHRASE);
    await acks(mina, once(1_000));
    const machine = await beside(name, mina);
    await delay(1_000);
    const quiet = await acks(mina, once(QUIET_MS));
    const before = await mib(server.pid);
    const cpu = await processor(server.pid);

    let over = false;
    let most = before;
    let alive = true;
    const watch = async () => {
      while (!over) {
        most = Math.max(most, await mib(server.pid));
        alive &&= await answers(`${server.url}/healthz`);
        await delay(250);
      }
    };
    const comeIn = async () => {
      await delay((ATTACK_SECONDS * 1_000) / 3);
      const letIn = await talker(server, known).then(
        (one) => Boolean(one.socket.close()),
        () => false,
      );
      return { letIn, again: await signInAgain(server, 'Ada', PASSPHRASE) };
    };
    const attacking = attack(name, target, ATTACK_SECONDS).finally(() => (over = true));
    const [[during, attacker], { letIn, again }] = await Promise.all([acksDuring(mina, attacking), comeIn(), watch()]);
    const spent = await processor(server.pid);
    const loaded = await load();

    const from = Date.now();
    let left = await mib(server.pid);
    while (left > before + KEPT_MIB && Date.now() - from < BACK_WITHIN_MS) {
      await delay(500);
      left = await mib(server.pid);
    }
    const back = (Date.now() - from) / 1_000;
    for (const { socket } of [mina, jun]) socket.close();
    const bar = at(quiet, 0.99) * ACK_FACTOR + ACK_MORE_MS;
    const machineToo = at(machine, 0.99) > bar ? ' (the machine alone too)' : '';
    const failed = [
      at(during, 0.99) > bar && `ack p99 above ${bar.toFixed(0)} ms${machineToo}`,
      most - before > MORE_MIB && `more than ${MORE_MIB} MiB`,
      left > before + KEPT_MIB && 'memory not given back',
      !alive && 'health not answered',
      !letIn && 'somebody known not let in',
      !again.ms && `a passphrase refused: ${again.status}`,
    ].filter(Boolean);
    const took = { ran: spent.ran - cpu.ran, waited: spent.waited - cpu.waited };
    return { machine, quiet, during, before, most, left, back, took, again, attacker, loaded, failed };
  } finally {
    await server.dispose();
  }
}

/** Returns true until this many milliseconds have passed. */
function once(/** @type {number} */ ms) {
  const end = Date.now() + ms;
  return () => Date.now() < end;
}

/** The median round, by how much slower acks were than in quiet. @param {Round[]} rounds */
function middle(rounds) {
  const slower = (/** @type {Round} */ { during, quiet }) => at(during, 0.99) - at(quiet, 0.99) * ACK_FACTOR;
  return rounds.toSorted((a, b) => slower(a) - slower(b))[Math.floor((rounds.length - 1) / 2)];
}

const asked = process.argv.slice(2);
const HEAD = [
  'attack',
  'ack p50 / p99 quiet, ms',
  'machine alone',
  'during',
  'RSS, MiB',
  'server CPU / waited, s',
  'passphrase, ms',
  'what became of it',
  'load',
  '',
];
const print = (/** @type {string[]} */ cells) => console.log(`| ${cells.join(' | ')} |`);
const pair = (/** @type {number[]} */ took) => `${at(took, 0.5).toFixed(1)} / ${at(took, 0.99).toFixed(1)}`;
print(HEAD);
print(HEAD.map(() => '---'));

/** @param {string} name @param {Round} row */
function tell(name, row) {
  print([
    name,
    pair(row.quiet),
    pair(row.machine),
    pair(row.during),
    `${row.before.toFixed(0)} → ${row.most.toFixed(0)} → ${row.left.toFixed(0)} (${row.back.toFixed(0)} s)`,
    `${row.took.ran.toFixed(1)} / ${row.took.waited.toFixed(1)}`,
    row.again.ms ? row.again.ms.toFixed(0) : `${row.again.status}`,
    Object.entries(row.attacker)
      .map(([what, n]) => `${what}: ${n}`)
      .join(', '),
    row.loaded.toFixed(1),
    row.failed.length ? row.failed.join('; ') : 'passed',
  ]);
}

let [passed, failed] = [0, 0];
for (const name of asked.length ? asked : ATTACKS) {
  const rounds = [];
  for (let n = 0; n < ROUNDS; n += 1) {
    const one = await round(name);
    rounds.push(one);
    if (ROUNDS > 1) tell(`${name} ${n + 1}`, one);
  }
  const row = middle(rounds);
  if (ROUNDS === 1) tell(name, row);
  if (row.failed.length) failed += 1;
  else passed += 1;
}
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed ? 1 : 0);
