import type { SourceFile } from '../base/source.js';
import type { DesignFormat, GivenDesign } from './design-format.js';

/** The JSON format of designs: one object, or a list of them. */
export const npuDesign: DesignFormat = {
  name: 'npu-design',
  meaning: 'a design as JSON, or a list of them (docs/npu.md)',
  read: (source, { pinned }) => {
    const span = { source, start: 0, end: Math.min(1, source.text.length) };
    try {
      const designs = listOf(source).map((value, i): GivenDesign => {
        const id = idOf(value) ?? `design ${i}`;
        return { id, value: pinned ? value : withoutPins(value), spanOf: () => span };
      });
      return { designs, diagnostics: [] };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      const message = `this is no JSON: ${error.message}`;
      return { designs: [], diagnostics: [{ code: 'import/bad-file', severity: 'error', message, span }] };
    }
  },
  write: (source, places) => {
    const placed = listOf(source).map((value) => {
      const found = places.get(idOf(value) ?? '');
      return found === undefined ? value : { ...(value as object), placement: Object.fromEntries(found) };
    });
    const isList = Array.isArray(JSON.parse(source.text));
    return `${JSON.stringify(isList ? placed : placed[0], null, 2)}\n`;
  },
};

function listOf({ text }: SourceFile): readonly unknown[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value : [value];
}

function idOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return typeof value.id === 'string' ? value.id : null;
}

/** A design whose pins are only where its parts were. Ranges and half pins hold all the same. */
function withoutPins(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('pins' in value)) return value;
  const { pins } = value;
  if (typeof pins !== 'object' || pins === null) return value;
  const isWhole = (pin: unknown): boolean => Array.isArray(pin) && pin.every((one) => one !== null);
  const all = Object.entries(pins);
  const before = 'placement' in value && typeof value.placement === 'object' ? value.placement : {};
  return {
    ...value,
    pins: Object.fromEntries(all.filter(([, pin]) => !isWhole(pin))),
    placement: { ...Object.fromEntries(all.filter(([, pin]) => isWhole(pin))), ...before },
  };
}
