import type { Comparison } from '../../loop/controller.js';

const CORES = { name: 'CPU', unit: 'cores' };

/** Figures and charts of replayed demand; CPU in cores, memory in MiB. */
export const comparison: Comparison = {
  figures: [
    { metric: 'cpu_slack_p50_cores', title: 'CPU slack p50', unit: 'cores', best: 'least' },
    { metric: 'cpu_slack_p99_cores', title: 'p99', unit: 'cores', best: 'least' },
    { metric: 'memory_slack_p50_mib', title: 'memory slack p50', unit: 'MiB', best: 'least' },
    { metric: 'memory_slack_p99_mib', title: 'memory p99', unit: 'MiB', best: 'least' },
    { metric: 'throttled_percent', title: 'throttled', unit: '%', best: 'least' },
    { metric: 'backlog_delay_ms', title: 'delay', unit: 'ms', best: 'least' },
    { metric: 'oom_kills', title: 'OOM kills', unit: null, best: 'least' },
    { metric: 'changes', title: 'changes', unit: null, best: 'least' },
    { metric: 'mean_cores', title: 'mean cores', unit: null, best: 'least' },
    { metric: 'mean_mib', title: 'mean MiB', unit: null, best: 'least' },
  ],
  charts: [
    {
      kind: 'cdf',
      title: 'Slack of CPU',
      note: 'Quota less use of every container and period after the warm-up: the further left, the less is idle.',
      x: { name: 'slack', unit: 'cores' },
      y: { name: 'share of periods', unit: null },
      steps: [],
      sql: 'select value, count from cpu_slack_spread order by value',
    },
    {
      kind: 'cdf',
      title: 'Slack of memory',
      note: 'Limit less use of every container and period after the warm-up.',
      x: { name: 'slack', unit: 'MiB' },
      y: { name: 'share of periods', unit: null },
      steps: [],
      sql: 'select value, count from memory_slack_spread order by value',
    },
    {
      kind: 'lines',
      title: 'Quota against use',
      note: 'The first two minutes after the warm-up of the container that worked most (figure 5.2 of the thesis).',
      x: { name: 'time', unit: 's' },
      y: CORES,
      steps: ['quota'],
      sql: 'select x, quota, used from quota_tracking order by x',
    },
  ],
};
