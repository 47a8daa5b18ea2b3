// The chat as the Socket.IO tutorial leaves it, on one of two databases: `sqlite3`, as in its text, or `better-sqlite3` with a
// write-ahead log, as a developer who makes it faster would do.
//
//   node tutorial.mjs PORT[,PORT…] DATABASE sqlite3|better-sqlite3
//
// With several ports it is the tutorial's last step: a worker process for each, and the cluster adapter between them.
// The tutorial knows no rooms. A client that names some in its handshake is in them, and in them alone, the way Socket.IO's own pages
// on rooms do it; of a room's history nothing is kept apart.

import cluster from 'node:cluster';
import { createServer } from 'node:http';
import { createAdapter, setupPrimary } from '@socket.io/cluster-adapter';
import { Server } from 'socket.io';

const [ports, filename, driver] = process.argv.slice(2);
const many = ports.includes(',');
const port = cluster.isWorker ? process.env.PORT : ports;
const TABLE = `create table if not exists messages (
  id integer primary key autoincrement,
  client_offset text unique,
  content text
)`;

/** @returns {Promise<{ insert(content: string, offset: string): Promise<number>, each(after: number, tell: (content: string, id: number) => void): Promise<void> }>} */
async function open() {
  if (driver === 'better-sqlite3') {
    const { default: Database } = await import('better-sqlite3');
    const db = new Database(filename);
    db.pragma('journal_mode = WAL');
    // An ack means that the row is on the disk, as it does with sqlite3's own default.
    db.pragma('synchronous = FULL');
    db.exec(TABLE);
    const insert = db.prepare('insert into messages (content, client_offset) values (?, ?)');
    const after = db.prepare('select id, content from messages where id > ?');
    return {
      async insert(content, offset) {
        return Number(insert.run(content, offset).lastInsertRowid);
      },
      async each(id, tell) {
        for (const row of after.iterate(id)) tell(row.content, row.id);
      },
    };
  }
  const [{ open }, { default: sqlite3 }] = await Promise.all([import('sqlite'), import('sqlite3')]);
  const db = await open({ filename, driver: sqlite3.Database });
  await db.exec(TABLE);
  return {
    async insert(content, offset) {
      return (await db.run('insert into messages (content, client_offset) values (?, ?)', content, offset)).lastID;
    },
    async each(id, tell) {
      await db.each('select id, content from messages where id > ?', [id], (_error, row) => tell(row.content, row.id));
    },
  };
}

async function serve() {
  const messages = await open();
  const server = createServer();
  const io = new Server(server, { connectionStateRecovery: {}, ...(many && { adapter: createAdapter() }) });

  io.on('connection', async (socket) => {
    const { rooms = [] } = socket.handshake.auth;
    socket.join(rooms);

    socket.on('chat message', async (content, offset, ...rest) => {
      const acknowledge = rest.pop();
      let id;
      try {
        id = await messages.insert(content, offset);
      } catch (error) {
        // The offset is there already: this is a retry. Anything else is left to the client's next try.
        if (error.errno === 19 || error.code === 'SQLITE_CONSTRAINT_UNIQUE') acknowledge();
        return;
      }
      (rest.length > 0 ? io.to(rest[0]) : io).emit('chat message', content, id);
      acknowledge();
    });

    if (!socket.recovered && rooms.length === 0) {
      await messages
        .each(socket.handshake.auth.serverOffset || 0, (content, id) => socket.emit('chat message', content, id))
        .catch(() => {});
    }
  });

  server.listen(Number(port), '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`));
}

if (many && cluster.isPrimary) {
  // The table is there before two workers make it.
  await open();
  for (const each of ports.split(',')) cluster.fork({ PORT: each });
  setupPrimary();
} else {
  await serve();
}
