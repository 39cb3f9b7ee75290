import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { must } from '../../engine/base/assert.js';
import type { Code } from '../../engine/base/codes.js';
import { placeOf } from '../../engine/base/diagnostic.js';
import type { LoopEvent } from '../../engine/loop/controller.js';
import type { Trace } from '../../engine/replay/trace.js';
import { formatTrace, readTrace, TraceReader, writeTrace } from '../../engine/replay/trace.js';

const HEADER = '{"edict_trace":1,"controller":"rack","seed":7}\n';

function read(text: string | Uint8Array, chunk = Infinity): Trace {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text;
  const reader = new TraceReader('t.jsonl');
  const records = [];
  for (let at = 0; at < bytes.length; at += chunk)
    records.push(...reader.push(bytes.subarray(at, at + chunk)));
  records.push(...reader.end());
  return { header: reader.header, records, problem: reader.problem, goodBytes: reader.goodBytes };
}

test('a trace is a header and one record a line; blank lines and CRLF do not matter', (t) => {
  const trace = read(`${HEADER}{"at_us":0,"type":"host","host":1}\r\n\n{"at_us":5,"type":"x"}\n`);
  t.is(trace.problem, null);
  t.deepEqual(trace.header, { controller: 'rack', notes: { seed: 7 } });
  t.deepEqual(trace.records, [
    { atUs: 0, type: 'host', fields: { host: 1 }, line: 2 },
    { atUs: 5, type: 'x', fields: {}, line: 4 },
  ]);
});

test('a trace of table events alone names no controller', (t) => {
  const trace = read('{"edict_trace":1}\n{"at_us":0,"type":"put","table":"vm","row":{"vm_id":1}}\n');
  t.is(trace.problem, null);
  t.deepEqual(trace.header, { controller: null, notes: {} });
  t.deepEqual(trace.records[0]?.fields, { table: 'vm', row: { vm_id: 1 } });
});

const good = '{"at_us":3,"type":"a"}\n';
const problems: readonly (readonly [title: string, line: string, code: Code, message: RegExp])[] = [
  ['is not JSON', '{"at_us":4', 'replay/bad-record', /not whole JSON/],
  ['is not an object', '[4]', 'replay/bad-record', /no JSON object/],
  ['has no time', '{"type":"a"}', 'replay/bad-record', /`at_us`/],
  ['has a fractional time', '{"at_us":4.5,"type":"a"}', 'replay/bad-record', /`at_us`/],
  ['has a negative time', '{"at_us":-4,"type":"a"}', 'replay/bad-record', /`at_us`/],
  ['has a time as text', '{"at_us":"4","type":"a"}', 'replay/bad-record', /`at_us`/],
  ['has no type', '{"at_us":4}', 'replay/bad-record', /`type`/],
  ['has an empty type', '{"at_us":4,"type":""}', 'replay/bad-record', /`type`/],
  ['is older than the one before', '{"at_us":2,"type":"a"}', 'replay/out-of-order', /of 2 us.*of 3 us/],
  [
    'holds an integer that a double rounds',
    '{"at_us":4,"type":"put","row":{"n":9007199254740993}}',
    'replay/bad-record',
    /beyond 2\^53/,
  ],
];

for (const [title, line, code, message] of problems) {
  test(`a record that ${title} is reported with its line, and what precedes it is kept`, (t) => {
    const trace = read(`${HEADER}${good}${line}\n{"at_us":9,"type":"never"}\n`);
    const problem = must(trace.problem, 'a problem');
    t.is(problem.code, code);
    t.regex(problem.message, message);
    t.true(problem.message.startsWith('line 3: '));
    t.is(placeOf(must(problem.span, 'a span')), 't.jsonl:3:1');
    t.deepEqual(
      trace.records.map(({ type }) => type),
      ['a'],
    );
    t.is(trace.goodBytes, HEADER.length + good.length);
  });
}

const headers: readonly (readonly [title: string, text: string, code: Code])[] = [
  ['is missing', '{"at_us":0,"type":"host"}\n', 'replay/version'],
  ['is of another version', '{"edict_trace":2,"controller":"rack"}\n', 'replay/version'],
  ['is no JSON', 'at_us,type\n', 'replay/version'],
  ['is a list', '[1]\n', 'replay/version'],
  ['names its controller by a number', '{"edict_trace":1,"controller":4}\n', 'replay/bad-record'],
];

