/**
 * What a machine step asks for, as data. The core moves it and never reads an emitted payload.
 * Times are relative to the step; whoever stores the row turns them into due times.
 */
export type MachineEffect =
  | { readonly kind: 'emit'; readonly type: string; readonly fields: Readonly<Record<string, unknown>> }
  /** Deliver `event` to the same row after `delayMs`, unless `timer` is cancelled or set anew first. */
  | { readonly kind: 'schedule'; readonly timer: string; readonly delayMs: number; readonly event: string }
  | { readonly kind: 'cancel'; readonly timer: string };

/** The type of an action that only names an effect and its fields: `const bound: NamedAction<Fields> = named`. */
export type NamedAction<Fields> = (args: unknown, fields: Fields) => void;

/** The code of every named action: none. */
export function named(): void {
  // The step reads the name and the fields; see step.ts.
}
