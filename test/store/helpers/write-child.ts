// Moves one unit from account 1 to account 2 per transaction, `times` times; with `killAt` it kills itself between
// the two updates of that transaction. Prints the number of each committed transaction.
import { writeSync } from 'node:fs';
import { openStore } from '../../../engine/store/open.js';

const [path = '', times = '0', killAt = '0'] = process.argv.slice(2);
const store = openStore(path, 'state');
for (let i = 1; i <= Number(times); i += 1) {
  store.write(() => {
    // Reading first is what makes a transaction that is not immediate fail when another one commits in between.
    const [[amount] = []] = store.rows('select amount from account where account_id = 1');
    store.run('update account set amount = ? where account_id = 1', [Number(amount) - 1]);
    if (i === Number(killAt)) process.kill(process.pid, 'SIGKILL');
    store.run('update account set amount = amount + 1 where account_id = 2');
    store.bumpState();
  });
  if (killAt !== '0') writeSync(1, `${i}\n`);
}
store.close();
