// Three nodes behind each proxy of `deploy/`: long-polling clients stay with their node, killing a node, reloading the proxy's file
// and draining lose no message, and everybody has the same log.

import assert from 'node:assert/strict';
import { after, describe } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, has } from '../cluster.mjs';
import { assertContiguous, Device, GENEROUS, hangUp, signIn, until } from '../wire/device.mjs';
import { test as bare } from '../wire/test.mjs';

const PEOPLE = 24;
const ROUNDS = 3;

/** @type {import('../cluster.mjs').Proxy[]} */
const PROXIES = ['nginx', 'haproxy', 'caddy'];

/** Long enough to see that people are back before the node has ended. */
const DRAIN = ['--drain-seconds', '10'];

/** Between two rounds while a node drains. */
const BREATH_MS = 250;

/** Between two attempts to send the same message. */
const RETRY_MS = 50;

/** How long it may take until every connection stays where it is. */
const SETTLE_MS = 60_000;

/** How much of the log a failed test shows. */
const LOG_LINES = 120;

for (const proxy of PROXIES) {
  describe(`three nodes behind ${proxy}`, { skip: has(proxy) ? false : `there is no ${proxy} on this machine` }, () => {
    /** @type {Cluster | undefined} */ let cluster;
    after(async () => {
      hangUp();
      await cluster?.dispose();
    });

    /**
     * A failure has the newest lines of the proxy and of the nodes.
     * @param {string} name
     * @param {() => Promise<void>} body
     */
    const test = (name, body) =>
      bare(name, async () => {
        try {
          await body();
        } catch (error) {
          const said = cluster?.log.split('\n').slice(-LOG_LINES).join('\n');
          throw new Error(`${error instanceof Error ? error.stack : error}\n${said}`);
        }
      });

    test(`half by polling, half by WebSocket, a node is killed, and nothing is lost: ${proxy}`, async () => {
      cluster = await Cluster.start({ proxy, args: [...GENEROUS, ...DRAIN] });
      const crowd = await Crowd.gather(cluster.url, proxy, 'Person');
      const { devices } = crowd;
      for (let round = 0; round < ROUNDS; round += 1) await crowd.say(`round ${round}`);
      for (const device of devices) device.disconnected = undefined;
      await cluster.command('kill 2');
      await crowd.insist('after the kill');
      const cut = devices.filter((device) => device.disconnected).length;
      assert.ok(cut > 0 && cut < PEOPLE, `${cut} of ${PEOPLE} were on the node that was killed`);
      await cluster.command('start 2');
      await crowd.hearAll('at the end');
      await crowd.assertSame();
      const transports = devices.map((device) => device.socket.io.engine.transport.name);
      assert.ok(transports.includes('polling') && transports.includes('websocket'));
      crowd.leave();
    });

    // Caddy has no admin address here; before version 2.7 a reload cuts every WebSocket.
    if (proxy !== 'caddy') {
      test(`the proxy reloads its file while people write, no WebSocket is cut, and nothing is lost: ${proxy}`, async () => {
        assert.ok(cluster, 'the first test starts the cluster');
        const crowd = await Crowd.gather(cluster.url, proxy, 'Visitor');
        await crowd.say('before the reload');
        for (const device of crowd.devices) device.disconnected = undefined;
        await cluster.command('reload');
        await crowd.insist('after the reload');
        await crowd.hearAll('at the end');
        const cut = crowd.webSockets.filter((device) => device.disconnected).length;
        assert.equal(cut, 0, `${cut} of ${crowd.webSockets.length} WebSockets were cut`);
        await crowd.assertSame();
        crowd.leave();
      });
    }

    test(`a node drains while people write, they go on on another one before it has ended, and nothing is lost: ${proxy}`, async () => {
      assert.ok(cluster, 'the first test starts the cluster');
      const crowd = await Crowd.gather(cluster.url, proxy, 'Guest');
      let ended = false;
      /** @type {Set<Device>} */
      const released = new Set();
      const early = new Set();
      for (const device of crowd.devices) {
        device.socket.on('session', ({ state }) => {
          if (state === 'open' && released.has(device) && !ended) early.add(device);
          if (state !== 'closing') return;
          released.add(device);
          // As the page does, in a browser, which shows the proxy's cookie to the next connection.
          keepCookies(device);
          device.socket.disconnect().connect();
        });
      }
      // Not the one that was killed: the proxy may not have taken it back yet.
      const stopping = cluster.command('stop 1').then(() => (ended = true));
      for (let round = 0; !ended; round += 1) {
        await crowd.insist(`while it drains, ${round}`);
        await delay(BREATH_MS);
      }
      await stopping;
      assert.ok(released.size > 0 && released.size < PEOPLE, `${released.size} of ${PEOPLE} were released`);
      // The last ones hardly have the time.
      assert.ok(early.size > 0 && early.size >= released.size - 2, `${early.size} of ${released.size} were back while it drained`);
      await cluster.command('start 1');
      await crowd.hearAll('at the end');
      await crowd.assertSame();
    });
  });
}

