import type { RowCache } from '../store/row-cache.js';
import type { TickReader } from './decide.js';
import type { StageClock } from './stages.js';

/** Counts the time of every query to the stage `read`. */
export function timedReader(cache: RowCache, stages: StageClock): TickReader {
  const timed = <T>(read: () => T): T => {
    stages.lap('ground');
    const result = read();
    stages.lap('read');
    return result;
  };
  return {
    begin: () => timed(() => cache.begin()),
    rows: (sql, parameters) => timed(() => cache.rows(sql, parameters)),
  };
}
