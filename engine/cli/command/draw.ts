import type { CliCommand } from '../cli-command.js';
import { EXIT } from '../exit.js';
import { withStore } from '../with-store.js';
import { writeOutput } from '../write-output.js';

interface DrawOptions {
  readonly db: string;
  readonly design?: string;
  readonly out?: string;
  readonly unicode?: boolean;
}

/** `edict draw`: devices with what is placed on them. */
export const draw: CliCommand = {
  formats: ['text', 'svg', 'html', 'json'],
  configure: (command) => {
    command
      .requiredOption('--db <FILE>', 'the database; it is only read')
      .option('--design <NAME>', 'this design alone, as if it had its device for itself')
      .option('--out <FILE>', 'write this file instead of stdout')
      .option('--unicode', 'draw text with lines, not with ASCII; so it is on a terminal')
      .option('--no-unicode', 'draw text with ASCII')
      .addHelpText(
        'after',
        '\nFormats: text, svg, html (one file with drawing and tables), json.\n' +
          'What is proposed is drawn where it differs from what is committed.',
      );
  },
  run: async (command, { output, environment }) => {
    const { db, design = null, out, unicode } = command.opts<DrawOptions>();
    const { readFloorPlans } = await import('../draw/read-floor-plans.js');
    const { openSnapshot, snapshotOf } = await import('../../store/snapshot.js');
    const { rowsOf } = await import('../../store/rows-of.js');
    const plans = await withStore(db, 'read', (store) => {
      const copy = openSnapshot(snapshotOf(store));
      try {
        return copy.write(() => readFloorPlans(rowsOf(copy), design));
      } finally {
        copy.close();
      }
    });
    const render = async (): Promise<string> => {
      switch (output.format) {
        case 'svg': {
          const { planSvg } = await import('../draw/plan-svg.js');
          return plans.map((plan) => `${planSvg(plan, { standalone: true })}\n`).join('');
        }
        case 'html': {
          const { planReport } = await import('../draw/plan-report.js');
          const { renderReport } = await import('../../report/render-report.js');
          return renderReport(planReport(plans));
        }
        default: {
          const { planText } = await import('../draw/plan-text.js');
          const { columns = 80, isTTY = false } = environment.stdout;
          const options = { width: Math.max(40, columns), unicode: unicode ?? isTTY };
          return plans.map((plan) => planText(plan, options)).join('\n');
        }
      }
    };
    if (output.format === 'json' && out === undefined) {
      output.answer({ fields: { plans } });
      return EXIT.done;
    }
    const text = output.format === 'json' ? `${JSON.stringify({ plans }, null, 2)}\n` : await render();
    if (out === undefined) output.data(text);
    else writeOutput(out, text);
    return EXIT.done;
  },
};
