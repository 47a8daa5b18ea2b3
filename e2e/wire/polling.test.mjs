// Polling clients have the same rules as WebSocket clients.

import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { Server } from '../server.mjs';
import { Device, hangUp, signIn } from './device.mjs';
import { test } from './test.mjs';

const POLLING = { transports: ['polling'] };

describe('over polling', () => {
  /** @type {Server} */ let server;

  before(async () => {
    server = await Server.start({ args: ['--max-connections-per-device', '3'] });
  });
  after(async () => {
    hangUp();
    await server?.dispose();
  });

  test('fault_f02_a_page_of_another_site_is_refused_over_polling_too', async () => {
    const { cookie } = await signIn(server, 'visits evil');
    for (const origin of ['https://evil.example', 'null']) {
      const page = new Device(server, {}, { ...POLLING, extraHeaders: { cookie, origin } });
      await assert.rejects(page.open(), { message: 'forbidden_origin' });
    }
    const own = new Device(server, {}, { ...POLLING, extraHeaders: { cookie, origin: server.url } });
    await own.open();
    // Another site's page can still send the request, but not read the answer.
    const answer = await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`, { headers: { cookie, origin: 'https://evil.example' } });
    assert.equal(answer.headers.get('access-control-allow-origin'), null);
  });

  test('fault_f02_the_connections_of_a_device_count_over_polling_too', async () => {
    const { token } = await signIn(server, 'many tabs');
    const tabs = [POLLING, { transports: ['websocket'] }, { transports: ['polling', 'websocket'] }];
    for (const options of tabs) await new Device(server, { token }, options).open();
    for (const options of [POLLING, { transports: ['websocket'] }]) {
      await assert.rejects(new Device(server, { token }, options).open(), { message: 'busy' });
    }
  });
});
