import type { DatasetFormat, TableRows } from './dataset-format.js';
import { decisionsIn } from './decisions-in.js';
import type { GapInstance } from './gap-file.js';
import { readGapInstance } from './gap-file.js';
import { readDataFile } from './read-data-file.js';

/** Generalised assignment, as the OR-Library or as JSON lines with one problem each. Becomes the schema pack gap. */
export const gap: DatasetFormat = {
  name: 'gap',
  files: [{ name: 'FILE', required: true, meaning: 'text of the OR-Library or JSON lines' }],
  pack: 'gap',
  read: ([path = ''], { instance }) =>
    gapRows(readGapInstance(readDataFile(path, 'import/bad-file'), instance)),
  write: (query) =>
    `${decisionsIn(query('select controllable_agent as decision from item order by item_id'), 'item').join(' ')}\n`,
};

/** The rows of the schema pack. */
export function gapRows({ costs, weights, capacities }: GapInstance): readonly TableRows[] {
  const items = (costs[0] ?? []).map((_cost, item) => item);
  return [
    { table: 'agent', columns: ['agent_id', 'capacity'], rows: capacities.map((one, agent) => [agent, one]) },
    { table: 'item', columns: ['item_id'], rows: items.map((item) => [item]) },
    {
      table: 'offer',
      columns: ['item_id', 'agent_id', 'weight', 'cost'],
      rows: items.flatMap((item) =>
        capacities.map((_one, agent) => [
          item,
          agent,
          weights[agent]?.[item] ?? 0,
          costs[agent]?.[item] ?? 0,
        ]),
      ),
    },
  ];
}
