import { closeSync, openSync, readSync, writeFileSync } from 'node:fs';
import type { Code } from '../base/codes.js';
import type { Diagnostic } from '../base/diagnostic.js';
import type { LoopEvent } from '../loop/controller.js';

/** The version of the trace format that is read and written; docs/trace-format.md says what it holds. */
export const TRACE_VERSION = 1;

/** The first line of a trace. */
export interface TraceHeader {
  /** Controller the events are for; null for a trace of table events alone. */
  readonly controller: string | null;
  /** What else the line says: origin, generator, seed. Nothing depends on it. */
  readonly notes: Readonly<Record<string, unknown>>;
}

/** One event of a trace, as the loop takes it. */
export type TraceEvent = LoopEvent;

/** One event, and the line it stands on (from 1; the header is line 1). */
export interface TraceRecord extends TraceEvent {
  readonly line: number;
}

/** What could be read of a trace. */
export interface Trace {
  /** null when not even the first line could be read. */
  readonly header: TraceHeader | null;
  /** Every record before the first problem. */
  readonly records: readonly TraceRecord[];
  readonly problem: Diagnostic | null;
  /** Bytes up to the end of the last good line: where a torn file may be cut off and written on. */
  readonly goodBytes: number;
}

/**
 * Reads a trace piece by piece: give it bytes as they come, take the records that became whole.
 * It stops at the first problem; everything before it counts, everything after is left unread.
 */
export class TraceReader {
  header: TraceHeader | null = null;
  problem: Diagnostic | null = null;
  goodBytes = 0;

  private rest: Uint8Array = new Uint8Array(0);
  private line = 0;
  private lastUs = 0;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });

  /** `name` is what diagnostics call the trace: a path, or `<stdin>`. */
  constructor(private readonly name: string) {}

  /** Records whose line ended within these bytes. */
  push(bytes: Uint8Array): TraceRecord[] {
    const records: TraceRecord[] = [];
    const text = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    let start = 0;
    for (let end = text.indexOf(LINE_END); end !== -1; end = text.indexOf(LINE_END, start)) {
      this.take(text.subarray(start, end), end - start + 1, records);
      start = end + 1;
    }
    this.rest = text.slice(start);
    return records;
  }

  /** The last line, when the trace does not end with a line end; torn or whole. */
  end(): TraceRecord[] {
    const records: TraceRecord[] = [];
    if (this.rest.length > 0) this.take(this.rest, this.rest.length, records);
    this.rest = new Uint8Array(0);
    if (this.problem === null && this.header === null) {
      this.line = 1;
      this.fail('replay/version', '', 'the trace is empty', HEADER_HELP);
    }
    return records;
  }

  private take(bytes: Uint8Array, length: number, records: TraceRecord[]): void {
    if (this.problem !== null) return;
    this.line += 1;
    const text = this.decode(bytes);
    if (text === null) return;
    if (text.trim() !== '') {
      const value = this.parse(text);
      if (value === null) return;
      if (this.header === null) this.header = this.headerOf(value, text);
      else {
        const record = this.recordOf(value, text);
        if (record !== null) records.push(record);
      }
    }
    // A method above may have failed, which the compiler cannot see.
    if ((this.problem as Diagnostic | null) === null) this.goodBytes += length;
  }

  private decode(bytes: Uint8Array): string | null {
    try {
      return this.decoder.decode(bytes).replace(/\r$/, '');
    } catch {
      return this.fail('replay/bad-record', '', 'the line is not UTF-8 text');
    }
  }

  private parse(text: string): Readonly<Record<string, unknown>> | null {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      if (this.header === null)
        return this.fail('replay/version', text, 'the first line is no trace header', HEADER_HELP);
      return this.fail('replay/bad-record', text, 'the line is not whole JSON');
    }
    if (value === null || typeof value !== 'object' || Array.isArray(value)) {
      return this.fail(
        this.header === null ? 'replay/version' : 'replay/bad-record',
        text,
        'the line is no JSON object',
      );
    }
    if (mayRound.test(text) && hasRounded(value)) {
      return this.fail(
        'replay/bad-record',
        text,
        'an integer of the line is beyond 2^53 and would be rounded',
      );
    }
    return value as Readonly<Record<string, unknown>>;
  }

  private headerOf(value: Readonly<Record<string, unknown>>, text: string): TraceHeader | null {
    const { edict_trace: version, controller = null, ...notes } = value;
    if (version === undefined)
      return this.fail('replay/version', text, 'the first line is no trace header', HEADER_HELP);
    if (version !== TRACE_VERSION) {
      return this.fail(
        'replay/version',
        text,
        `the trace is of version ${JSON.stringify(version)}, not ${TRACE_VERSION}`,
      );
    }
    if (controller !== null && typeof controller !== 'string') {
      return this.fail('replay/bad-record', text, '`controller` is no text');
    }
    return { controller, notes };
  }

  private recordOf(value: Readonly<Record<string, unknown>>, text: string): TraceRecord | null {
    const { at_us: atUs, type, ...fields } = value;
    if (typeof atUs !== 'number' || !Number.isSafeInteger(atUs) || atUs < 0) {
      return this.fail('replay/bad-record', text, '`at_us` is no whole number of microseconds from 0');
    }
    if (typeof type !== 'string' || type === '')
      return this.fail('replay/bad-record', text, '`type` is no text');
    if (atUs < this.lastUs) {
      return this.fail(
        'replay/out-of-order',
        text,
        `the record is of ${atUs} us, the one before it of ${this.lastUs} us`,
      );
    }
    this.lastUs = atUs;
    return { atUs, type, fields, line: this.line };
  }

  private fail(code: Code, text: string, message: string, help?: string): null {
    // The line stands where it stands in the trace, so that a position names it, without keeping what precedes it.
    const before = '\n'.repeat(this.line - 1);
    const source = { name: this.name, text: before + text };
    const span = { source, start: before.length, end: before.length + text.length };
    this.problem = {
      code,
      severity: 'error',
      message: `line ${this.line}: ${message}`,
      span,
      ...(help === undefined ? {} : { help }),
    };
    return null;
  }
}

