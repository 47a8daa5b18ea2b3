// Puts messages into the tutorial's database while it runs, in one transaction.
//
//   node fill.mjs DATABASE MESSAGES

import Database from 'better-sqlite3';

const [filename, messages] = process.argv.slice(2);
const db = new Database(filename, { timeout: 30_000 });
const insert = db.prepare('insert into messages (content, client_offset) values (?, ?)');
db.transaction(() => {
  for (let nth = 1; nth <= Number(messages); nth += 1) {
    insert.run(`${String(nth).padStart(20, '0')} 000 the quick brown fox jumps over the lazy dog and back again, twice`, `fill-${nth}`);
  }
})();
db.close();
