/**
 * What Earshot's trigger is measured against: Express 5 with express.json(), and the same with one synchronous SQLite
 * commit per request. Runs as a process of its own: `subjects.ts bare` or `subjects.ts commit <file>`.
 */
import express from 'express';
import { openSqlite } from '../../server/db/embedded/sqlite.ts';

const [kind = 'bare', file = ''] = process.argv.slice(2);
const app = express();
app.use(express.json({ limit: '1mb' }));

if (kind === 'bare') {
  app.post('/hook', (_req, res) => void res.status(202).json({ run: 'run_0', status: 'queued' }));
} else {
  const db = openSqlite(file);
  db.exec('PRAGMA journal_mode=WAL');
  db.exec('PRAGMA synchronous=FULL');
  db.exec('CREATE TABLE runs (id INTEGER PRIMARY KEY, status TEXT, body TEXT)');
  db.exec('CREATE INDEX by_status ON runs (status, id)');
  const insert = db.prepare('INSERT INTO runs (status, body) VALUES (?, ?)');
  app.post('/hook', (req, res) => {
    insert.run(['queued', JSON.stringify(req.body)]);
    res.status(202).json({ run: 'run_0', status: 'queued' });
  });
}

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 });
});
