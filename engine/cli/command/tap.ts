import { Option } from 'commander';
import type { DmaTile } from '../../controllers/npu/tap/descriptor-limits.js';
import type { AccessMaps } from '../../controllers/npu/tap/access-maps.js';
import type { Tap } from '../../controllers/npu/tap/tap.js';
import { accessCount, product } from '../../controllers/npu/tap/tap.js';
import type { TapSequence } from '../../controllers/npu/tap/tap-sequence.js';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { EXIT } from '../exit.js';
import { wholeNumber } from '../option-values.js';
import type { TapVerdict } from '../tap/judge-taps.js';
import type { TapOptions } from '../tap/tap-input.js';
import { dimensions, numberList } from '../tap/tap-input.js';
import { writeOutput } from '../write-output.js';

const TILES = ['shim', 'mem', 'core'] as const;

/** Patterns whose verdicts are listed for people. */
const MOST_LISTED = 16;

interface Options extends TapOptions {
  readonly on?: DmaTile;
  readonly elementBytes: number;
  readonly count?: boolean;
  readonly report?: string;
}

/** `edict tap`: what tensor access patterns visit, and which buffer descriptors they take. */
export const tap: CliCommand = {
  formats: WORD_FORMATS,
  configure: (command) => {
    const direction = (flag: string, meaning: string): Option =>
      new Option(`${flag} <row|col>`, meaning).choices(['row', 'col']);
    command
      .argument('<TENSOR>', 'its dimensions, such as 8x16', dimensions)
      .option('--sizes <N,...>', 'the sizes of a pattern, outermost first', numberList)
      .option('--strides <N,...>', 'its strides in elements', numberList)
      .option('--offset <N>', 'its first element (0)', wholeNumber(0))
      .option('--tile <RxC>', 'cut the tensor into tiles, one pattern each', dimensions)
      .option('--group <RxC>', 'one pattern per group of so many tiles', dimensions)
      .option('--steps <RxC>', 'a group takes every so many-th tile', dimensions)
      .option('--repeat <N>', 'make each pattern so many times', wholeNumber(0))
      .option('--partial', 'let groups at the edge have fewer tiles')
      .addOption(direction('--tile-order', 'rows or columns first inside a tile'))
      .addOption(direction('--group-order', 'rows or columns first from tile to tile of a group'))
      .addOption(direction('--order', 'rows or columns first from pattern to pattern'))
      .option('--no-prune', 'keep adjacent tiles apart that could be one')
      .addOption(
        new Option(
          '--on <TILE>',
          'judge for this kind of tile only; 1 is the exit code if none does',
        ).choices(TILES),
      )
      .option('--element-bytes <N>', 'bytes of an element (4)', wholeNumber(1), 4)
      .option('--count', 'show how often elements are visited, not when')
      .option('--report <FILE>', 'write heat maps and an animation of the visits as one HTML file')
      .addHelpText(
        'after',
        '\n  edict tap 8x16 --sizes 2,4,4,4 --strides 64,4,16,1\n' +
          '  edict tap 64x64 --tile 8x8 --group 2x2 --group-order col',
      );
  },
  run: async (command, { output, environment }) => {
    const options = command.opts<Options>();
    const [tensor] = command.processedArgs as [readonly number[]];
    const { tapsOf } = await import('../tap/tap-input.js');
    const { judgeTap } = await import('../tap/judge-taps.js');
    const sequence = tapsOf(tensor, options);
    const tiles = options.on === undefined ? TILES : [options.on];
    const judged = sequence.taps.map((one) => ({
      tap: one,
      verdicts: tiles.map((tile) => judgeTap(one, tile, options.elementBytes)),
    }));
    const { MOST_MAPPED_ELEMENTS, accessMaps } = await import('../../controllers/npu/tap/access-maps.js');
    const isMapped = product(sequence.tensor) <= MOST_MAPPED_ELEMENTS;
    const maps = isMapped ? accessMaps(sequence.tensor, sequence.taps) : null;
    const { mapText } = await import('../tap/map-text.js');
    const isCount = options.count === true;
    const columns = environment.stdout.columns ?? 80;
    const shown = isCount ? maps?.count : maps?.order;
    const map =
      shown === undefined
        ? ''
        : `\n${isCount ? 'visits of each element' : 'last visit of each element'}\n` +
          mapText(sequence.tensor, (at) => visited(shown[at] ?? -1, isCount), columns);
    const text =
      headline(sequence, maps) +
      judged
        .slice(0, MOST_LISTED)
        .map(({ tap: one, verdicts }, i) => verdictText(one, i, verdicts))
        .join('') +
      (judged.length > MOST_LISTED ? `... ${judged.length - MOST_LISTED} more patterns\n` : '') +
      map;
    if (options.report !== undefined) {
      const { tapReport } = await import('../tap/tap-report.js');
      const { renderReport } = await import('../../report/render-report.js');
      writeOutput(options.report, renderReport(tapReport(sequence, judged, options.elementBytes)));
    }
    output.answer({
      text,
      fields: {
        tensor: sequence.tensor,
        accesses: visitsOf(sequence),
        touched: maps?.touched ?? null,
        max_count: maps?.maxCount ?? null,
        patterns: judged.map(({ tap: one, verdicts }) => ({
          ...dimsOf(one),
          descriptors: verdicts.map((verdict) => ({
            ...verdict,
            parts: verdict.parts === null ? null : verdict.parts.map(dimsOf),
          })),
        })),
      },
    });
    const isRefused = judged.some(({ verdicts }) => verdicts.some(({ descriptors }) => descriptors === null));
    return options.on !== undefined && isRefused ? EXIT.findings : EXIT.done;
  },
};

