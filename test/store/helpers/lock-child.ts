// Writes to the database named first and commits only after 400 ms; says `locked` in between.
import { writeSync } from 'node:fs';
import Database from 'better-sqlite3';

const [path = ''] = process.argv.slice(2);
const database = new Database(path);
database.exec('begin immediate; create table held (a)');
writeSync(1, 'locked');
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 400);
database.exec('commit');
database.close();
