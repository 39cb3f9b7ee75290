import { monotonicClock } from '../engine/base/clock.js';
import { ticksOfSize } from './tick-size.js';

// One size of the tick bench: NAME FOLDER smoke|whole. Sends its rows to the process that started it.
const [name = '', folder = '', kind] = process.argv.slice(2);
const rows = await ticksOfSize(name, folder, {
  clock: monotonicClock,
  smoke: kind === 'smoke',
  note: (text) => void process.stderr.write(`  tick: ${text}\n`),
});
process.send?.(rows);
process.disconnect();
