import { allocationBench } from './allocation.bench.js';
import type { Bench } from './bench.js';
import { cgroupsBench } from './cgroups.bench.js';
import { coreBench } from './core.bench.js';
import { gapBench } from './gap.bench.js';
import { ground } from './ground.bench.js';
import { k8sBench } from './k8s.bench.js';
import { language } from './language.bench.js';
import { npuBench } from './npu.bench.js';
import { numaVmBench } from './numa-vm.bench.js';
import { quotaBench } from './quota.bench.js';
import { replayBench } from './replay.bench.js';
import { roadefBench } from './roadef.bench.js';
import { searchBench } from './search.bench.js';
import { solve } from './solve.bench.js';
import { tickBench } from './tick.bench.js';

/** Every bench, in the order of a run without names. A new one adds its import and its line. */
// prettier-ignore
export const BENCHES: readonly Bench[] = [
  language,
  ground,
  solve,
  searchBench,
  allocationBench,
  coreBench,
  replayBench,
  tickBench,
  quotaBench,
  cgroupsBench,
  numaVmBench,
  npuBench,
  k8sBench,
  roadefBench,
  gapBench,
];