/** People on all nodes, and the messages that were acknowledged to them. */
class Crowd {
  /** @type {{ id: string, seq: number }[]} */
  #stored = [];

  /** @param {Device[]} devices */
  constructor(devices) {
    this.devices = devices;
  }

  /**
   * @param {string} url
   * @param {import('../cluster.mjs').Proxy} proxy
   * @param {string} name
   */
  static async gather(url, proxy, name) {
    const server = { url };
    const devices = [];
    for (let nth = 0; nth < PEOPLE; nth += 1) {
      const { token, cookie } = await signIn(server, `${name} ${nth}`);
      const device = new Device(server, { token }, options(nth % 2 ? 'polling' : 'websocket', { cookie, token, proxy }));
      // npm's client makes no further attempt by itself once a server has refused it, as one does that ends or is busy.
      device.socket.on('connect_error', async () => {
        await delay(RETRY_MS);
        if (!device.socket.active && !device.over) device.socket.connect();
      });
      devices.push(device);
    }
    for (const device of devices) device.socket.connect();
    for (const device of devices) await until(() => device.opened, 'the session opens');
    const crowd = new Crowd(devices);
    crowd.#stored = (await pulling(devices[0])).filter(isMessage);
    return crowd;
  }

  /**
   * Each says something, over the connection that it has.
   * @param {string} word
   */
  async say(word) {
    const acks = this.devices.map((device, nth) =>
      device.post(device.item(`${word} of ${nth}`)).catch((error) => {
        const by = device.socket.io.opts.transports;
        throw new Error(`${word} of ${nth}, by ${by}: ${error.message}; disconnected: ${device.disconnected}`);
      }),
    );
    for (const ack of await Promise.all(acks)) this.#stored.push(...ack);
  }

  /**
   * Each says something, over as many connections as it takes.
   * @param {string} text
   */
  async insist(text) {
    const acks = this.devices.map((device) => insisting(device, text));
    for (const ack of await Promise.all(acks)) this.#stored.push(...ack);
  }

  /**
   * Each says something until everybody hears the same one live. nginx sends polls back to the node that they came from: such a
   * device connects once more, and is sent nothing of what was said meanwhile, for it shows no cursors.
   * @param {string} text
   */
  async hearAll(text) {
    await until(
      async () => {
        await this.insist(text);
        const last = Math.max(...this.#stored.map(({ seq }) => seq));
        await delay(BREATH_MS);
        return this.devices.every(({ heard }) => heard.some(({ seq }) => seq === last));
      },
      'everybody hears the same one live',
      SETTLE_MS,
    );
  }

  /** Each acknowledged message is there once, and everybody has the same log. */
  async assertSame() {
    const [first, ...others] = this.devices;
    const log = await pulling(first);
    assertContiguous(log);
    const said = log.filter(isMessage).map(({ id, seq }) => `${seq} ${id}`);
    assert.deepEqual(said.sort(), this.#stored.map(({ id, seq }) => `${seq} ${id}`).sort(), 'each ack is true, and each message there once');
    for (const device of others) {
      assert.deepEqual(await pulling(device), log, 'everybody has the same log');
    }
  }

  get webSockets() {
    return this.devices.filter((device) => device.socket.io.opts.transports?.includes('websocket'));
  }

  leave() {
    for (const device of this.devices) device.close();
  }
}

/**
 * The whole log, over as many connections as it takes: nginx sends polls back to a node that has come back.
 * @param {Device} device
 */
async function pulling(device) {
  /** @type {import('../wire/device.mjs').Entry[]} */
  let log = [];
  const pulled = async () => {
    log = await device.pull();
    return true;
  };
  await until(() => pulled().catch(() => false), 'the whole log is read', SETTLE_MS);
  return log;
}

/** @param {import('../wire/device.mjs').Entry} entry */
function isMessage(entry) {
  return entry.body.kind === 'message';
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
 * The client's cookies last as long as its connection.
 * @param {Device} device
 */
function keepCookies(device) {
  const { io } = device.socket;
  /** @type {{ _cookieJar?: { cookies: Iterable<[string, { value: string }]> } }} */
  const { _cookieJar: jar } = /** @type {any} */ (io.engine);
  const cookies = [...(jar?.cookies ?? [])].map(([name, { value }]) => `${name}=${value}`);
  if (cookies.length > 0) io.opts.extraHeaders = { ...io.opts.extraHeaders, cookie: cookies.join('; ') };
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
    // A node that ends refuses at once.
    await delay(RETRY_MS);
  }
}
