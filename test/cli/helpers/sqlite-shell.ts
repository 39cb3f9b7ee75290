// Stands in for the `sqlite3` program in the commands of the documentation: DATABASE STATEMENTS.
import Database from 'better-sqlite3';

const [path = '', statements = ''] = process.argv.slice(2);
new Database(path).exec(statements).close();
