// The chat as the Socket.IO tutorial leaves it: a table with a unique client offset, an ack after the insert, a broadcast with the
// row's number, connection state recovery, and the rows after the client's offset where recovery did not work.
// One process: the tutorial's last step only adds more of them.
//
//   node server.mjs PORT DATABASE

import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { open } from 'sqlite';
import sqlite3 from 'sqlite3';

const [port, filename] = process.argv.slice(2);
const db = await open({ filename, driver: sqlite3.Database });
await db.exec(`create table if not exists messages (
  id integer primary key autoincrement,
  client_offset text unique,
  content text
)`);

const server = createServer();
const io = new Server(server, { connectionStateRecovery: {} });

io.on('connection', async (socket) => {
  socket.on('chat message', async (message, clientOffset, callback) => {
    let result;
    try {
      result = await db.run('insert into messages (content, client_offset) values (?, ?)', message, clientOffset);
    } catch (error) {
      // 19: the offset is there already, so this is a retry. Anything else is left to the client's next try.
      if (error.errno === 19) callback();
      return;
    }
    io.emit('chat message', message, result.lastID);
    callback();
  });

  if (!socket.recovered) {
    await db
      .each('select id, content from messages where id > ?', [socket.handshake.auth.serverOffset || 0], (_error, row) => {
        socket.emit('chat message', row.content, row.id);
      })
      .catch(() => {});
  }
});

server.listen(Number(port), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
