import type { CliCommand } from './cli-command.js';

export interface RegistryEntry {
  readonly name: string;
  /** What `edict --help` says. */
  readonly summary: string;
  readonly load: () => Promise<CliCommand>;
}

/** Every command, in the order of `edict --help`; one line adds one. */
export const REGISTRY: readonly RegistryEntry[] = [
  {
    name: 'init',
    summary: 'create, adopt or migrate a state database',
    load: async () => (await import('./command/init.js')).init,
  },
  {
    name: 'check',
    summary: 'report what is wrong with policies',
    load: async () => (await import('./command/check.js')).check,
  },
  {
    name: 'fmt',
    summary: 'lay policies out, or tell which are not',
    load: async () => (await import('./command/fmt.js')).fmt,
  },
  {
    name: 'lint',
    summary: 'report likely mistakes and lapses of style in policies',
    load: async () => (await import('./command/lint.js')).lint,
  },
  {
    name: 'import',
    summary: 'read a public problem into a database',
    load: async () => (await import('./command/import.js')).importProblem,
  },
  {
    name: 'export',
    summary: 'write decisions in the words of a public problem format',
    load: async () => (await import('./command/export.js')).exportDecisions,
  },
  {
    name: 'solve',
    summary: 'decide once what policies leave open, and write it back',
    load: async () => (await import('./command/solve.js')).solve,
  },
  {
    name: 'audit',
    summary: 'list the rows that violate policies now',
    load: async () => (await import('./command/audit.js')).audit,
  },
  {
    name: 'test',
    summary: 'run the tests of policies',
    load: async () => (await import('./command/test.js')).test,
  },
  {
    name: 'bench',
    summary: 'time policies on a database as it is and as it grows',
    load: async () => (await import('./command/bench.js')).bench,
  },
  {
    name: 'query',
    summary: 'run one SQL query without changing the database',
    load: async () => (await import('./command/query.js')).query,
  },
  {
    name: 'draw',
    summary: 'draw what is placed on the tiles of devices',
    load: async () => (await import('./command/draw.js')).draw,
  },
  {
    name: 'tap',
    summary: 'look at tensor access patterns: visits, descriptors, tilings',
    load: async () => (await import('./command/tap.js')).tap,
  },
  {
    name: 'run',
    summary: 'host the loop live: events on stdin, effects on stdout',
    load: async () => (await import('./command/run.js')).run,
  },
  {
    name: 'cgroups',
    summary: 'steer the limits of control groups (cgroup v2) live',
    load: async () => (await import('./command/cgroups.js')).cgroups,
  },
  {
    name: 'replay',
    summary: 'run a recorded trace through the loop',
    load: async () => (await import('./command/replay.js')).replay,
  },
  {
    name: 'compare',
    summary: 'replay one trace with several schedulers, side by side',
    load: async () => (await import('./command/compare.js')).compare,
  },
  {
    name: 'explain',
    summary: 'explain a diagnostic code',
    load: async () => (await import('./command/explain.js')).explain,
  },
  {
    name: 'version',
    summary: 'print the version',
    load: async () => (await import('./command/version.js')).version,
  },
];
