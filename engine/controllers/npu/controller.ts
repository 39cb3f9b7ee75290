import { must } from '../../base/assert.js';
import type { Controller, Rows } from '../../loop/controller.js';
import { commit } from './commit.js';
import { QUICK, THOROUGH } from './place/place.js';
import { NPU_EVENTS, receive } from './receive.js';
import { ownSearch } from './scheduler.js';
import { defer, waiting } from './waiting.js';

const base = 'policies/npu/base';

/** Tiles for the parts of designs of NPUs (IRON, thesis 7). */
export const npu: Controller = {
  name: 'npu',
  tables: ['placeable', 'object_fifo', 'endpoint', 'mem_buffer'],
  events: NPU_EVENTS,
  schedulers: {
    Exact: ownSearch('half_perimeter', THOROUGH),
    ExactHops: ownSearch('hops', THOROUGH),
    Compact: ownSearch('half_perimeter', QUICK, 'columns'),
    Quick: ownSearch('half_perimeter', QUICK),
    Policies: { kind: 'policies', paths: [base] },
  },
  defaultScheduler: 'Exact',
  checks: [base],
  trigger: { kind: 'batch', delayUs: 0, requests: 1 },
  receive,
  waiting,
  defer,
  readmit: () => undefined,
  commit,
  metrics,
};

/** Counts of designs by what became of them, tiles used, and the wires of what is placed. */
function metrics(rows: Rows): Readonly<Record<string, number | null>> {
  const record = must(rows.get('select * from npu_metrics'), 'the row of npu_metrics');
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, value === null ? null : Number(value)]),
  );
}
