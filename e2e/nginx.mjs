// nginx in front of the server, configured with the blocks in docs/OPERATING.md.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MANUAL = join(dirname(fileURLToPath(import.meta.url)), '../docs/OPERATING.md');
const START_MS = 10_000;

/** Whether this machine has nginx. */
export const HAS_NGINX = !spawnSync('nginx', ['-v']).error;

/** The manual's configurations: at the root of a host, and below a path. */
export async function manual() {
  const text = await readFile(MANUAL, 'utf8');
  const [atRoot, belowPath] = [...text.matchAll(/```nginx\n(.*?)```/gs)].map(([, block]) => block);
  return { atRoot, belowPath };
}

/** A free port of this machine. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  return port;
}

export class Nginx {
  /** @type {import('node:child_process').ChildProcess} */ #process;
  /** @type {string} */ #folder;
  /** @type {string} */ url;

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {string} folder
   * @param {number} port
   */
  constructor(child, folder, port) {
    this.#process = child;
    this.#folder = folder;
    this.url = `http://127.0.0.1:${port}`;
  }

  /**
   * Listens on a port of this machine and forwards to the server on another one.
   * @param {string} block What stands in `server { … }`.
   * @param {{ port: number, upstream: number }} ports
   */
  static async start(block, { port, upstream }) {
    const folder = await mkdtemp(join(tmpdir(), 'steadfast-nginx-'));
    const locations = block.replaceAll('127.0.0.1:3000', `127.0.0.1:${upstream}`);
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`);
    await writeFile(
      join(folder, 'nginx.conf'),
      `${user}
       daemon off; pid ${folder}/pid; error_log stderr warn;
       events {}
       http { access_log off; ${temporary.join(' ')} server { listen 127.0.0.1:${port}; ${locations} } }`,
    );
    const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr?.on('data', (chunk) => (said += chunk));
    process.once('exit', () => child.kill('SIGTERM'));
    const proxy = new Nginx(child, folder, port);
    for (const until = Date.now() + START_MS; !(await listens(port)); await delay(20)) {
      if (child.exitCode === null && Date.now() < until) continue;
      await proxy.stop();
      throw new Error(`nginx does not start: ${said}`);
    }
    return proxy;
  }

  async stop() {
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM');
      await once(this.#process, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** @param {number} port */
async function listens(port) {
  const socket = connect(port, '127.0.0.1');
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}
