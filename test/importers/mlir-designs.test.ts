import test from 'ava';
import { must } from '../../engine/base/assert.js';
import type { Design, DesignEnd } from '../../engine/controllers/npu/design.js';
import { readMlirAie } from '../../engine/importers/mlir/read-mlir-aie.js';
import { designMlir } from '../helpers/design-mlir.js';
import { designCases, designJson, designOf } from '../helpers/npu-designs.js';

/** A design with names of links and ends in main memory as MLIR gives them. */
function renamed(design: Design): unknown {
  const links = new Map(
    design.links.map(({ id, kind, inputs, outputs }) => [
      id,
      `link:${(kind === 'join' ? outputs[0] : inputs[0]) ?? ''}`,
    ]),
  );
  const ends = design.fifos.flatMap((fifo) =>
    [fifo.producer, ...fifo.consumers].map(({ ref }) => ({ ref, fifo: fifo.id })),
  );
  const nameOf = ({ kind, ref }: DesignEnd, fifo: string): string => {
    if (kind === 'worker') return ref;
    if (kind === 'link') return must(links.get(ref), ref);
    const shared = ends.filter((one) => one.ref === ref).length > 1;
    return `shim:${shared ? ref.replace(/\W/g, '_') : fifo}`;
  };
  const rename = (end: DesignEnd, fifo: string): unknown => ({
    ...end,
    ref: nameOf(end, fifo),
    // Links and main memory take nothing by programs.
    maxAcquire: end.kind === 'worker' ? end.maxAcquire : null,
  });
  const transfers = (all: Design['fills']): unknown =>
    all.map(({ fifo, tasks, firstPattern }) => ({ fifo, tasks, firstPattern }));
  return {
    id: design.id,
    device: design.device,
    workers: design.workers.map(({ id, stackBytes, buffers }) => ({ id, stackBytes, buffers })),
    fifos: design.fifos.map((fifo) => ({
      ...fifo,
      producer: rename(fifo.producer, fifo.id),
      consumers: fifo.consumers.map((end) => rename(end, fifo.id)),
    })),
    links: design.links.map((link) => ({ ...link, id: links.get(link.id) })),
    fills: transfers(design.fills),
    drains: transfers(design.drains),
  };
}

for (const { id } of designCases) {
  test(`${id} written as MLIR is read as the design that it was`, (t) => {
    const original = designOf(designJson(id));
    // A pattern that the design does not have is written as some run of elements.
    const some = { tensor: [64], offset: 0, sizes: [64], strides: [1] };
    const whole = (all: Design['fills']): Design['fills'] =>
      all.map((one) => ({ ...one, firstPattern: one.firstPattern ?? some }));
    const design = { ...original, fills: whole(original.fills), drains: whole(original.drains) };
    const { designs, diagnostics } = readMlirAie(
      { name: `${id}.mlir`, text: designMlir(design) },
      { pinned: true },
    );
    t.deepEqual(diagnostics, []);
    const read = designOf(must(designs[0], 'a design').design);
    t.deepEqual(renamed(read), renamed(design));
  });
}
