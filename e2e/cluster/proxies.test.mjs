// Three nodes behind each proxy of `deploy/`: long-polling clients stay with their node, killing a node loses no message,
// and everybody has the same log.

import assert from 'node:assert/strict';
import { after, describe } from 'node:test';
import { Cluster, has } from '../cluster.mjs';
import { assertContiguous, Device, GENEROUS, hangUp, signIn, until } from '../wire/device.mjs';
import { test } from '../wire/test.mjs';

const PEOPLE = 24;
const ROUNDS = 3;

/** @type {import('../cluster.mjs').Proxy[]} */
const PROXIES = ['nginx', 'haproxy', 'caddy'];

for (const proxy of PROXIES) {
  describe(`three nodes behind ${proxy}`, { skip: has(proxy) ? false : `there is no ${proxy} on this machine` }, () => {
    /** @type {Cluster | undefined} */ let cluster;
    after(async () => {
      hangUp();
      await cluster?.dispose();
    });

    test(`half by polling, half by WebSocket, a node is killed, and nothing is lost: ${proxy}`, async () => {
      cluster = await Cluster.start({ proxy, args: GENEROUS });
      const server = { url: cluster.url };
      /** @type {Device[]} */
      const devices = [];
      for (let nth = 0; nth < PEOPLE; nth += 1) {
        const { token, cookie } = await signIn(server, `Person ${nth}`);
        devices.push(new Device(server, { token }, options(nth % 2 ? 'polling' : 'websocket', { cookie, token, proxy })));
      }
      for (const device of devices) device.socket.connect();
      for (const device of devices) await until(() => device.opened, 'the session opens');

      /** @type {{ id: string, seq: number }[]} */
      const stored = [];
      const say = async (/** @type {string} */ word) => {
        const acks = devices.map((device, nth) => device.post(device.item(`${word} of ${nth}`)));
        for (const ack of await Promise.all(acks)) stored.push(...ack);
      };
      for (let round = 0; round < ROUNDS; round += 1) await say(`round ${round}`);
      for (const device of devices) device.disconnected = undefined;
      await cluster.command('kill 2');
      await Promise.all(devices.map((device) => insisting(device, 'after the kill').then((ack) => stored.push(...ack))));
      const cut = devices.filter((device) => device.disconnected).length;
      assert.ok(cut > 0 && cut < PEOPLE, `${cut} of ${PEOPLE} were on the node that was killed`);
      await cluster.command('start 2');
      await say('at the end');

      const last = Math.max(...stored.map(({ seq }) => seq));
      const [first, ...others] = devices;
      const log = await first.pull();
      assertContiguous(log);
      const said = log.filter((entry) => entry.body.kind === 'message').map(({ id, seq }) => `${seq} ${id}`);
      assert.deepEqual(said.sort(), stored.map(({ id, seq }) => `${seq} ${id}`).sort(), 'each ack is true, and each message there once');
      for (const device of others) {
        assert.deepEqual(await device.pull(), log, 'everybody has the same log');
        await until(() => device.heard.some(({ seq }) => seq === last), 'the last one is heard live');
      }
      const transports = devices.map((device) => device.socket.io.engine.transport.name);
      assert.ok(transports.includes('polling') && transports.includes('websocket'));
    });
  });
}

/**
 * A client that keeps the proxy's cookie as a browser does. nginx needs only the session's.
 * @param {string} transport
 * @param {{ cookie: string, token: string, proxy: string }} session
 */
function options(transport, { cookie, proxy }) {
  return { transports: [transport], withCredentials: true, extraHeaders: proxy === 'nginx' ? { cookie } : {} };
}

/**
 * Sends one message until it is acknowledged, over as many connections as it takes.
 * @param {Device} device
 * @param {string} text
 */
async function insisting(device, text) {
  const item = device.item(text);
  for (;;) {
    try {
      const reply = await device.socket.timeout(5_000).emitWithAck('send', [item]);
      const [sent] = reply.ok ?? [];
      if (sent && !sent.error) return [sent];
    } catch {
      // No answer: try again, with the same id.
    }
  }
}
