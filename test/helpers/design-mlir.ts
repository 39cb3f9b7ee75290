import { must } from '../../engine/base/assert.js';
import type { Design, DesignEnd, DesignTransfer } from '../../engine/controllers/npu/design.js';

const ELEMENTS: Readonly<Record<string, string>> = {
  uint8: 'ui8',
  int8: 'i8',
  int16: 'i16',
  int32: 'i32',
  float16: 'f16',
  bfloat16: 'bf16',
  float32: 'f32',
};

const LOGICAL = { worker: 'CoreTile', runtime: 'ShimNOCTile' } as const;

/** A design as MLIR with logical tiles, one per part, as IRON prints it. Names of parts become names of values. */
export function designMlir(design: Design): string {
  const value = (name: string): string => `%${name.replace(/\W/g, '_')}`;
  const type = (shape: readonly number[], dtype: string): string =>
    `memref<${[...shape, must(ELEMENTS[dtype], dtype)].join('x')}>`;
  const lines: string[] = [];
  const tiles = new Map<string, string>();
  for (const { id } of design.workers) tiles.set(id, LOGICAL.worker);
  for (const { id, tileType } of design.links) tiles.set(id, tileType === 'mem' ? 'MemTile' : 'CoreTile');
  const ends = design.fifos.flatMap((fifo) => [fifo.producer, ...fifo.consumers]);
  for (const { kind, ref } of ends) if (kind === 'runtime') tiles.set(ref, LOGICAL.runtime);
  for (const [name, kind] of tiles) lines.push(`${value(name)} = aie.logical_tile<${kind}>(?, ?)`);
  for (const fifo of design.fifos) {
    const { producer, consumers, shape, dtype } = fifo;
    const depths = [producer, ...consumers].map(({ depth }) => depth);
    const depth = depths.every((one) => one === depths[0])
      ? `${depths[0] ?? 2} : i32`
      : `[${depths.join(', ')}]`;
    // Main memory takes no transforms; where the producer is there, a consumer has it.
    const reorder = (word: string): string =>
      fifo.streamTransform ? ` dimensions${word}Stream [<size = 2, stride = 1>]` : '';
    const isFill = producer.kind === 'runtime';
    const from = `${value(producer.ref)}${isFill ? '' : reorder('To')}`;
    const to = consumers.map(({ ref }, i) => `${value(ref)}${isFill && i === 0 ? reorder('From') : ''}`);
    const attributes = [
      ...(fifo.viaDma ? ['via_DMA = true'] : []),
      ...(fifo.repeatCount === null ? [] : [`repeat_count = ${fifo.repeatCount} : i32`]),
    ];
    const dict = attributes.length === 0 ? '' : ` {${attributes.join(', ')}}`;
    lines.push(
      `aie.objectfifo @${fifo.id}(${from}, {${to.join(', ')}}, ${depth})${dict} : !aie.objectfifo<${type(shape, dtype)}>`,
    );
  }
  for (const { kind, inputs, outputs, offsetsElems } of design.links) {
    const list = (all: readonly string[]): string => `[${all.map((one) => `@${one}`).join(', ')}]`;
    const offsets = `[${offsetsElems.join(', ')}]`;
    lines.push(
      `aie.objectfifo.link ${list(inputs)} -> ${list(outputs)}(${kind === 'join' ? offsets : '[]'} ${kind === 'split' ? offsets : '[]'})`,
    );
  }
  for (const { id, stackBytes, buffers } of design.workers) {
    for (const buffer of buffers) {
      if (buffer.kind === 'local') continue;
      const name = value(`${id}_${buffer.id}`);
      lines.push(
        `${name} = aie.buffer(${value(id)}) {sym_name = "${buffer.id}"} : memref<${buffer.bytes}xi8>`,
      );
    }
    lines.push(`${value(`core_${id}`)} = aie.core(${value(id)}) {`);
    for (const buffer of buffers)
      if (buffer.kind === 'local') lines.push(`%${buffer.id} = memref.alloc() : memref<${buffer.bytes}xi8>`);
    lines.push('scf.for %i = %c0 to %cmax step %c1 {');
    const acquire = (fifo: string, end: DesignEnd, port: string): void => {
      if (end.kind !== 'worker' || end.ref !== id || end.maxAcquire === null) return;
      lines.push(
        `%s${lines.length} = aie.objectfifo.acquire @${fifo}(${port}, ${end.maxAcquire}) : !aie.objectfifosubview<memref<1xi8>>`,
      );
    };
    for (const fifo of design.fifos) {
      acquire(fifo.id, fifo.producer, 'Produce');
      fifo.consumers.forEach((end) => acquire(fifo.id, end, 'Consume'));
    }
    lines.push('}', 'aie.end', stackBytes === null ? '}' : `} {stack_size = ${stackBytes} : i32}`);
  }
  const transfers = [...design.fills, ...design.drains];
  if (transfers.length > 0) {
    const args = transfers.map((one, i) => `%arg${i}: ${tensorOf(one)}`);
    lines.push(`aie.runtime_sequence(${args.join(', ')}) {`);
    transfers.forEach((one, i) => {
      const { offset, sizes, strides } = one.firstPattern ?? { offset: 0, sizes: [64], strides: [1] };
      for (let task = 0; task < one.tasks; task += 1) {
        const dims = sizes.map((size, j) => `<size = ${size}, stride = ${strides[j] ?? 0}>`);
        lines.push(
          `%t${i}_${task} = aiex.dma_configure_task_for @${one.fifo} {`,
          `aie.dma_bd(%arg${i} : ${tensorOf(one)}, ${offset}, 64, [${dims.join(', ')}])`,
          'aie.end',
          '}',
        );
      }
    });
    lines.push('}');
  }
  const body = lines.map((line) => `    ${line}`).join('\n');
  return `module {\n  aie.device(${design.device}) @${design.id} {\n${body}\n  }\n}\n`;
}

const tensorOf = ({ firstPattern }: DesignTransfer): string =>
  `memref<${[...(firstPattern?.tensor ?? [64]), 'i32'].join('x')}>`;
