import { DiagnosticError } from '../../base/diagnostic.js';
import { didYouMean } from '../../base/suggest.js';
import { dirname, join } from 'node:path';
import type { Imported, ImportOptions, Importer } from '../importer.js';
import { numberOption, wholeOption, wordOption } from '../import-options.js';
import { readDataFile } from '../read-data-file.js';
import type { Application } from './applications.js';
import { APPLICATIONS } from './applications.js';
import type { BurstModel } from './bursts.js';
import { BURSTS } from './bursts.js';
import { demandSeries } from './demand-series.js';
import { demandTrace } from './demand-trace.js';
import { readRates } from './read-rates.js';
import type { Workload } from './request-rates.js';
import { WORKLOADS } from './request-rates.js';

const PAGES_OF_MIB = 256;
/** What the published static limits are of the profiled use. */
const STATIC_SHARE = 1.5;
const APPLICATION_NAMES = APPLICATIONS.map(({ name }) => name);

/** Options that describe a run, whether they stand in a file or on the command line. */
const COMMON = [
  { name: 'seconds', otherwise: '300', meaning: 'length of the measured part' },
  { name: 'warmup', otherwise: '120', meaning: 'seconds before it that no figure counts' },
  { name: 'seed', otherwise: '1', meaning: 'seed of requests, shares and bursts' },
] as const;

/**
 * A made-up load on one of four published applications, described in a JSON file:
 * `{"application": "teastore", "workload": "burst"}`, and any of `seconds`, `warmup`, `seed`, `rates` and `bursts`.
 */
export const workload: Importer = {
  name: 'workload',
  takes: 'a JSON file that names an application and a workload',
  options: COMMON.map((one) => ({ ...one, otherwise: null })),
  open: (path, options) => openDescribed(path, options),
};

/** Requests per second, one line each, on one of the published applications: the trace-driven workload. */
export const requestRates: Importer = {
  name: 'request-rates',
  takes: 'requests a second, one line each: a number, or `t_s,rps` under that header',
  options: [
    {
      name: 'application',
      otherwise: 'media-microservices',
      meaning: `one of ${APPLICATION_NAMES.join(', ')}`,
    },
    { name: 'speed', otherwise: '10', meaning: 'how many seconds of the file pass in one' },
    ...COMMON,
  ],
  open: (path, options) =>
    openLoad({
      application: wordOption(options, 'application', APPLICATION_NAMES),
      workload: { kind: 'trace', rates: readRates(path), speed: numberOption(options, 'speed') ?? 1 },
      bursts: BURSTS,
      seconds: wholeOption(options, 'seconds', 1),
      warmup: wholeOption(options, 'warmup', 0),
      seed: wholeOption(options, 'seed', 0),
      notes: { source: 'recorded requests per second', speed: options.get('speed') },
    }),
};

interface Load {
  readonly application: string;
  readonly workload: Workload;
  readonly bursts: BurstModel;
  readonly seconds: number;
  readonly warmup: number;
  readonly seed: number;
  readonly notes: Readonly<Record<string, unknown>>;
}

/** The application gets its published limit at 1.5 times its use, and the load is scaled to that use. */
export function openLoad(load: Load): Imported {
  const { name, containers, limits } = applicationOf(load.application);
  const cpuUs = limits['1.5'].millicores * 100;
  const memoryPages = limits['1.5'].mib * PAGES_OF_MIB;
  const demand = demandSeries({
    containers,
    periods: (load.warmup + load.seconds) * 10,
    workload: load.workload,
    bursts: load.bursts,
    cpuUs: cpuUs / STATIC_SHARE,
    memoryPages: memoryPages / STATIC_SHARE,
    seed: load.seed,
  });
  return demandTrace({
    application: name,
    cpuUs,
    memoryPages,
    names: Array.from({ length: containers }, (_none, index) => `${name}-${index + 1}`),
    demand,
    warmupPeriods: load.warmup * 10,
    notes: {
      generator:
        'made-up demand of a published application; containers and limits as published, work by a model',
      application: name,
      workload: describe(load.workload),
      bursts: load.bursts,
      seconds: load.seconds,
      seed: load.seed,
      ...load.notes,
    },
  });
}

/** A workload for people: recorded rates are counted, not listed. */
function describe(load: Workload): Readonly<Record<string, unknown>> {
  return load.kind === 'trace' ? { ...load, rates: `${load.rates.length} recorded seconds` } : { ...load };
}

function applicationOf(name: string): Application {
  const found = APPLICATIONS.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw bad(`there is no application \`${name}\``, didYouMean(name, APPLICATION_NAMES));
}

const bad = (message: string, help?: string): DiagnosticError =>
  new DiagnosticError([{ code: 'replay/bad-record', severity: 'error', message, help }]);

function openDescribed(path: string, options: ImportOptions): Imported {
  const described = objectOf(path);
  const said = (name: string): unknown => options.get(name) ?? described[name];
  const whole = (name: string, least: number, otherwise: number): number => {
    const value = said(name) ?? otherwise;
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= least) return number;
    throw bad(`${path}: \`${name}\` is ${JSON.stringify(value)}, not a whole number from ${least}`);
  };
  const known = ['application', 'workload', 'rates', 'speed', 'bursts', ...COMMON.map(({ name }) => name)];
  const unknown = Object.keys(described).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw bad(`${path}: there is no field \`${unknown}\``, didYouMean(unknown, known));
  const { application } = described;
  if (typeof application !== 'string') throw bad(`${path}: \`application\` is no text`);
  return openLoad({
    application,
    workload: workloadOf(path, described),
    bursts: burstsOf(path, described['bursts']),
    seconds: whole('seconds', 1, 300),
    warmup: whole('warmup', 0, 120),
    seed: whole('seed', 0, 1),
    notes: {},
  });
}

function objectOf(path: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(readDataFile(path, 'replay/bad-record').text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw bad(`${path} is not whole JSON: ${error.message}`);
  }
  throw bad(`${path} is no JSON object`);
}

function workloadOf(path: string, described: Readonly<Record<string, unknown>>): Workload {
  const { workload: name = null, rates, speed = 1 } = described;
  if (name === 'trace') {
    if (typeof rates !== 'string') throw bad(`${path}: the workload \`trace\` names no file of \`rates\``);
    if (typeof speed !== 'number' || !(speed > 0)) throw bad(`${path}: \`speed\` is no number above 0`);
    return { kind: 'trace', rates: readRates(join(dirname(path), rates)), speed };
  }
  switch (name) {
    case 'fixed':
    case 'exponential':
    case 'burst':
      return WORKLOADS[name];
    default:
      throw bad(`${path}: \`workload\` is ${JSON.stringify(name)}, not fixed, exponential, burst or trace`);
  }
}

/** The model's own numbers, some of them replaced. */
function burstsOf(path: string, given: unknown): BurstModel {
  if (given === undefined) return BURSTS;
  if (typeof given !== 'object' || given === null) throw bad(`${path}: \`bursts\` is no object`);
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(BURSTS, name)) {
      throw bad(`${path}: \`bursts\` has no field \`${name}\``, didYouMean(name, Object.keys(BURSTS)));
    }
    if (typeof value !== 'number' || !(value >= 0)) throw bad(`${path}: \`${name}\` is no number from 0`);
  }
  return { ...BURSTS, ...(given as Partial<BurstModel>) };
}
