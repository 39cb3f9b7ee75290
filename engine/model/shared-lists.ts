import { indexIn } from './search.js';

/** What two ascending lists share. */
export function commonOf(few: readonly number[], many: readonly number[]): readonly number[] {
  if (few === many) return many;
  if (few.length * 8 < many.length) return few.filter((value) => indexIn(many, value) >= 0);
  let at = 0;
  return few.filter((value) => {
    while ((many[at] ?? Infinity) < value) at += 1;
    return many[at] === value;
  });
}

/** Remembers of ascending lists what they share, so that variables with one domain keep one array whatever is asked of them. */
export class SharedLists {
  private readonly commons = new WeakMap<readonly number[], WeakMap<readonly number[], readonly number[]>>();
  private readonly rests = new WeakMap<readonly number[], WeakMap<readonly number[], readonly number[]>>();
  private readonly ids = new WeakMap<readonly number[], number>();
  private readonly idsByText = new Map<string, number>();

  /** Values of both lists: the same array for the same two. */
  common(list: readonly number[], domain: readonly number[]): readonly number[] {
    let byDomain = this.commons.get(list);
    if (byDomain === undefined) {
      byDomain = new WeakMap();
      this.commons.set(list, byDomain);
    }
    let kept = byDomain.get(domain);
    if (kept === undefined) {
      kept = commonOf(list, domain);
      byDomain.set(domain, kept);
    }
    return kept;
  }

  /** Values of `domain` that are not in `list`: the same array for the same two, `domain` itself where that is all. */
  rest(list: readonly number[], domain: readonly number[]): readonly number[] {
    const common = this.common(list, domain);
    if (common.length === 0) return domain;
    let byCommon = this.rests.get(domain);
    if (byCommon === undefined) {
      byCommon = new WeakMap();
      this.rests.set(domain, byCommon);
    }
    let rest = byCommon.get(common);
    if (rest === undefined) {
      let at = 0;
      rest = domain.filter((value) => {
        if (common[at] !== value) return true;
        at += 1;
        return false;
      });
      byCommon.set(common, rest);
    }
    return rest;
  }

  /** A number for the values of a list; the same for the same values. */
  idOf(list: readonly number[]): number {
    const known = this.ids.get(list);
    if (known !== undefined) return known;
    const text = list.join(',');
    const id = this.idsByText.get(text) ?? this.idsByText.size;
    this.idsByText.set(text, id);
    this.ids.set(list, id);
    return id;
  }
}
