// Measurements of a server under attack: the effect on other people, and the process' resources.

import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { uuid7 } from '../wire/device.mjs';

/** @typedef {import('../server.mjs').Server} Server */
/** @typedef {{ socket: import('socket.io-client').Socket, room: string }} Talker */

/** Milliseconds between two messages whose acks are timed. */
const EVERY_MS = 25;
/** How long an ack may take before it counts as lost. */
const LOST_MS = 30_000;

/**
 * A person with a session, identified as a browser is: by the cookie in the handshake.
 * @param {Server} server
 * @param {import('../wire/device.mjs').Account} account
 * @returns {Promise<Talker>}
 */
export async function talker(server, { token, cookie }) {
  const socket = io(server.url, { transports: ['websocket'], auth: { token }, extraHeaders: { cookie }, forceNew: true, reconnection: false });
  const opened = await new Promise((resolve, reject) => {
    socket.on('session', resolve);
    socket.once('connect_error', reject);
    setTimeout(() => reject(new Error('no session')), 10_000);
  });
  return { socket, room: opened.rooms[0].id };
}

/**
 * Milliseconds until each ack, of messages sent at a steady rate; sorted.
 * @param {Talker} talker
 * @param {() => boolean} goesOn
 */
export async function acks({ socket, room }, goesOn) {
  /** @type {number[]} */
  const took = [];
  const waiting = [];
  while (goesOn()) {
    const sent = performance.now();
    const item = { id: uuid7(), room, body: { kind: 'message', text: 'still here' } };
    const acked = socket.timeout(LOST_MS).emitWithAck('send', [item]);
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

/** The quantile `part` of the times. @param {number[]} sorted @param {number} part */
export function at(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Infinity;
}

/** Resident memory, in MiB. @param {number | undefined} pid */
export async function mib(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024;
}

/**
 * Seconds that a process has run on a processor, and seconds that its threads waited for one, which is the machine's share
 * in the delay.
 * @param {number | undefined} pid
 */
export async function processor(pid) {
  let [ran, waited] = [0, 0];
  for (const task of await readdir(`/proc/${pid}/task`)) {
    const stat = await readFile(`/proc/${pid}/task/${task}/schedstat`, 'utf8').catch(() => '0 0 0');
    const [running, waiting] = stat.split(' ').map(Number);
    ran += running / 1e9;
    waited += waiting / 1e9;
  }
  return { ran, waited };
}

/** Waits until a process is nearly idle: a server compresses its page first. @param {number | undefined} pid */
export async function calm(pid) {
  let { ran } = await processor(pid);
  for (let rounds = 0; rounds < 3; ) {
    await delay(500);
    const now = (await processor(pid)).ran;
    rounds = now - ran < 0.02 ? rounds + 1 : 0;
    ran = now;
  }
}

/** The number of processes that wanted a processor, over the last minute. */
export async function load() {
  return Number((await readFile('/proc/loadavg', 'utf8')).split(' ')[0]);
}

/** Whether this URL answers 200, over a connection of its own. @param {string} url */
export async function answers(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(5_000), headers: { connection: 'close' } }).catch(() => undefined);
  return answer?.status === 200;
}

/**
 * Signs in a new device of a person with their passphrase. Returns the milliseconds it took, or the status if it was
 * refused.
 * @param {Server} server
 * @param {string} nickname
 * @param {string} passphrase
 */
export async function signInAgain(server, nickname, passphrase) {
  const from = performance.now();
  const answer = await fetch(`${server.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', connection: 'close' },
    body: JSON.stringify({ nickname, passphrase }),
    signal: AbortSignal.timeout(20_000),
  }).catch(() => undefined);
  return answer?.status === 201 ? { ms: performance.now() - from } : { status: answer?.status ?? 0 };
}