const dimsOf = ({ offset, sizes, strides }: Tap): Pick<Tap, 'offset' | 'sizes' | 'strides'> => ({
  offset,
  sizes,
  strides,
});

const visited = (value: number, isCount: boolean): number | null =>
  value < 0 || (isCount && value === 0) ? null : value;

const visitsOf = ({ taps }: TapSequence): number => taps.reduce((sum, one) => sum + accessCount(one), 0);

/** How many patterns and visits; `maps` is null where the tensor is too large for maps. */
function headline(sequence: TapSequence, maps: AccessMaps | null): string {
  const { tensor, taps } = sequence;
  const patterns = taps.length === 1 ? '1 pattern' : `${taps.length} patterns`;
  const start = `tensor ${tensor.join('x')}: ${patterns}, ${visitsOf(sequence)} visits`;
  if (maps === null) return `${start}\n`;
  const often = maps.maxCount <= 1 ? 'none twice' : `up to ${maps.maxCount} times`;
  return `${start}, ${maps.touched} of ${maps.order.length} elements, ${often}\n`;
}

function verdictText(one: Tap, at: number, verdicts: readonly TapVerdict[]): string {
  const fitting = verdicts.filter(({ fits }) => fits).map(({ tile }) => tile);
  const others = verdicts.filter(({ fits }) => !fits);
  const fit = fitting.length === 0 ? '' : `   fits one descriptor: ${fitting.join(', ')}\n`;
  return `${at}: ${tapText(one)}\n${fit}${others.map((verdict) => `   ${verdict.tile}: ${misfitText(verdict)}\n`).join('')}`;
}

const tapText = ({ offset, sizes, strides }: Tap): string =>
  `offset ${offset} sizes ${sizes.join(',')} strides ${strides.join(',')}`;

/** Parts that are listed in full for people. */
const MOST_PARTS_LISTED = 4;

function misfitText({ reasons, descriptors, parts }: TapVerdict): string {
  const why = reasons.join(', ');
  if (descriptors === null) return `no descriptors make these visits (${why})`;
  const count = descriptors === 1 ? 'one other descriptor does' : `${descriptors} descriptors do`;
  const all = parts ?? [];
  const listed = all.slice(0, MOST_PARTS_LISTED).map((part) => `\n      ${tapText(part)}`);
  const more = descriptors - listed.length;
  return `does not fit (${why}); ${count}${listed.join('')}${more > 0 ? `\n      ... ${more} more` : ''}`;
}
