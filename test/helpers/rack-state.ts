import { readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { must } from '../../engine/base/assert.js';
import { seededRandom } from '../../engine/base/random.js';
import type { SqlRecord } from '../../engine/base/sql-value.js';
import { hold, shelvesOf } from '../../engine/controllers/rack/extents.js';
import { takeLowest } from '../../engine/controllers/rack/micro.js';
import type {
  Controller,
  ControllerContext,
  Decision,
  Effect,
  LoopEvent,
  Rows,
} from '../../engine/loop/controller.js';

/** A case of test/cases/rack.json; what `input` and `expect` hold depends on the kind. */
export interface RackCase {
  readonly id: string;
  readonly title: string;
  readonly kind: string;
  readonly policy?: string;
  readonly state?: RackState;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly expect: Readonly<Record<string, unknown>>;
}

export interface RackState {
  readonly nodes: readonly { readonly id: number; readonly cores: number; readonly memslices: number }[];
  readonly placed: readonly {
    readonly app: number;
    readonly node: number;
    readonly cores: number;
    readonly memslices: number;
  }[];
  readonly pending: readonly {
    readonly id: number;
    readonly app: number;
    readonly cores: number;
    readonly memslices: number;
    readonly status?: string;
    readonly current?: number;
  }[];
}

/** All cases, in the order of the file. */
export function rackCases(): readonly RackCase[] {
  const file = JSON.parse(readFileSync('test/cases/rack.json', 'utf8')) as {
    readonly cases: readonly RackCase[];
  };
  return file.cases;
}

/** Numbers of the requests that stand for a state's `placed` rows begin here. */
const PLACED_FROM = 1_000_000;

/**
 * Loads a case's state: nodes become hosts, placed rows become bound requests with extents from the lowest
 * unit on, pending rows become waiting requests. `localityApps` leaves locality on for these only.
 */
export function loadRackState(
  rows: Rows,
  state: RackState,
  localityApps: readonly number[] | null = null,
): void {
  for (const { id, cores, memslices } of state.nodes) {
    rows.run('insert into host (host_id, cores, memslices) values (?, ?, ?)', id, cores, memslices);
  }
  const apps = new Set([...state.placed, ...state.pending].map(({ app }) => app));
  for (const app of apps) {
    const locality = localityApps === null || localityApps.includes(app) ? 1 : 0;
    rows.run('insert into process (process_id, locality) values (?, ?)', app, locality);
  }
  state.placed.forEach(({ app, node, cores, memslices }, index) => {
    const id = PLACED_FROM + index;
    rows.run(
      `insert into request (request_id, process_id, cores, memslices, status, controllable_dkernel,
         current_dkernel, held_cores, held_memslices, bound_us, counted_us)
       values (?, ?, ?, ?, 'BOUND', ?, ?, ?, ?, 0, 0)`,
      id,
      app,
      cores,
      memslices,
      node,
      node,
      cores,
      memslices,
    );
    const shelves = shelvesOf(rows, node);
    const takenCores = must(takeLowest(shelves.cores, cores), `${cores} free cores`);
    const takenSlices = must(takeLowest(shelves.memslices, memslices), `${memslices} free slices`);
    hold(rows, 'core_extent', node, takenCores.extents, id);
    hold(rows, 'memslice_extent', node, takenSlices.extents, id);
  });
  for (const { id, app, cores, memslices, status = 'PENDING', current = -1 } of state.pending) {
    rows.run(
      `insert into request (request_id, process_id, cores, memslices, status, current_dkernel)
       values (?, ?, ?, ?, ?, ?)`,
      id,
      app,
      cores,
      memslices,
      status,
      current === -1 ? null : current,
    );
  }
}

export function openRows(...schemaFiles: readonly string[]): Rows {
  const database = new Database(':memory:');
  database.pragma('foreign_keys = on');
  for (const file of schemaFiles) database.exec(readFileSync(file, 'utf8'));
  const statements = new Map<string, Database.Statement<unknown[], SqlRecord>>();
  const prepare = (sql: string): Database.Statement<unknown[], SqlRecord> => {
    const known = statements.get(sql) ?? database.prepare<unknown[], SqlRecord>(sql);
    statements.set(sql, known);
    return known;
  };
  return {
    all: (sql, ...parameters) => prepare(sql).all(...parameters),
    get: (sql, ...parameters) => prepare(sql).get(...parameters),
    run: (sql, ...parameters) => prepare(sql).run(...parameters).changes,
  };
}

/** A rack in memory, with the tables of the schema as it ships. */
export function openRack(): Rows {
  return openRows('schema/10_rack.sql');
}

/** A context that keeps what was emitted and refused. */
export interface Recorder extends ControllerContext {
  readonly effects: Effect[];
  readonly refused: { readonly code: string; readonly message: string; readonly help?: string | undefined }[];
}

export function recorder(rows: Rows, nowUs = 0, seed = 1): Recorder {
  const effects: Effect[] = [];
  const refused: Recorder['refused'] = [];
  return {
    rows,
    nowUs,
    scheduler: 'test',
    random: seededRandom(seed),
    emit: (effect) => void effects.push(effect),
    refuse: (diagnostic) => void refused.push(diagnostic),
    effects,
    refused,
  };
}

export function event(type: string, fields: Readonly<Record<string, unknown>>, atUs = 0): LoopEvent {
  return { atUs, type, fields };
}

/** Hands the batch to a baseline and commits what it decides, as the loop does; null when it does not fit. */
export function solveDirectly(
  controller: Controller,
  scheduler: string,
  context: ControllerContext,
): readonly Decision[] | null {
  const chosen = must(controller.schedulers[scheduler], scheduler);
  if (chosen.kind !== 'direct') throw new Error(`${scheduler} needs a solver`);
  const decisions = chosen.decide(controller.waiting(context.rows), context);
  if (decisions === null) return null;
  write(decisions, context.rows);
  controller.commit(decisions, context, controller.waiting(context.rows));
  return decisions;
}

function write(decisions: readonly Decision[], rows: Rows): void {
  for (const { table, key, column, value } of decisions) {
    const names = Object.keys(key);
    rows.run(
      `update ${table} set ${column} = ? where ${names.map((name) => `${name} = ?`).join(' and ')}`,
      value,
      ...names.map((name) => key[name] ?? null),
    );
  }
}
