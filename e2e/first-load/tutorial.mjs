// The chat of Socket.IO's tutorial: its page, and a server that keeps its messages in memory.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Server } from 'socket.io';

/** Starts it, without messages. */
export async function tutorial() {
  const html = readFileSync(new URL('./tutorial.html', import.meta.url));
  const server = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
  const io = new Server(server);
  /** @type {string[]} */
  const said = [];
  io.on('connection', (socket) => {
    socket.on('chat message', (text, _offset, acknowledge) => {
      said.push(text);
      io.emit('chat message', text, said.length);
      acknowledge?.();
    });
    said.slice(socket.handshake.auth.serverOffset ?? 0).forEach((text, index) => socket.emit('chat message', text, index + 1));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${address.port}`, close: () => io.close() };
}
