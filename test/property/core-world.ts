import type { Random } from '../../engine/base/random.js';
import { seededRandom } from '../../engine/base/random.js';
import type { SqlRecord } from '../../engine/base/sql-value.js';

/** Decisions of the rows of `t`, in the order of the rows. */
export interface State {
  readonly h: readonly number[];
  readonly n: readonly number[];
}

/** Ids of member rows and keys of a capacity that a demand still looks at. */
export interface Kept {
  readonly members: ReadonlySet<number>;
  readonly keys: ReadonlySet<number>;
}

/** One row or group of a demand, with a meaning of its own. */
export interface Instance {
  /** What a core calls it; empty for the only group of an aggregate. */
  readonly row: SqlRecord;
  /** Rows of `t` that a core may list inside it; empty where it is a row itself. */
  readonly members: readonly number[];
  readonly keys: readonly number[];
  holds(state: State, kept: Kept): boolean;
}

export interface Demand {
  readonly name: string;
  readonly kind: 'policy' | 'schema';
  /** The statement of a policy; what a schema demand adds to the table. */
  readonly sql: string;
  readonly instances: readonly Instance[];
}

export interface CoreWorld {
  readonly database: readonly string[];
  readonly demands: readonly Demand[];
  /** Every assignment that is looked at. Numbers without bounds have more values than these. */
  readonly states: readonly State[];
}

interface Host {
  readonly id: number;
  readonly cap: number;
  readonly zone: number;
}

interface Item {
  readonly id: number;
  readonly g: number;
  readonly w: number;
}

/** Values tried for a number; the ends stand for all that is far away, and their sums for all that is near. */
const NUMBERS = [-40, -1, 0, 1, 2, 3, 4, 5, 6, 39, 40, 41, 42, 43, 44, 45, 46];

