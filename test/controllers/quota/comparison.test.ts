import test from 'ava';
import { must } from '../../../engine/base/assert.js';
import { runCliHere } from '../../cli/helpers/run-cli-here.js';

const OTHERS = [
  'static-1.5',
  'autopilot-window-10',
  'autopilot-window-10-open',
  'autopilot-ml-10',
  'autopilot-ml-10-open',
];

type Metrics = Readonly<Record<string, number>>;

test('on bursts of a quarter of a second the rules have less slack, and serve better than Autopilot', async (t) => {
  // The load of the README, shorter; 5 s of CPU.
  const { exit, stdout, stderr } = await runCliHere([
    ...['compare', 'fixtures/loads/media-burst.json', '--from', 'workload', '--format', 'json'],
    ...['--with', 'seconds=40', '--with', 'warmup=25', '--schedulers', ['ref', ...OTHERS].join(',')],
  ]);
  t.is(exit, 0, stderr);
  const { runs } = JSON.parse(stdout) as {
    runs: { scheduler: string; metrics: Metrics; refused_events: number }[];
  };
  const byName = new Map(runs.map(({ scheduler, metrics }) => [scheduler, metrics]));
  const figure = (scheduler: string, metric: string): number =>
    must(must(byName.get(scheduler), scheduler)[metric], metric);
  const isLess = (metric: string, other: string): void => {
    const [own, others] = [figure('ref', metric), figure(other, metric)];
    t.true(own < others, `${metric}: ${own} of ref, ${others} of ${other}`);
  };
  isLess('cpu_slack_p50_cores', 'static-1.5');
  isLess('cpu_slack_p99_cores', 'static-1.5');
  for (const autopilot of OTHERS.slice(1)) {
    isLess('cpu_slack_p99_cores', autopilot);
    isLess('throttled_percent', autopilot);
    isLess('backlog_delay_ms', autopilot);
  }
  t.is(figure('ref', 'oom_kills'), 0);
  t.deepEqual(
    runs.map(({ refused_events: refused }) => refused),
    runs.map(() => 0),
  );
});
