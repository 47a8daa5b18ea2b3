// The real `steadfast` binary on a temporary database: fill, start, stop, kill -9, start again on the same file and port, wipe.
// Used by the wire tests (node:test) and by the page tests (Playwright).

import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));

/** The program under test. */
export const BINARY = resolve(process.env.STEADFAST_BIN ?? join(HERE, '../target/debug/steadfast'));

/** The program that writes long histories. */
export const FILL = join(dirname(BINARY), 'examples/fill');

/** How long the binary may take to report that it listens: a debug build on a busy machine. */
const START_MS = 20_000;

/** How long a SIGTERM may take to end the process. */
const STOP_MS = 15_000;

// An interrupted test run leaves no server behind.
/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * @typedef {object} ServerOptions
 * @property {string} [database] The database file; a new one in a temporary folder where absent.
 * @property {string[]} [args] Further arguments, such as `--allowed-origin`.
 * @property {Record<string, string>} [env] Further environment.
 * @property {string[]} [fill] Before the first start, `fill` writes a history with these arguments, such as `--messages`.
 */

/** @typedef {{ room: string, messages: number, head: number, seconds: number }} Filled What `fill` has written. */

/** The server, one process at a time, always on the same port and the same database file. */
export class Server {
  /** @type {string} */ database;
  /** @type {string} */ #folder;
  /** @type {string[]} */ #args;
  /** @type {Record<string, string>} */ #env;
  /** @type {import('node:child_process').ChildProcess | undefined} */ #process;
  /** @type {Promise<{ code: number | null, signal: NodeJS.Signals | null }> | undefined} */ #exit;
  /** The address that the first process printed; later ones take the same port. */
  url = '';
  /** @type {Filled | undefined} What was written before the first start, where that was asked for. */ filled;
  /** The output of all processes, stdout and stderr. */
  log = '';

  /**
   * @param {string} folder
   * @param {ServerOptions} options
   */
  constructor(folder, options) {
    this.#folder = folder;
    this.database = options.database ?? join(folder, 'steadfast.db');
    this.#args = options.args ?? [];
    // Long enough for a page to reload, short enough to wait for.
    this.#env = { STEADFAST_PRESENCE_GRACE_MS: '2000', ...options.env };
  }

  /**
   * Starts a server on a free port; resolves when it listens.
   * @param {ServerOptions} [options]
   * @returns {Promise<Server>}
   */
  static async start(options = {}) {
    const server = new Server(await mkdtemp(join(tmpdir(), 'steadfast-')), options);
    try {
      if (options.fill) server.filled = await fill(server.database, options.fill);
      await server.launch();
    } catch (error) {
      await server.dispose();
      throw error;
    }
    return server;
  }

  /** The port it listens on; 0 before the first start. */
  get port() {
    return this.url === '' ? 0 : Number(new URL(this.url).port);
  }

  /** The process id, while a process runs. */
  get pid() {
    return this.#process?.pid;
  }

  get running() {
    return this.#process !== undefined;
  }

