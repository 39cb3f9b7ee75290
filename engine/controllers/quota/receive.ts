import { unreachable } from '../../base/assert.js';
import { Refusal } from '../../base/event-fields.js';
import type { ControllerContext, LoopEvent } from '../../loop/controller.js';
import { acknowledge } from './acknowledge.js';
import { advance, livingContainer } from './container-row.js';
import type { EventOf, QuotaEvent } from './decode.js';
import { decode } from './decode.js';
import { changeLimit } from './change-limit.js';
import { deploy, exit, join } from './life.js';
import { baselines } from './baselines/baselines.js';
import { takeDemand, takeProfile } from './demand.js';
import { note } from './decision-row.js';
import { takePeriod, takeUsage } from './period.js';
import { registerApplication, registerHost, setParameters } from './register.js';

/** Turns one event into rows. What cannot be served is refused before anything is written. */
export function receive(event: LoopEvent, context: ControllerContext): void {
  try {
    serve(decode(event), context);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { code, message, help } = error;
    context.refuse(help === undefined ? { code, message } : { code, message, help });
  }
}

function serve(event: QuotaEvent, context: ControllerContext): void {
  switch (event.type) {
    case 'parameters':
      setParameters(event, context);
      return;
    case 'application':
      registerApplication(event, context);
      return;
    case 'host':
      registerHost(event, context);
      return;
    case 'deploy':
      deploy(event, context);
      return;
    case 'join':
      join(event, context);
      return;
    case 'exit':
      exit(event, context);
      return;
    case 'period':
      takePeriod(event, context);
      return;
    case 'memory':
      takeUsage(event.containers, event.usagePages, context);
      return;
    case 'oom':
      takeOom(event, context);
      return;
    case 'reclaim':
      wait('reclaim', event.application, context);
      return;
    case 'idle_check':
      wait('idle', null, context);
      return;
    case 'limit':
      changeLimit(event, context);
      return;
    case 'acknowledge':
      acknowledge(event, context);
      return;
    case 'profile':
      takeProfile(event, context);
      return;
    case 'demand':
      takeDemand(event, context, !Object.hasOwn(baselines, context.scheduler));
      return;
    default:
      return unreachable(event);
  }
}

function wait(
  kind: 'reclaim' | 'idle',
  application: number | null,
  { rows, nowUs }: ControllerContext,
): void {
  rows.run(
    'insert into quota_signal (kind, at_us, application_id) values (?, ?, ?)',
    kind,
    nowUs,
    application,
  );
}

/** A container asks for pages: it waits until it has them, or is killed. */
function takeOom(event: EventOf<'oom'>, context: ControllerContext): void {
  const { rows, nowUs } = context;
  const { container, needPages, usagePages } = event;
  const row = livingContainer(rows, container);
  advance(row, { type: 'oom' }, context);
  const used = usagePages ?? row.usagePages;
  if (used !== row.usagePages)
    rows.run('update container set usage_pages = ? where container_id = ?', used, container);
  if (used > row.limitPages) {
    note(context, {
      container,
      application: row.application,
      rule: 'usage_above_limit',
      cause: 'oom',
      detail: used,
    });
  }
  rows.run(
    `insert into quota_signal (kind, at_us, container_id, application_id, need_pages, usage_pages)
     values ('oom', ?, ?, ?, ?, ?)`,
    nowUs,
    container,
    row.application,
    needPages,
    used,
  );
}
