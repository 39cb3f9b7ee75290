import { must } from '../../base/assert.js';
import type { Controller, Rows } from '../../loop/controller.js';
import { fillCurrent, random, roundRobin } from './baselines.js';
import { commit } from './commit.js';
import { RACK_EVENTS } from './decode.js';
import { receive } from './receive.js';
import { defer, readmit, waiting } from './waiting.js';

const base = 'policies/rack/base';

/** The DiNOS* scheduler of a disaggregated rack (thesis 6.5): cores and memory slices of hosts to processes. */
export const rack: Controller = {
  name: 'rack',
  tables: ['request'],
  events: RACK_EVENTS,
  schedulers: {
    DCMcap: { kind: 'policies', paths: [base] },
    DCMloc: { kind: 'policies', paths: [base, 'policies/rack/extra/locality.sql'] },
    DCMfew: { kind: 'policies', paths: [base, 'policies/rack/extra/few_hosts.sql'] },
    FillCurrent: fillCurrent,
    Random: random,
    RoundRobin: roundRobin,
  },
  defaultScheduler: 'DCMcap',
  // n = 3 ms, m = 1 (thesis 6.5).
  trigger: { kind: 'batch', delayUs: 3000, requests: 1 },
  receive,
  waiting,
  defer,
  readmit,
  commit,
  metrics,
  comparison: {
    figures: [
      { metric: 'colocated_share', title: 'co-located share', unit: null, best: 'most' },
      { metric: 'hosts_per_process', title: 'hosts per process', unit: null, best: 'least' },
      { metric: 'placed', title: 'placed', unit: null, best: 'most' },
      { metric: 'refused', title: 'refused', unit: null, best: 'least' },
      { metric: 'waiting', title: 'waiting', unit: null, best: 'least' },
    ],
    charts: [],
  },
};

/** `placed`, `refused` and `waiting` count requests; the others are means, null where there is nothing to mean. */
function metrics(rows: Rows): Readonly<Record<string, number | null>> {
  const record = must(rows.get('select * from rack_metrics'), 'the row of rack_metrics');
  return Object.fromEntries(
    Object.entries(record).map(([name, value]) => [name, value === null ? null : Number(value)]),
  );
}
