// A server process that can be killed and started again on the same port and the same file.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

const START_MS = 20_000;

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Host {
  /** @type {import('node:child_process').ChildProcess | undefined} */ #child;
  #command;
  port;

  /**
   * @param {(port: number) => [string, string[]]} command
   * @param {number} port
   */
  constructor(command, port) {
    this.#command = command;
    this.port = port;
  }

  /** @param {(port: number) => [string, string[]]} command */
  static async start(command) {
    const host = new Host(command, await freePort());
    await host.start();
    return host;
  }

  async start() {
    const [program, args] = this.#command(this.port);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
    running.add(child);
    child.once('exit', () => running.delete(child));
    this.#child = child;
    let said = '';
    await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${program} does not listen:\n${said}`)), START_MS);
      const read = (/** @type {Buffer} */ chunk) => {
        if (said.length < 10_000) said += chunk;
        if (/listening on http/.test(said)) {
          clearTimeout(timer);
          resolve(undefined);
        }
      };
      child.stdout?.on('data', read);
      child.stderr?.on('data', read);
      child.once('exit', (code, signal) => reject(new Error(`${program} ended (${code ?? signal}):\n${said}`)));
      child.once('error', reject);
    });
  }

  /** kill -9 */
  async kill() {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}