for (const [title, text, code] of headers) {
  test(`a trace whose header ${title} is refused`, (t) => {
    const trace = read(`${text}${good}`);
    t.is(trace.problem?.code, code);
    t.deepEqual([trace.header, trace.records.length, trace.goodBytes], [null, 0, 0]);
  });
}

test('an empty trace is refused', (t) => {
  for (const text of ['', '\n\n']) t.is(read(text).problem?.code, 'replay/version');
});

test('a line that is not UTF-8 is reported, not repaired', (t) => {
  const bytes = Buffer.concat([
    Buffer.from(`${HEADER}{"at_us":0,"type":"`),
    Buffer.from([0xff]),
    Buffer.from('"}\n'),
  ]);
  const trace = read(bytes);
  t.is(trace.problem?.code, 'replay/bad-record');
  t.regex(trace.problem?.message ?? '', /UTF-8/);
});

test('a trace cut at any byte gives every record that was whole, and says where the good part ends', (t) => {
  const lines = [HEADER, '{"at_us":1,"type":"ü","n":1}\n', '{"at_us":2,"type":"b","n":12}\n', good];
  const bytes = Buffer.from(lines.join(''));
  const ends = lines.map((_, index) => Buffer.byteLength(lines.slice(0, index + 1).join('')));
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const trace = read(bytes.subarray(0, cut));
    // A line is whole with its closing brace; only the line end may be missing.
    const whole = ends.filter((end) => cut >= end - 1).length;
    t.is(trace.records.length, Math.max(0, whole - 1), `cut at ${cut}`);
    const lastEnd = whole === 0 ? 0 : must(ends[whole - 1], 'an end');
    t.is(trace.goodBytes, Math.min(lastEnd, cut), `cut at ${cut}`);
    t.is(trace.problem === null, whole > 0 && cut <= lastEnd, `cut at ${cut}`);
  }
});

test('a trace file written is the trace read back', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trace-'));
  const path = join(folder, 'x.jsonl');
  const events: LoopEvent[] = Array.from({ length: 5000 }, (_, index) => ({
    atUs: index * 10,
    type: 'allocate',
    fields: { process: index, note: 'a line long enough that the file is read in more than one piece' },
  }));
  writeTrace(path, { controller: 'rack', notes: {} }, events);
  const trace = readTrace(path);
  t.is(trace.problem, null);
  t.deepEqual(
    trace.records.map(({ atUs, type, fields }) => ({ atUs, type, fields })),
    events,
  );
  writeFileSync(path, '{"edict_trace":3}\n');
  t.is(readTrace(path).problem?.code, 'replay/version');
  rmSync(folder, { recursive: true });
});

test('reading in pieces of any size gives what reading at once gives (seed 42)', (t) => {
  const event = fc.record({
    atUs: fc.nat(),
    type: fc.string({ minLength: 1, unit: 'grapheme' }),
    fields: fc.dictionary(
      fc.string().filter((name) => !['at_us', 'type', '__proto__'].includes(name)),
      fc.oneof(fc.integer(), fc.string({ unit: 'grapheme' }), fc.boolean(), fc.constant(null)),
    ),
  });
  const property = fc.property(fc.array(event), fc.integer({ min: 1, max: 50 }), (events, chunk) => {
    const sorted = [...events].sort((a, b) => a.atUs - b.atUs);
    const text = formatTrace({ controller: null, notes: {} }, sorted);
    const trace = read(text, chunk);
    t.is(trace.problem, null);
    t.deepEqual(
      trace.records.map(({ atUs, type, fields }) => ({ atUs, type, fields: { ...fields } })),
      sorted.map(({ fields, ...other }) => ({ ...other, fields: { ...fields } })),
    );
    t.is(trace.goodBytes, Buffer.byteLength(text));
  });
  fc.assert(property, { seed: 42, numRuns: 200 });
});

test('whatever bytes come, the reader answers with a problem or records and never throws (seed 43)', (t) => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.tuple(fc.nat({ max: 110 }), fc.nat({ max: 255 })).map(([at, byte]) => {
      const flipped = Buffer.from(`${HEADER}${good}{"at_us":7,"type":"b","n":[1,{"x":null}]}\n`);
      flipped[at] = byte;
      return flipped;
    }),
  );
  const property = fc.property(bytes, (input) => {
    const trace = read(input);
    t.true(trace.problem !== null || trace.goodBytes === input.length);
  });
  fc.assert(property, { seed: 43, numRuns: 1000 });
});
