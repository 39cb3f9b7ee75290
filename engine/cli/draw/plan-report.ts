import type { Cell, Report, Section, TableColumn } from '../../report/report.js';
import type { FloorPlan, Used } from './floor-plan.js';
import { planSvg } from './plan-svg.js';

/** Devices as drawings, each with tables of its tiles and fifos. */
export function planReport(plans: readonly FloorPlan[]): Report {
  const designs = [...new Set(plans.flatMap((plan) => plan.designs))];
  const used = plans.flatMap(({ tiles }) => tiles.filter(({ parts }) => parts.length > 0));
  const fifos = plans.flatMap((plan) => plan.fifos);
  const fact = (label: string, value: number): Report['facts'][number] => ({ label, value, unit: null });
  return {
    title: `Placement of ${designs.join(', ')}`,
    subtitle: `on ${plans.map(({ device }) => device).join(', ')}`,
    facts: [
      fact('core tiles used', used.filter(({ kind }) => kind === 'core').length),
      fact('memory tiles used', used.filter(({ kind }) => kind === 'mem').length),
      fact('shim tiles used', used.filter(({ kind }) => kind === 'shim').length),
      fact('fifos through DMA', fifos.filter(({ way }) => way === 'dma').length),
      fact('fifos in shared memory', fifos.filter(({ way }) => way === 'shared').length),
    ],
    sections: plans.flatMap(sectionsOf),
  };
}

const plain = (name: string, unit: string | null = null): TableColumn => ({ name, unit, best: null });

function sectionsOf(plan: FloorPlan): readonly Section[] {
  const { device, tiles, fifos } = plan;
  const share = ({ used, limit }: Used): string => `${used} of ${limit}`;
  return [
    {
      kind: 'picture',
      title: device,
      note:
        'Lines are fifos through DMA, bridges are fifos in shared memory. Dots are DMA channels, bars are buffer ' +
        'descriptors and data memory.',
      svg: planSvg(plan, { standalone: false }),
      columns: [
        plain('tile'),
        plain('kind'),
        plain('holds'),
        plain('channels in'),
        plain('channels out'),
        plain('descriptors'),
        plain('locks'),
        plain('memory', 'B'),
      ],
      rows: tiles
        .filter(({ parts }) => parts.length > 0)
        .map(({ col, row, kind, parts, use }): Cell[] => [
          `(${col}, ${row})`,
          kind,
          parts.map(({ name }) => name).join(', '),
          share(use.s2mm),
          share(use.mm2s),
          share(use.descriptors),
          share(use.locks),
          use.bytes.limit === 0 ? null : share(use.bytes),
        ]),
    },
    {
      kind: 'table',
      title: `Fifos on ${device}`,
      note: null,
      columns: [
        plain('fifo'),
        plain('design'),
        plain('way'),
        plain('from'),
        plain('to'),
        plain('object', 'B'),
        plain('depths'),
      ],
      rows: fifos.map(({ name, design, way, producer, consumers, objectBytes, memory }): Cell[] => {
        const place = ({ part, col, row }: typeof producer): string => `${part} (${col}, ${row})`;
        return [
          name,
          design,
          memory === null ? (way === 'dma' ? 'DMA' : way) : `shared, memory of (${memory.join(', ')})`,
          place(producer),
          consumers.map(place).join('; '),
          objectBytes,
          [producer, ...consumers].map(({ depth }) => depth).join(', '),
        ];
      }),
    },
  ];
}
