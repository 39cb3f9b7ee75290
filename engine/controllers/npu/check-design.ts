import type { Design, DesignEnd, DesignFifo, DesignLink } from './design.js';
import type { Problems } from './json-reader.js';
import { placeablesOf } from './placeables-of.js';

/** What mlir-aie's verifiers demand of a design before anything is placed. */
export function checkDesign(design: Design, path: string, problems: Problems): void {
  const at = (place: string): string => (path === '' ? place : `${path}.${place}`);
  const add = (place: string, message: string): void => problems.add(at(place), message);
  checkNames(design, add);
  const fifoById = new Map(design.fifos.map((fifo) => [fifo.id, fifo]));
  const linkById = new Map(design.links.map((link) => [link.id, link]));
  design.fifos.forEach((fifo, i) => checkFifo(fifo, `fifos[${i}]`, design, linkById, add));
  design.links.forEach((link, i) => checkLink(link, `links[${i}]`, fifoById, add));
  checkLinksPerFifo(design, add);
  const names = new Set(placeablesOf(design).map(({ name }) => name));
  const workers = new Set(design.workers.map(({ id }) => id));
  for (const [kind, transfers] of [['fills', design.fills] as const, ['drains', design.drains] as const]) {
    transfers.forEach(({ fifo, firstPattern: pattern }, i) => {
      const place = `runtime.${kind}[${i}]`;
      const found = fifoById.get(fifo);
      const ends = kind === 'fills' ? [found?.producer] : (found?.consumers ?? []);
      if (found === undefined) add(place, `there is no fifo \`${fifo}\``);
      else if (!ends.some((end) => end?.kind === 'runtime')) {
        add(
          place,
          `\`${fifo}\` has no end in main memory to ${kind === 'fills' ? 'fill it from' : 'drain it to'}`,
        );
      }
      if (pattern !== null && pattern.sizes.length !== pattern.strides.length)
        add(
          `${place}.firstPattern`,
          `has ${pattern.sizes.length} sizes and ${pattern.strides.length} strides`,
        );
    });
  }
  const pairs = [
    ...design.cascades.map(({ source, destination }, i) => [`cascades[${i}]`, source, destination] as const),
    ...design.memoryAccess.map(({ core, owner }, i) => [`memoryAccess[${i}]`, core, owner] as const),
  ];
  for (const [place, first, second] of pairs) {
    for (const name of [first, second]) if (!workers.has(name)) add(place, `there is no worker \`${name}\``);
    if (first === second) add(place, `\`${first}\` is on both sides`);
  }
  for (const name of [...design.where.keys()].filter((one) => !names.has(one)))
    add('pins', `there is no worker, link or end \`${name}\` to say the place of`);
  for (const name of [...design.placement.keys()].filter((one) => !names.has(one)))
    add('placement', `there is no worker, link or end \`${name}\``);
}

type Add = (place: string, message: string) => void;

function checkNames(design: Design, add: Add): void {
  const seen = new Map<string, string>();
  const unique = (place: string, id: string): void => {
    const other = seen.get(id);
    if (other !== undefined) add(place, `\`${id}\` is the name of \`${other}\` already`);
    seen.set(id, place);
  };
  design.workers.forEach(({ id }, i) => unique(`workers[${i}]`, id));
  design.links.forEach(({ id }, i) => unique(`links[${i}]`, id));
  const fifos = new Set<string>();
  design.fifos.forEach(({ id }, i) => {
    if (fifos.has(id)) add(`fifos[${i}]`, `there are two fifos \`${id}\``);
    fifos.add(id);
  });
}

const ends = (fifo: DesignFifo): readonly DesignEnd[] => [fifo.producer, ...fifo.consumers];

function checkFifo(
  fifo: DesignFifo,
  place: string,
  design: Design,
  linkById: ReadonlyMap<string, DesignLink>,
  add: Add,
): void {
  if (fifo.consumers.length === 0) add(place, `\`${fifo.id}\` has no consumer`);
  ends(fifo).forEach((end, i) => {
    const at = i === 0 ? `${place}.producer` : `${place}.consumers[${i - 1}]`;
    if (end.kind === 'worker') {
      if (!design.workers.some(({ id }) => id === end.ref)) add(at, `there is no worker \`${end.ref}\``);
      if (end.maxAcquire !== null && end.maxAcquire > end.depth)
        add(at, `takes ${end.maxAcquire} objects at a time, its depth is ${end.depth}`);
    } else if (end.maxAcquire !== null) add(at, 'only a worker takes objects');
    if (end.kind === 'runtime') {
      if (!end.ref.startsWith('shim:')) add(at, `\`${end.ref}\` does not start with \`shim:\``);
      if (i === 0 && fifo.repeatCount !== null) add(at, 'an end in main memory cannot repeat');
    }
    if (end.kind === 'link') {
      const link = linkById.get(end.ref);
      const named = i === 0 ? link?.outputs : link?.inputs;
      if (link === undefined) add(at, `there is no link \`${end.ref}\``);
      else if (named?.includes(fifo.id) !== true)
        add(at, `\`${fifo.id}\` is not among the ${i === 0 ? 'outputs' : 'inputs'} of \`${link.id}\``);
    }
  });
}

function checkLink(
  link: DesignLink,
  place: string,
  fifoById: ReadonlyMap<string, DesignFifo>,
  add: Add,
): void {
  const { id, kind, inputs, outputs, offsetsElems } = link;
  const shapes = { split: [1, null], join: [null, 1], forward: [1, 1] } as const;
  const [wantedIn, wantedOut] = shapes[kind];
  if (inputs.length === 0 || outputs.length === 0) add(place, `\`${id}\` links nothing on one side`);
  if ((wantedIn !== null && inputs.length !== 1) || (wantedOut !== null && outputs.length !== 1))
    add(place, `a ${kind} of ${inputs.length} to ${outputs.length} fifos`);
  if (kind !== 'forward' && link.tileType !== 'mem') add(place, `a ${kind} needs a memory tile`);
  const parts = kind === 'split' ? outputs : kind === 'join' ? inputs : [];
  if (offsetsElems.length !== 0 && offsetsElems.length !== parts.length)
    add(place, `${offsetsElems.length} offsets for ${parts.length} fifos`);
  const meets = (fifo: DesignFifo | undefined, isInput: boolean): boolean =>
    fifo !== undefined &&
    (isInput ? fifo.consumers : [fifo.producer]).some((end) => end.kind === 'link' && end.ref === id);
  for (const [names, isInput] of [[inputs, true] as const, [outputs, false] as const]) {
    for (const name of names) {
      if (!meets(fifoById.get(name), isInput))
        add(place, `\`${name}\` is no fifo that ${isInput ? 'ends' : 'begins'} at \`${id}\``);
    }
  }
  const repeats = new Set(outputs.map((name) => fifoById.get(name)?.repeatCount ?? 1));
  if (kind === 'split' && repeats.size > 1) add(place, `the outputs of \`${id}\` repeat unequally`);
}

function checkLinksPerFifo(design: Design, add: Add): void {
  design.fifos.forEach((fifo, i) => {
    const linked = [fifo.producer, ...fifo.consumers].filter((end) => end.kind === 'link');
    if (linked.length > 1) add(`fifos[${i}]`, `\`${fifo.id}\` is in more than one link`);
  });
}