  /** Starts the process on its former port and database; resolves when it listens. */
  async launch() {
    if (this.#process) throw new Error('the server is already running');
    const { child, exit } = spawnBinary(
      ['--listen', `127.0.0.1:${this.port}`, '--database', this.database, ...this.#args],
      this.#env,
    );
    this.#process = child;
    this.#exit = exit.finally(() => {
      if (this.#process === child) this.#process = undefined;
    });
    const from = this.log.length;
    let timer;
    const listening = new Promise((resolveUrl) => {
      /** @param {Buffer} chunk */
      const read = (chunk) => {
        this.log += chunk.toString();
        const said = /listening on (http:\/\/[^\s"\u001b]+)/.exec(this.log.slice(from));
        if (said) resolveUrl(said[1]);
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
    });
    const failed = this.#exit.then(({ code, signal }) => {
      throw new Error(`the server ended before it listened (${code ?? signal}):\n${this.log.slice(from)}`);
    });
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`not listening after ${START_MS} ms:\n${this.log.slice(from)}`)), START_MS);
    });
    try {
      const said = await Promise.race([listening, failed, late]);
      this.url = `http://127.0.0.1:${new URL(said).port}`;
    } finally {
      clearTimeout(timer);
      failed.catch(() => {});
    }
  }

  /** The code of the newest owner link that the server printed; empty if the server has an owner. */
  get ownerCode() {
    return this.log.match(/\/owner#([\w-]+)/g)?.at(-1)?.slice('/owner#'.length) ?? '';
  }

  /**
   * Signs up the first owner, with the printed link.
   * @param {string} nickname
   * @returns {Promise<{ me: { id: string, name: string }, epoch: string, token: string, cookie: string, role: string, owner: boolean }>}
   */
  async owner(nickname) {
    const answer = await fetch(`${this.url}/api/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ nickname, with_token: true, owner_code: this.ownerCode }),
    });
    if (answer.status !== 201) throw new Error(`no owner: ${answer.status} ${await answer.text()}`);
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    return { ...(await answer.json()), cookie };
  }

  /**
   * Makes a signed-in person the first owner.
   * @param {{ token?: string, cookie?: string }} session
   */
  async claim(session) {
    /** @type {Record<string, string>} */
    const by = session.token ? { authorization: `Bearer ${session.token}` } : { cookie: session.cookie ?? '' };
    const answer = await fetch(`${this.url}/api/owner`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...by },
      body: JSON.stringify({ code: this.ownerCode }),
    });
    if (answer.status !== 200) throw new Error(`no owner: ${answer.status} ${await answer.text()}`);
  }

  /**
   * Runs `steadfast admin` beside the server. Returns its output.
   * @param {...string} args
   */
  async admin(...args) {
    const { stdout } = await promisify(execFile)(BINARY, ['admin', ...args, '--database', this.database]);
    return stdout.trim();
  }

  /** Ends the process with SIGTERM, and fails unless it exits with 0. */
  async stop() {
    const { code, signal } = await this.terminate();
    if (code !== 0) throw new Error(`SIGTERM ended the server with ${code ?? signal}:\n${this.log}`);
  }

  /** Sends SIGTERM; resolves with the exit status. */
  async terminate() {
    return this.#end('SIGTERM');
  }

  /** kill -9: no clean shutdown. */
  async kill() {
    await this.#end('SIGKILL');
  }

  /** @param {NodeJS.Signals} signal */
  async #end(signal) {
    const child = this.#process;
    if (!child || !this.#exit) throw new Error('the server is not running');
    child.kill(signal);
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`${signal} did not end the server within ${STOP_MS} ms:\n${this.log}`));
      }, STOP_MS);
    });
    try {
      return await Promise.race([this.#exit, /** @type {Promise<never>} */ (late)]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** kill -9, then a new process on the same file and port. */
  async crashAndRestart() {
    await this.kill();
    await this.launch();
  }

  /** Deletes the database of a stopped server: the next start creates another one, with another epoch. */
  async wipe() {
    if (this.#process) throw new Error('stop the server before wiping its database');
    for (const suffix of ['', '-wal', '-shm', '-journal', '.lock']) {
      await rm(this.database + suffix, { force: true });
    }
  }

  /** Ends the process in any way it can, and deletes its folder. */
  async dispose() {
    if (this.#process) await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/**
 * Writes a long history into a database that no server uses; `fill --help` lists the options. Built by `cargo build
 * --package steadfast-server --example fill`.
 * @param {string} database
 * @param {string[]} args
 * @returns {Promise<Filled>}
 */
export async function fill(database, args) {
  const { stdout } = await promisify(execFile)(FILL, ['--database', database, ...args]);
  return JSON.parse(stdout);
}

/**
 * Runs the binary to its end, for starts that are expected to fail.
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null, output: string }>}
 */
export async function runToEnd(args) {
  const { child, exit } = spawnBinary(args, {});
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  child.stderr?.on('data', (chunk) => (output += chunk));
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  const ended = await exit;
  clearTimeout(timer);
  return { ...ended, output };
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
function spawnBinary(args, env) {
  const child = spawn(BINARY, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1', ...env },
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  // `close` comes after the last output, so that a failure can quote all of it.
  const exit = Promise.race([
    once(child, 'close').then(([code, signal]) => ({ code, signal })),
    once(child, 'error').then(([error]) => {
      throw new Error(`cannot run ${BINARY}: ${error.message}`);
    }),
  ]);
  return { child, exit };
}
