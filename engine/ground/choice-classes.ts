import { byNumber } from '../base/order.js';
import type { ModelBuilder } from '../model/builder.js';
import type { SqlValue } from '../base/sql-value.js';
import { valuesOfClass } from '../model/class-values.js';
import type { ClassMap, Literal, Loads } from '../model/model.js';
import { TRUE } from '../model/model.js';
import type { ChoiceMap, GuardedSymbol, Symbol, TextCodes } from './symbol.js';

export type Choice = Extract<Symbol, { kind: 'choice' }>;

/** A choice with the literal under which it counts. */
export interface GuardedChoice {
  readonly guard: GuardedSymbol['guard'];
  readonly symbol: Choice;
}

/** Choices whose values are told apart in one way. */
export interface ChoiceGroup {
  readonly rows: readonly GuardedChoice[];
  /** Value of the decision -> value chosen: an integer, or the code of a text. Null: the decision itself. */
  readonly classes: ClassMap | null;
  /** Values that may be chosen, ascending. */
  readonly keys: readonly number[];
  readonly text: boolean;
}

/** Keys of a column of numbers by number, and those where it is not null. */
export interface Amounts {
  readonly byAmount: ReadonlyMap<number, readonly number[]>;
  readonly filled: readonly number[];
}

/** Per value the literal that some item of a list chooses it. */
interface SomeChosen {
  readonly text: boolean;
  readonly literals: ReadonlyMap<number, Literal>;
}

export const isChoice = <R extends GuardedSymbol>(row: R): row is R & GuardedChoice =>
  row.symbol.kind === 'choice';

/** Reads what decisions choose as classes of values, so that many rows are counted at once by a load. */
export class ChoiceClasses {
  private readonly known = new Map<ChoiceMap, { classes: ClassMap; keys: readonly number[] } | null>();

  private readonly amounts = new Map<ChoiceMap, Amounts>();
  private readonly someChosen = new WeakMap<readonly GuardedSymbol[], SomeChosen | null>();

  constructor(
    private readonly builder: ModelBuilder,
    private readonly texts: TextCodes,
  ) {}

  /** Choices by what they choose among; null where some are not of finitely many integers or texts. */
  groups(rows: readonly GuardedChoice[]): ChoiceGroup[] | null {
    const groups = new Map<string, { classes: ClassMap | null; text: boolean; rows: GuardedChoice[] }>();
    const keys = new Map<string, Set<number>>();
    const ids = new Map<ClassMap, number>();
    const listed = new Map<string, Set<readonly number[]>>();
    for (const row of rows) {
      const { map, text, variable } = row.symbol;
      const own = map === null ? null : this.classesOf(map, text);
      if (map !== null && own === null) return null;
      const values = own === null ? this.builder.variableAt(variable).values : own.keys;
      if (values === null) return null;
      const classes = own?.classes ?? null;
      if (classes !== null && !ids.has(classes)) ids.set(classes, ids.size);
      const id = `${text ? 't' : 'n'}${classes === null ? '' : String(ids.get(classes))}`;
      const group = groups.get(id);
      if (group === undefined) groups.set(id, { classes, text, rows: [row] });
      else group.rows.push(row);
      // Variables of one column share their list.
      const lists = listed.get(id) ?? new Set();
      listed.set(id, lists);
      if (lists.has(values)) continue;
      lists.add(values);
      const all = keys.get(id) ?? new Set();
      keys.set(id, all);
      for (const value of values) all.add(value);
    }
    return [...groups].map(([id, group]) => ({ ...group, keys: [...(keys.get(id) ?? [])].sort(byNumber) }));
  }

  /** How often each value is chosen: a load per value. */
  loads({ rows, classes }: ChoiceGroup): Loads {
    const items = rows.map(({ guard, symbol }) => ({
      variable: symbol.variable,
      demand: 1,
      presence: guard,
    }));
    return this.builder.loads(items, classes);
  }

  /** The values of a column of numbers; `number` refuses what is none. Many rows ask for one column. */
  amountsOf(map: ChoiceMap, number: (cell: SqlValue) => number | null): Amounts {
    let amounts = this.amounts.get(map);
    if (amounts === undefined) {
      const byAmount = new Map<number, number[]>();
      const filled: number[] = [];
      for (const [value, cell] of map) {
        const amount = number(cell);
        if (amount === null) continue;
        filled.push(value);
        const members = byAmount.get(amount);
        if (members === undefined) byAmount.set(amount, [value]);
        else members.push(value);
      }
      amounts = { byAmount, filled };
      this.amounts.set(map, amounts);
    }
    return amounts;
  }

  /**
   * That a choice is among what the items choose, value by value: that some item chooses a value is one literal
   * for all who ask. Null where some value may be null, or where the values are more than the items.
   */
  among(operand: Symbol, items: readonly GuardedSymbol[]): Literal | null {
    const { builder } = this;
    if (operand.kind !== 'choice' || items.length < 2) return null;
    const own = this.groupOf([{ guard: TRUE, symbol: operand }]);
    if (own === null || own.keys.length > items.length || !this.isTotal(operand)) return null;
    let some = this.someChosen.get(items);
    if (some === undefined) {
      some = this.someChosenOf(items);
      this.someChosen.set(items, some);
    }
    if (some === null || own.text !== some.text) return null;
    const { literals } = some;
    const parts = own.keys.flatMap((key) => {
      const present = literals.get(key);
      if (present === undefined) return [];
      const chosen = builder.member(operand.variable, valuesOfClass(own.classes, key));
      return [builder.and([present, chosen])];
    });
    return builder.or(parts);
  }

  private someChosenOf(items: readonly GuardedSymbol[]): SomeChosen | null {
    const { builder } = this;
    const choices = items.filter(isChoice);
    if (choices.length < items.length || !choices.every(({ symbol }) => this.isTotal(symbol))) return null;
    const group = this.groupOf(choices);
    if (group === null) return null;
    const loads = this.loads(group);
    const literals = group.keys.map(
      (key) => [key, builder.linear(builder.load(loads, key), 1, null)] as const,
    );
    return { text: group.text, literals: new Map(literals) };
  }

  /** The one group that all rows are of; null where they are of several. */
  groupOf(rows: readonly GuardedChoice[]): ChoiceGroup | null {
    const [group, ...more] = this.groups(rows) ?? [];
    return group === undefined || more.length > 0 ? null : group;
  }

  /** True where the value chosen is never null. */
  private isTotal({ map, text }: Choice): boolean {
    return map === null || this.classesOf(map, text)?.classes.size === map.size;
  }

  private classesOf(
    map: ChoiceMap,
    text: boolean,
  ): { readonly classes: ClassMap; readonly keys: readonly number[] } | null {
    let known = this.known.get(map);
    if (known === undefined) {
      known = this.computeClasses(map, text);
      this.known.set(map, known);
    }
    return known;
  }

  private computeClasses(
    map: ChoiceMap,
    text: boolean,
  ): { readonly classes: ClassMap; readonly keys: readonly number[] } | null {
    const entries: (readonly [number, number])[] = [];
    for (const [value, cell] of map) {
      if (cell === null) continue;
      if (typeof cell === 'string' && text) entries.push([value, this.texts.code(cell)]);
      else if (typeof cell === 'number' && !text && Number.isSafeInteger(cell))
        entries.push([value, cell + 0]);
      else return null;
    }
    const keys = [...new Set(entries.map(([, key]) => key))].sort(byNumber);
    return { classes: this.builder.classMap(entries), keys };
  }
}
