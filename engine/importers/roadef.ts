import type { SqlValue } from '../base/sql-value.js';
import type { DatasetFormat, TableRows } from './dataset-format.js';
import { decisionsIn } from './decisions-in.js';
import { readDataFile } from './read-data-file.js';
import type { RoadefModel } from './roadef-file.js';
import { readRoadefAssignment, readRoadefModel } from './roadef-file.js';

/**
 * Machine reassignment, the Google ROADEF/EURO challenge 2012: a model file, the assignment at first and, where there
 * is one, a new assignment. Becomes the schema pack roadef.
 */
export const roadef: DatasetFormat = {
  name: 'roadef',
  files: [
    { name: 'MODEL', required: true, meaning: 'the model file' },
    { name: 'ASSIGNMENT', required: true, meaning: 'the assignment at first' },
    { name: 'NEW', required: false, meaning: 'an assignment to audit or to start from' },
  ],
  pack: 'roadef',
  read: (paths) => {
    const [model = '', initial = '', changed = initial] = paths;
    const read = readRoadefModel(readDataFile(model, 'import/bad-file'));
    const [before, after] = [initial, changed].map((path) =>
      readRoadefAssignment(readDataFile(path, 'import/bad-file'), read),
    );
    return roadefRows(read, before ?? [], after ?? []);
  },
  write: (query) =>
    `${decisionsIn(query('select controllable_machine as decision from process order by process_id'), 'process').join(' ')}\n`,
};

/** The rows of the schema pack; `before` and `after` are the machines of the processes. */
export function roadefRows(
  model: RoadefModel,
  before: readonly number[],
  after: readonly number[],
): readonly TableRows[] {
  const { resources, machines, services, processes, balances, weights } = model;
  const table = (name: string, columns: string, rows: readonly (readonly SqlValue[])[]): TableRows => ({
    table: name,
    columns: columns.split(' '),
    rows,
  });
  return [
    table(
      'resource',
      'resource_id transient load_weight',
      resources.map((one, r) => [r, one.transient, one.loadWeight]),
    ),
    table(
      'machine',
      'machine_id neighborhood location',
      machines.map((one, m) => [m, one.neighborhood, one.location]),
    ),
    table(
      'machine_resource',
      'machine_id resource_id capacity safety_capacity',
      machines.flatMap((one, m) =>
        one.capacities.map((capacity, r) => [m, r, capacity, one.safetyCapacities[r] ?? 0]),
      ),
    ),
    table(
      'machine_move',
      'source target cost',
      machines.flatMap((one, from) => one.moveCosts.map((cost, to) => [from, to, cost])),
    ),
    table(
      'service',
      'service_id min_spread',
      services.map((one, s) => [s, one.minSpread]),
    ),
    table(
      'dependency',
      'service_id needs',
      // A need said twice is one.
      services.flatMap((one, s) => [...new Set(one.needs)].map((needs) => [s, needs])),
    ),
    table(
      'process',
      'process_id service_id move_cost initial_machine controllable_machine',
      processes.map((one, p) => [p, one.service, one.moveCost, before[p] ?? null, after[p] ?? null]),
    ),
    table(
      'need',
      'process_id resource_id amount',
      processes.flatMap((one, p) => one.needs.map((amount, r) => [p, r, amount])),
    ),
    table(
      'balance_target',
      'balance_id resource counterpart target weight',
      balances.map((one, b) => [b, one.resource, one.counterpart, one.target, one.weight]),
    ),
    table('move_weight', 'move_weight_id process_move service_move machine_move', [
      [1, weights.processMove, weights.serviceMove, weights.machineMove],
    ]),
  ];
}
