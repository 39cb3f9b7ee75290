import { Option } from 'commander';
import type { DmaTile } from '../../controllers/npu/tap/descriptor-limits.js';
import type { TapSequence } from '../../controllers/npu/tap/tap-sequence.js';
import type { CliCommand } from '../cli-command.js';
import { WORD_FORMATS } from '../cli-command.js';
import { EXIT } from '../exit.js';
import { wholeNumber } from '../option-values.js';
import type { TapOptions } from '../tap/tap-input.js';
import { dimensions, numberList } from '../tap/tap-input.js';
import { usageError } from '../usage-error.js';
import { withStore } from '../with-store.js';
import { writeOutput } from '../write-output.js';

const TILES = ['shim', 'mem', 'core'] as const;

/** Where fills and drains end. */
const SHIM: readonly DmaTile[] = ['shim'];

interface Options extends TapOptions {
  readonly on?: DmaTile;
  readonly elementBytes?: number;
  readonly db?: string;
  readonly design?: string;
  readonly fifo?: string;
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
      .argument('[TENSOR]', 'its dimensions, such as 8x16', dimensions)
      .option('--db <FILE>', 'look at the fills and drains of designs in this database instead')
      .option('--design <NAME>', 'those of this design')
      .option('--fifo <NAME>', 'those of this fifo')
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
      .option('--element-bytes <N>', 'bytes of an element (4, or what the fifo says)', wholeNumber(1))
      .option('--count', 'show how often elements are visited, not when')
      .option('--report <FILE>', 'write heat maps and an animation of the visits as one HTML file')
      .addHelpText(
        'after',
        '\n  edict tap 8x16 --sizes 2,4,4,4 --strides 64,4,16,1\n' +
          '  edict tap 64x64 --tile 8x8 --group 2x2 --group-order col\n' +
          '  edict tap --db npu.db --design gemm --fifo inA --report inA.html',
      );
  },
  run: async (command, { output, environment }) => {
    const options = command.opts<Options>();
    const [tensor] = command.processedArgs as [readonly number[] | undefined];
    const subjects = await subjectsOf(tensor, options);
    const { lookAt } = await import('../tap/look-at.js');
    const tiles = options.on === undefined ? (tensor === undefined ? SHIM : TILES) : [options.on];
    const isOne = subjects.length === 1;
    const looks = subjects.map(({ sequence, elementBytes }) =>
      lookAt(sequence, {
        tiles,
        elementBytes,
        map: !isOne ? null : options.count === true ? 'count' : 'order',
        columns: environment.stdout.columns ?? 80,
      }),
    );
    const [subject] = subjects;
    const [look] = looks;
    if (options.report !== undefined && subject !== undefined && look !== undefined) {
      if (!isOne)
        throw usageError('a report shows one fill or drain', 'name it with `--design` and `--fifo`');
      const { tapReport } = await import('../tap/tap-report.js');
      const { renderReport } = await import('../../report/render-report.js');
      writeOutput(
        options.report,
        renderReport(tapReport(subject.sequence, look.judged, subject.elementBytes)),
      );
    }
    const labelled = looks.map(({ fields }, i) => ({ label: subjects[i]?.label ?? null, ...fields }));
    output.answer({
      text: looks
        .map(({ text }, i) => {
          const label = subjects[i]?.label ?? null;
          return label === null ? text : `${label}\n${text}`;
        })
        .join('\n'),
      fields: tensor === undefined ? { transfers: labelled } : (look?.fields ?? {}),
    });
    return options.on !== undefined && looks.some(({ isRefused }) => isRefused) ? EXIT.findings : EXIT.done;
  },
};

interface Subject {
  /** Whose patterns they are; null for those of the command line. */
  readonly label: string | null;
  readonly sequence: TapSequence;
  readonly elementBytes: number;
}

/** What is looked at: patterns of the command line, or those of fills and drains in a database. */
async function subjectsOf(
  tensor: readonly number[] | undefined,
  options: Options,
): Promise<readonly Subject[]> {
  const { db, design = null, fifo = null, elementBytes } = options;
  if (tensor !== undefined) {
    if (db !== undefined || design !== null || fifo !== null)
      throw usageError('patterns are given by a tensor or taken from a database, not both');
    const { tapsOf } = await import('../tap/tap-input.js');
    return [{ label: null, sequence: tapsOf(tensor, options), elementBytes: elementBytes ?? 4 }];
  }
  if (db === undefined)
    throw usageError('there is nothing to look at', 'give a tensor such as 8x16, or `--db FILE`');
  const { rowsOf } = await import('../../store/rows-of.js');
  const { transferTaps } = await import('../tap/design-taps.js');
  const taps = await withStore(db, 'read', (store) => transferTaps(rowsOf(store).all, design, fifo));
  return taps.map((one) => ({ ...one, elementBytes: elementBytes ?? one.elementBytes }));
}
