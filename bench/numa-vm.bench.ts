import { join } from 'node:path';
import type { SqlRecord } from '../engine/base/sql-value.js';
import { openNumaVm } from '../engine/importers/numa-vm.js';
import type { LoopEvent } from '../engine/loop/controller.js';
import { createSolver } from '../engine/loop/create-solver.js';
import { openLoop } from '../engine/loop/open-loop.js';
import { replay } from '../engine/replay/replay.js';
import { readTrace } from '../engine/replay/trace.js';
import type { SolveLimits } from '../engine/solve/solver.js';
import { packagePath, readText } from '../engine/store/files.js';
import { openStore } from '../engine/store/open.js';
import { readSolveRuns } from '../engine/store/solve-run.js';
import type { Bench, BenchContext, Row, Table } from './bench.js';
import { cpuNowMs, percentile } from './measure.js';
import { GREEDY_RULES, readVmInput, runGreedy } from './numa-vm-greedy.js';
import { withRatio } from './ratio.js';

/** VMs on two-NUMA hosts: the policies of policies/numa_vm beside one-by-one rules in plain code. */
export const numaVmBench: Bench = {
  name: 'numa-vm',
  async run(context) {
    const { what, events } = dataOf(context);
    const { row, stages } = await policyRow('policies', events, [POLICIES], UNLIMITED, context);
    const onePass = await policyRow(
      'policies, all VMs in one pass',
      inOnePass(events),
      ALL_SLOTS.map((name) => `${POLICIES}/${name}.sql`),
      { ...UNLIMITED, timeMs: context.smoke ? 1000 : ONE_PASS_MS },
      context,
    );
    const greedy = greedyRows(events, context);
    const bestFit = greedy.find(({ scheduler }) => String(scheduler).startsWith('best fit'));
    const rows = withRatio([row, onePass.row, ...greedy], 'placed_of_best_fit', 'placed', () => bestFit);
    const title = `${what}. large_left: VMs of 32 cores and 64 GiB over two nodes that still fit`;
    return [{ name: 'numa_vm', title, rows }, stages];
  },
};

/** The public data set where EDICT_DATA says where it is, else the small trace that ships. */
function dataOf({ smoke, note }: BenchContext): { what: string; events: readonly LoopEvent[] } {
  const data = process.env['EDICT_DATA'];
  if (data !== undefined && !smoke) {
    const events = [...openNumaVm(join(data, 'numa-topology-vm-placement')).events];
    return { what: 'Public VM requests (C1): 4,998 VMs in batches of 50 on 1,710 hosts', events };
  }
  note('the small trace; EDICT_DATA=FOLDER measures the public data set');
  const { records } = readTrace(packagePath('fixtures', 'traces', 'numa_vm', 'small.jsonl'));
  return { what: 'Generated VM requests: 150 VMs in batches of 15 on 24 hosts', events: records };
}

const POLICIES = packagePath('policies', 'numa_vm');
const UNLIMITED: SolveLimits = { timeMs: null, work: null, seed: 1 };
/** Without `candidates`: every slot of every host is looked at. */
const ALL_SLOTS = ['affinity', 'anti_affinity', 'capacity', 'fault_domain', 'placed', 'shape'];
/** Wall milliseconds for the solve of all VMs together. */
const ONE_PASS_MS = 5_000;

/** The same requests, decided together at the end. */
function inOnePass(events: readonly LoopEvent[]): LoopEvent[] {
  const last = events.findLastIndex(({ type }) => type === 'solve');
  return events.filter(({ type }, at) => type !== 'solve' || at === last);
}

async function policyRow(
  scheduler: string,
  events: readonly LoopEvent[],
  policies: readonly string[],
  limits: SolveLimits,
  { clock, note }: BenchContext,
): Promise<{ row: Row; stages: Table }> {
  note(scheduler);
  const solver = createSolver();
  const store = openStore(':memory:', 'state');
  try {
    store.write(() => store.script(readText(packagePath('schema', 'packs', 'numa_vm.sql'))));
    const { loop } = openLoop(store, { controller: null, policies, solve: solver.solve, clock, limits });
    const started = clock.nowMs();
    const startedCpu = cpuNowMs();
    await replay(events, loop, { untilUs: null });
    const wallMs = clock.nowMs() - started;
    const cpuMs = cpuNowMs() - startedCpu;
    const figures = store.record('select * from metrics') ?? {};
    const lost = store.record('select coalesce(sum(cores), 0) as cores from vm where current_slot = 0') ?? {};
    const vms = Number(figures['placed']) + Number(figures['refused']);
    const row = {
      scheduler,
      placed: Number(figures['placed']),
      refused: Number(figures['refused']),
      refused_cores: Number(lost['cores']),
      core_utilisation_share: Number(figures['core_utilisation']),
      large_left: Number(figures['large_vms_left']),
      wall_ms: wallMs,
      // None where the time ended before any answer.
      ms_per_vm: vms === 0 ? null : wallMs / vms,
      vms_per_s: (1000 * vms) / wallMs,
      cpu_ms: cpuMs,
    };
    const runs = readSolveRuns(store);
    const stage = (name: string, us: readonly number[]): Row => ({
      stage: name,
      ticks: us.length,
      p50_ms: percentile(us, 50) / 1000,
      p99_ms: percentile(us, 99) / 1000,
      sum_ms: us.reduce((sum, one) => sum + one, 0) / 1000,
    });
    const rows = [
      stage(
        'ground',
        runs.map((run) => run.ground_us),
      ),
      stage(
        'solve',
        runs.map((run) => run.solve_us),
      ),
      stage(
        'verify',
        runs.map((run) => run.verify_us),
      ),
    ];
    const proved = runs.filter(({ status }) => status === 'optimal').length;
    const title = `Stages of a tick under the policies; ${proved} of ${runs.length} batches proved optimal among their candidates`;
    return { row, stages: { name: 'numa_vm_stages', title, rows } };
  } finally {
    store.close();
    await solver.close();
  }
}

function greedyRows(events: readonly LoopEvent[], { clock, note }: BenchContext): Row[] {
  const rowsOf = (table: string): SqlRecord[] =>
    events.flatMap(({ type, fields }) =>
      type === 'put' && fields['table'] === table ? [fields['row'] as SqlRecord] : [],
    );
  const input = readVmInput(rowsOf);
  return GREEDY_RULES.map((rule) => {
    note(rule.name);
    const started = clock.nowMs();
    const startedCpu = cpuNowMs();
    const { placed, refused, refusedCores, coreShare, largeLeft } = runGreedy(input, rule);
    const wallMs = clock.nowMs() - started;
    return {
      scheduler: rule.name,
      placed,
      refused,
      refused_cores: refusedCores,
      core_utilisation_share: coreShare,
      large_left: largeLeft,
      wall_ms: wallMs,
      ms_per_vm: wallMs / (placed + refused),
      vms_per_s: (1000 * (placed + refused)) / wallMs,
      cpu_ms: cpuNowMs() - startedCpu,
    };
  });
}
