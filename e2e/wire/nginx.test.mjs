// Behind a real nginx, configured as docs/OPERATING.md says: WebSocket, polling, and each client's own address.

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { after, describe } from 'node:test';
import { freePort, HAS_NGINX, manual, Nginx } from '../nginx.mjs';
import { Server } from '../server.mjs';
import { Device, hangUp, until } from './device.mjs';
import { test } from './test.mjs';

const TRANSPORTS = [['websocket'], ['polling'], ['polling', 'websocket']];

/**
 * Signs up through the proxy, from an address of this machine.
 * @param {string} url
 * @param {string} nickname
 * @param {string} from
 * @returns {Promise<{ status: number | undefined, cookie: string, token: string }>}
 */
function signUp(url, nickname, from) {
  const { hostname, port, pathname, origin } = new URL(`${url}/api/session`);
  // A client's claim about its own address is not trusted.
  const headers = { origin, 'content-type': 'application/json', 'x-forwarded-for': '203.0.113.9' };
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path: pathname, method: 'POST', localAddress: from, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += chunk));
      answer.on('end', () => {
        const cookie = answer.headers['set-cookie']?.[0] ?? '';
        resolve({ status: answer.statusCode, cookie, token: JSON.parse(text).token });
      });
    });
    asked.on('error', reject);
    asked.end(JSON.stringify({ nickname, with_token: true }));
  });
}

describe('behind nginx', { skip: HAS_NGINX ? false : 'there is no nginx on this machine' }, () => {
  /** @type {{ dispose(): Promise<void> }[]} */
  const started = [];
  after(async () => {
    hangUp();
    for (const one of started.reverse()) await one.dispose();
  });

  for (const path of ['', '/chat']) {
    test(`fault_f31_behind_nginx_everything_works_and_everybody_is_themselves ${path || '/'}`, async () => {
      const port = await freePort();
      const origin = `http://127.0.0.1:${port}`;
      const base = path ? ['--base-path', path] : [];
      const server = await Server.start({ args: [...base, '--public-url', origin, '--trusted-proxy', '127.0.0.1'] });
      started.push(server);
      const { atRoot, belowPath } = await manual();
      const nginx = await Nginx.start(path ? belowPath : atRoot, { port, upstream: server.port });
      started.push({ dispose: () => nginx.stop() });
      const url = `${origin}${path}`;

      const { status, cookie, token } = await signUp(url, 'Mina', '127.0.0.5');
      assert.equal(status, 201);
      assert.match(cookie, path ? /Path=\/chat;/ : /Path=\/;/);
      // The log is written a little later.
      const signIn = await until(async () => JSON.parse(await server.admin('sign-ins', 'Mina', '--json'))[0], 'the sign-in is listed');
      assert.equal(signIn.address, '127.0.0.5');

      for (const transports of TRANSPORTS) {
        const device = new Device({ url: origin }, { token }, { transports, path: `${path}/socket.io/`, extraHeaders: { origin } });
        await device.open();
        const [{ seq }] = await device.post(device.item(`by ${transports.join(' and ')}`));
        await until(() => device.heard.some((entry) => entry.seq === seq), 'it comes back live');
        const by = transports.at(-1);
        await until(() => device.socket.io.engine.transport.name === by, `it goes on by ${by}`);
        // A large body, which nginx buffers in a file.
        const stored = await device.post(...Array.from({ length: 8 }, () => device.item('x'.repeat(16_000))));
        assert.equal(stored.length, 8);
        device.socket.close();
      }
      if (!path) return;
      const slash = await fetch(`${origin}/chat`, { redirect: 'manual' });
      assert.equal(slash.status, 308);
      assert.equal((await fetch(`${origin}/chat/healthz`)).status, 200);
      assert.equal((await fetch(`${origin}/api/session`)).status, 404);
    });
  }
});