const LINE_END = 0x0a;
const HEADER_HELP = `a trace begins with a line like {"edict_trace":${TRACE_VERSION},"controller":"NAME"}`;

/** Only a run of 16 digits can be an integer that a double does not hold. */
const mayRound = /\d{16}/;

function hasRounded(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return value !== null && typeof value === 'object' && Object.values(value).some(hasRounded);
}

/** Bytes read at a time. */
const CHUNK = 1 << 16;

/** Reads a whole file. Throws only what the file system throws. */
export function readTrace(path: string): Trace {
  const reader = new TraceReader(path);
  const records: TraceRecord[] = [];
  const file = openSync(path, 'r');
  try {
    const buffer = new Uint8Array(CHUNK);
    for (
      let size = readSync(file, buffer);
      size > 0 && reader.problem === null;
      size = readSync(file, buffer)
    ) {
      for (const record of reader.push(buffer.slice(0, size))) records.push(record);
    }
  } finally {
    closeSync(file);
  }
  for (const record of reader.end()) records.push(record);
  return { header: reader.header, records, problem: reader.problem, goodBytes: reader.goodBytes };
}

/** The first line of a trace, with its line end. */
export function formatHeader(header: TraceHeader): string {
  const { controller, notes } = header;
  return `${JSON.stringify({ edict_trace: TRACE_VERSION, ...(controller === null ? {} : { controller }), ...notes })}\n`;
}

/** One record as a line, with its line end. Fields keep their order. */
export function formatRecord({ atUs, type, fields }: LoopEvent): string {
  return `${JSON.stringify({ at_us: atUs, type, ...fields })}\n`;
}

/** A whole trace as text. */
export function formatTrace(header: TraceHeader, events: Iterable<LoopEvent>): string {
  let text = formatHeader(header);
  for (const event of events) text += formatRecord(event);
  return text;
}

/** Writes a whole trace to a file, replacing it. */
export function writeTrace(path: string, header: TraceHeader, events: Iterable<LoopEvent>): void {
  writeFileSync(path, formatTrace(header, events));
}