class Maker {
  private readonly random: Random;
  private readonly hosts: readonly Host[];
  private readonly items: readonly Item[];
  private readonly hasNumbers: boolean;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.hasNumbers = this.chance(40);
    this.hosts = [1, 2, 3]
      .slice(0, 1 + this.below(3))
      .map((id) => ({ id, cap: this.below(5), zone: 1 + this.below(2) }));
    this.items = [1, 2, 3, 4]
      .slice(0, this.hasNumbers ? 1 + this.below(2) : 1 + this.below(4))
      .map((id) => ({ id, g: this.below(2), w: this.below(4) }));
  }

  private below(bound: number): number {
    return this.random.below(bound);
  }

  private chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  private pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  world(): CoreWorld {
    const schema = this.schema();
    const makers = [
      () => this.pin(),
      () => this.among(),
      () => this.apart(),
      () => this.equality('all_different'),
      () => this.equality('all_equal'),
      () => this.perHost(),
      () => this.perZone(),
      () => this.capacity(),
      () => this.capacity(),
      () => this.roomForItself(),
      () => this.wanted(),
      () => this.anyAt(),
      () => this.distinct(),
      () => this.ground(),
      ...(this.hasNumbers
        ? [
            () => this.numberBound(),
            () => this.numberBound(),
            () => this.total(),
            () => this.total(),
            () => this.match(),
            () => this.rising(),
            () => this.extreme(),
            () => this.average(),
          ]
        : []),
    ];
    const policies = Array.from({ length: 2 + this.below(4) }, (_one, i) => ({
      ...this.pick(makers)(),
      name: `p${i + 1}`,
    })).map((one): Demand => ({
      ...one,
      kind: 'policy',
      sql: `create constraint ${one.name} as ${one.sql}`,
    }));
    const isOpen = this.hasNumbers && !schema.some(({ sql }) => sql.includes('between'));
    if (isOpen) policies.push(this.bounds());
    // A table that no policy reads is not decided.
    if (!policies.some(({ sql }) => / t\b/.test(sql))) policies.push(this.reading());
    const number = this.hasNumbers ? ', controllable_n integer' : '';
    const demands = schema.map(({ sql }) => `, ${sql}`).join('');
    return {
      database: [
        'create table h(id integer primary key, cap integer, zone integer)',
        'create table z(a integer, k integer, primary key (a, k))',
        'insert into z values (0, 1), (1, 2), (1, 3)',
        `create table t(id integer primary key, g integer, w integer, controllable_h integer references h(id)${number}${demands})`,
        ...this.hosts.map(({ id, cap, zone }) => `insert into h values (${id}, ${cap}, ${zone})`),
        ...this.items.map(({ id, g, w }) => `insert into t(id, g, w) values (${id}, ${g}, ${w})`),
      ],
      demands: [...policies, ...schema],
      states: this.states(),
    };
  }

  private states(): State[] {
    const ids = this.hosts.map(({ id }) => id);
    let found: State[] = [{ h: [], n: [] }];
    for (let i = 0; i < this.items.length; i += 1) {
      found = found.flatMap(({ h, n }) =>
        ids.flatMap((host) =>
          (this.hasNumbers ? NUMBERS : [0]).map((number) => ({ h: [...h, host], n: [...n, number] })),
        ),
      );
    }
    return found;
  }

  // --- what the schema demands ---

  private schema(): Demand[] {
    const found: Demand[] = [];
    const add = (name: string, sql: string, instances: readonly Instance[]): void => {
      found.push({ name, kind: 'schema', sql, instances });
    };
    let checks = 0;
    const check = (sql: string, holds: (item: Item, h: number, n: number) => boolean): void => {
      checks += 1;
      add(`t.check${checks}`, `check (${sql})`, this.perItem(holds));
    };
    if (this.hasNumbers && this.chance(60))
      check('controllable_n between 0 and 2', (_item, _h, n) => n >= 0 && n <= 2);
    if (this.hasNumbers && this.chance(25)) check('controllable_n > w', ({ w }, _h, n) => n > w);
    if (this.chance(20)) check('controllable_h <> w', ({ w }, h) => h !== w);
    const unique = (columns: readonly string[], key: (item: Item, h: number) => string): void => {
      const distinct = this.whole((state, kept) => {
        const keys = this.items.flatMap((item, i) =>
          kept.members.has(item.id) ? [key(item, state.h[i] ?? 0)] : [],
        );
        return new Set(keys).size === keys.length;
      });
      add(`t.unique(${columns.join(', ')})`, `unique (${columns.join(', ')})`, [distinct]);
    };
    if (this.chance(20)) unique(['controllable_h'], (_item, h) => String(h));
    if (this.chance(15)) unique(['g', 'controllable_h'], ({ g }, h) => `${g}/${h}`);
    if (this.chance(15)) {
      add(
        't.foreign_key2',
        'foreign key (g, controllable_h) references z(a, k)',
        this.perItem(({ g }, h) => (g === 0 ? h === 1 : h > 1)),
      );
    }
    return found;
  }

  // --- rows ---

  private perItem(
    holds: (item: Item, h: number, n: number) => boolean,
    items: readonly Item[] = this.items,
  ): Instance[] {
    return items.map((item) => {
      const at = this.items.indexOf(item);
      return {
        row: { 't.id': item.id },
        members: [],
        keys: [],
        holds: ({ h, n }) => holds(item, h[at] ?? 0, n[at] ?? 0),
      };
    });
  }

  private pin(): Omit<Demand, 'name' | 'kind'> {
    const { id } = this.pick(this.items);
    const host = 1 + this.below(4);
    return {
      sql: `select * from t where id = ${id} check controllable_h = ${host}`,
      instances: this.perItem(
        (_item, h) => h === host,
        this.items.filter((item) => item.id === id),
      ),
    };
  }

  private among(): Omit<Demand, 'name' | 'kind'> {
    const hosts = [1, 2, 3].filter(() => this.chance(50));
    const g = this.below(2);
    return {
      sql: `select * from t where g = ${g} check controllable_h in (${hosts.join(', ')})`,
      instances: this.perItem(
        (_item, h) => hosts.includes(h),
        this.items.filter((item) => item.g === g),
      ),
    };
  }

  private apart(): Omit<Demand, 'name' | 'kind'> {
    const [word, same] = this.pick([
      ['<>', false],
      ['=', true],
    ] as const);
    const instances = this.items.flatMap((a, i) =>
      this.items.slice(i + 1).flatMap((b, j): Instance[] =>
        a.g !== b.g
          ? []
          : [
              {
                row: { 'a.id': a.id, 'b.id': b.id },
                members: [],
                keys: [],
                holds: ({ h }) => (h[i] === h[i + 1 + j]) === same,
              },
            ],
      ),
    );
    return {
      sql: `select * from t as a join t as b on a.id < b.id and a.g = b.g check a.controllable_h ${word} b.controllable_h`,
      instances,
    };
  }

  private match(): Omit<Demand, 'name' | 'kind'> {
    return {
      sql: 'select * from t where w > 0 check controllable_n <= w or controllable_h = 1',
      instances: this.perItem(
        ({ w }, h, n) => n <= w || h === 1,
        this.items.filter(({ w }) => w > 0),
      ),
    };
  }

  private reading(): Demand {
    const sql = 'create constraint reading as select * from t check controllable_h > 0';
    return { name: 'reading', kind: 'policy', sql, instances: this.perItem((_item, h) => h > 0) };
  }

  /** A number without any bound is refused. */
  private bounds(): Demand {
    return {
      name: 'bounds',
      kind: 'policy',
      sql: 'create constraint bounds as select * from t check controllable_n between -1 and 3',
      instances: this.perItem((_item, _h, n) => n >= -1 && n <= 3),
    };
  }

  private numberBound(): Omit<Demand, 'name' | 'kind'> {
    const bound = this.below(4) - 1;
    const [word, holds] = this.pick([
      ['<=', (n: number) => n <= bound],
      ['>=', (n: number) => n >= bound],
      ['<>', (n: number) => n !== bound],
      ['=', (n: number) => n === bound],
    ] as const);
    return {
      sql: `select * from t check controllable_n ${word} ${bound}`,
      instances: this.perItem((_item, _h, n) => holds(n)),
    };
  }

  private roomForItself(): Omit<Demand, 'name' | 'kind'> {
    return {
      sql: 'select * from t join h on h.id = t.controllable_h check h.cap >= t.w',
      instances: this.items.flatMap((item, i) =>
        this.hosts.map((host): Instance => ({
          row: { 't.id': item.id, 'h.id': host.id },
          members: [],
          keys: [],
          holds: ({ h }) => h[i] !== host.id || host.cap >= item.w,
        })),
      ),
    };
  }

  private host(id: number): Host | undefined {
    return this.hosts.find((one) => one.id === id);
  }

  private ground(): Omit<Demand, 'name' | 'kind'> {
    return {
      sql: 'select * from h where zone = 2 check cap >= 1',
      instances: this.hosts
        .filter(({ zone }) => zone === 2)
        .map(({ id, cap }) => ({ row: { 'h.id': id }, members: [], keys: [], holds: () => cap >= 1 })),
    };
  }

  // --- groups ---

  private whole(holds: Instance['holds'], items: readonly Item[] = this.items): Instance {
    return { row: {}, members: items.map(({ id }) => id), keys: [], holds };
  }

  private equality(name: 'all_different' | 'all_equal'): Omit<Demand, 'name' | 'kind'> {
    const groups = [0, 1].filter((g) => this.items.some((item) => item.g === g));
    return {
      sql: `select * from t group by g check ${name}(controllable_h)`,
      instances: groups.map((g): Instance => {
        const items = this.items.filter((item) => item.g === g);
        return {
          row: { g },
          members: items.map(({ id }) => id),
          keys: [],
          holds: ({ h }, { members }) => {
            const values = this.items.flatMap((item, i) =>
              item.g === g && members.has(item.id) ? [h[i]] : [],
            );
            const distinct = new Set(values).size;
            return name === 'all_equal' ? distinct <= 1 : distinct === values.length;
          },
        };
      }),
    };
  }

  /** Where a sum is too high, a dropped row counts as nothing, or as it is where that helps; the same where it is too low. */
  private sum(
    terms: readonly { readonly id: number; readonly value: number }[],
    { members }: Kept,
    side: 'most' | 'least',
  ): number {
    return terms.reduce((sum, { id, value }) => {
      if (members.has(id)) return sum + value;
      return sum + (side === 'most' ? Math.min(0, value) : Math.max(0, value));
    }, 0);
  }

  private compared(
    word: '<=' | '>=' | '=',
    bound: number,
    terms: readonly { readonly id: number; readonly value: number }[],
    kept: Kept,
  ): boolean {
    const [only, ...more] = terms;
    // Nothing is left of a comparison whose only row is disregarded.
    if (only !== undefined && more.length === 0 && !kept.members.has(only.id)) return true;
    const fitsBelow = word === '>=' || this.sum(terms, kept, 'most') <= bound;
    const fitsAbove = word === '<=' || this.sum(terms, kept, 'least') >= bound;
    return fitsBelow && fitsAbove;
  }

  private total(): Omit<Demand, 'name' | 'kind'> {
    const word = this.pick(['<=', '>=', '='] as const);
    const bound = this.below(8) - 1;
    return {
      sql: `select * from t check sum(controllable_n) ${word} ${bound}`,
      instances: [
        this.whole(({ n }, kept) => {
          const terms = this.items.map(({ id }, i) => ({ id, value: n[i] ?? 0 }));
          return this.compared(word, bound, terms, kept);
        }),
      ],
    };
  }

  private rising(): Omit<Demand, 'name' | 'kind'> {
    return {
      sql: 'select * from t check increasing(controllable_n)',
      instances: [
        this.whole(({ n }, { members }) => {
          const left = this.items.flatMap(({ id }, i) => (members.has(id) ? [n[i] ?? 0] : []));
          return left.every((value, i) => i === 0 || (left[i - 1] ?? 0) <= value);
        }),
      ],
    };
  }

  private extreme(): Omit<Demand, 'name' | 'kind'> {
    const bound = this.below(4) - 1;
    const [call, holds] = this.pick([
      ['min(controllable_n) >=', (value: number) => value >= bound],
      ['max(controllable_n) <=', (value: number) => value <= bound],
    ] as const);
    return {
      sql: `select * from t check ${call} ${bound}`,
      instances: [
        this.whole(({ n }, { members }) =>
          this.items.every(({ id }, i) => !members.has(id) || holds(n[i] ?? 0)),
        ),
      ],
    };
  }

  private average(): Omit<Demand, 'name' | 'kind'> {
    const bound = this.below(3);
    return {
      sql: `select * from t check avg(controllable_n) <= ${bound}`,
      instances: [
        this.whole(({ n }, kept) => {
          const terms = this.items.map(({ id }, i) => ({ id, value: n[i] ?? 0 }));
          return this.compared('<=', bound * this.items.length, terms, kept);
        }),
      ],
    };
  }

  private distinct(): Omit<Demand, 'name' | 'kind'> {
    const most = 1 + this.below(2);
    return {
      sql: `select * from t check count(distinct controllable_h) <= ${most}`,
      instances: [
        this.whole(({ h }, { members }) => {
          const values = this.items.flatMap(({ id }, i) => (members.has(id) ? [h[i]] : []));
          return new Set(values).size <= most;
        }),
      ],
    };
  }

  private perHost(): Omit<Demand, 'name' | 'kind'> {
    const word = this.pick(['<=', '>=', '='] as const);
    const bound = this.below(3);
    return {
      sql: `select * from t join h on h.id = t.controllable_h group by h.id check count(*) ${word} ${bound}`,
      instances: this.hosts.map((host) => ({
        row: { 'h.id': host.id },
        members: this.items.map(({ id }) => id),
        keys: [],
        holds: ({ h }, kept) => {
          const terms = this.items.map(({ id }, i) => ({ id, value: h[i] === host.id ? 1 : 0 }));
          return this.compared(word, bound, terms, kept);
        },
      })),
    };
  }

  private perZone(): Omit<Demand, 'name' | 'kind'> {
    const bound = this.below(5);
    const zones = [1, 2].filter((zone) => this.hosts.some((host) => host.zone === zone));
    return {
      sql: `select * from t join h on h.id = t.controllable_h group by h.zone check sum(t.w) <= ${bound}`,
      instances: zones.map((zone) => ({
        row: { 'h.zone': zone },
        members: this.items.map(({ id }) => id),
        keys: [],
        holds: ({ h }, kept) => {
          const terms = this.items.map(({ id, w }, i) => ({
            id,
            value: this.host(h[i] ?? 0)?.zone === zone ? w : 0,
          }));
          return this.compared('<=', bound, terms, kept);
        },
      })),
    };
  }

  private capacity(): Omit<Demand, 'name' | 'kind'> {
    const name = this.pick(['capacity', 'capacity_constraint']);
    const g = this.pick([null, 0, 1]);
    const items = this.items.filter((item) => g === null || item.g === g);
    const where = g === null ? '' : ` where t.g = ${g}`;
    return {
      sql: `select * from t join h on h.id = t.controllable_h${where} check ${name}(t.controllable_h, h.id, t.w, h.cap)`,
      instances: [
        {
          row: {},
          members: items.map(({ id }) => id),
          keys: this.hosts.map(({ id }) => id),
          holds: ({ h }, { members, keys }) =>
            this.hosts.every(({ id, cap }) => {
              if (!keys.has(id)) return true;
              const there = this.items.filter(
                (item, i) => items.includes(item) && members.has(item.id) && h[i] === id,
              );
              return there.reduce((sum, { w }) => sum + w, 0) <= cap;
            }),
        },
      ],
    };
  }

  private wanted(): Omit<Demand, 'name' | 'kind'> {
    const least = 1 + this.below(2);
    return {
      sql: `select * from h where zone = 1 check ${least} <= (select count(*) from t where t.controllable_h = h.id)`,
      instances: this.hosts
        .filter(({ zone }) => zone === 1)
        .map((host) => ({
          row: { 'h.id': host.id },
          members: this.items.map(({ id }) => id),
          keys: [],
          holds: ({ h }, kept) => {
            const terms = this.items.map(({ id }, i) => ({ id, value: h[i] === host.id ? 1 : 0 }));
            return this.compared('>=', least, terms, kept);
          },
        })),
    };
  }

  private anyAt(): Omit<Demand, 'name' | 'kind'> {
    const host = 1 + this.below(3);
    return {
      sql: `select * from t check any(controllable_h = ${host})`,
      instances: [
        this.whole(({ h }, { members }) =>
          // A row that is disregarded may be the one, where that host is there at all.
          this.items.some(
            ({ id }, i) => h[i] === host || (!members.has(id) && this.host(host) !== undefined),
          ),
        ),
      ],
    };
  }
}

/** A database and a set of demands of which many cannot hold together; the same seed gives the same one. */
export function coreWorld(seed: number): CoreWorld {
  return new Maker(seed).world();
}
