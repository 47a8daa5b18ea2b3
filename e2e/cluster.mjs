// Several nodes of the real `steadfast` on a real Postgres behind a real proxy: runs `cargo xtask cluster` and sends it
// commands on standard input. Used by the proxy tests (node:test) and by the page tests (Playwright).

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BINARY } from './server.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
const XTASK = resolve(process.env.STEADFAST_XTASK ?? join(HERE, '../target/debug/xtask'));

/** How long the cluster may take to start, and to carry out a command: debug builds on a busy machine. */
const START_MS = 90_000;
const COMMAND_MS = 60_000;

/** @typedef {'nginx' | 'haproxy' | 'caddy'} Proxy */

/**
 * Whether this machine has a proxy.
 * @param {Proxy} proxy
 */
export function has(proxy) {
  const path = `${process.env.PATH}:/usr/sbin`;
  return !spawnSync(proxy, [proxy === 'caddy' ? 'version' : '-v'], { env: { ...process.env, PATH: path } }).error;
}

/**
 * @typedef {object} ClusterOptions
 * @property {number} [nodes] Three where absent.
 * @property {'none' | 'postgres' | 'redis'} [adapter] What carries hints; `postgres` where absent.
 * @property {Proxy} [proxy] `nginx` where absent.
 * @property {string[]} [args] Further arguments for every node.
 */

export class Cluster {
  /** @type {import('node:child_process').ChildProcess} */ #process;
  /** Commands that wait for their answer. @type {{ done: () => void, failed: (error: Error) => void }[]} */
  #waiting = [];
  /** The proxy's address. */
  url = '';
  /** The nodes' own addresses, by number from 1. @type {Record<number, string>} */
  nodes = {};
  /** The database's address. */
  database = '';
  /** The output of all parts. */
  log = '';

  /** @param {import('node:child_process').ChildProcess} child */
  constructor(child) {
    this.#process = child;
  }

  /**
   * Starts everything; resolves when the proxy listens.
   * @param {ClusterOptions} [options]
   */
  static async start({ nodes = 3, adapter = 'postgres', proxy = 'nginx', args = [] } = {}) {
    const told = ['--nodes', `${nodes}`, '--adapter', adapter, '--proxy', proxy, '--port', '0', '--binary', BINARY];
    // Long enough for a page to reload, short enough to wait for.
    const env = { ...process.env, NO_COLOR: '1', STEADFAST_PRESENCE_GRACE_MS: '2000' };
    const child = spawn(XTASK, ['cluster', ...told, '--', ...args], { stdio: ['pipe', 'pipe', 'pipe'], env });
    const cluster = new Cluster(child);
    child.stderr?.on('data', (chunk) => (cluster.log += chunk));
    const ready = new Promise((done) => {
      createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdout) }).on('line', (line) => {
        cluster.log += `${line}\n`;
        cluster.#read(line);
        if (line.startsWith('proxy:')) done(undefined);
      });
    });
    const ended = once(child, 'exit').then(() => {
      const error = new Error(`the cluster ended:\n${cluster.log}`);
      for (const { failed } of cluster.#waiting.splice(0)) failed(error);
      throw error;
    });
    ended.catch(() => {});
    try {
      await Promise.race([ready, ended, late(START_MS, () => cluster.log)]);
    } catch (error) {
      await cluster.dispose();
      throw error;
    }
    return cluster;
  }

  /** @param {string} line */
  #read(line) {
    const part = /^(node (\d)|postgres|proxy): ([^\s,]+)/.exec(line);
    if (part?.[2]) this.nodes[Number(part[2])] = part[3];
    else if (part?.[1] === 'postgres') this.database = part[3];
    else if (part) this.url = part[3];
    if (line.startsWith('ok: ')) this.#waiting.shift()?.done();
    else if (line.startsWith('error: ')) this.#waiting.shift()?.failed(new Error(line));
  }

  /**
   * Runs a command that a person may type, such as `kill 2` or `postgres restart`; resolves once it is done.
   * @param {string} line
   */
  async command(line) {
    const answered = new Promise((done, failed) => this.#waiting.push({ done: () => done(undefined), failed }));
    this.#process.stdin?.write(`${line}\n`);
    await Promise.race([answered, late(COMMAND_MS, () => `${line}\n${this.log}`)]);
  }

  /** The code of the link that makes the first owner. */
  get ownerCode() {
    return this.log.match(/\/owner#([\w-]+)/g)?.at(-1)?.slice('/owner#'.length) ?? '';
  }

  /** Ends everything; nothing stays on the disk. */
  async dispose() {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.stdin?.end();
    await ended;
  }
}

/**
 * @param {number} ms
 * @param {() => string} log
 * @returns {Promise<never>}
 */
function late(ms, log) {
  return new Promise((_, failed) => {
    setTimeout(() => failed(new Error(`not done within ${ms} ms:\n${log()}`)), ms).unref();
  });
}
