/** What a container has and what is wished for it. */
export interface Wish {
  readonly container: number;
  readonly application: number;
  readonly quotaUs: number;
  readonly limitPages: number;
  readonly usagePages: number;
  readonly wishUs: number;
  readonly wishPages: number;
}

export interface Fitted {
  readonly quotaUs: number;
  readonly limitPages: number;
}

/**
 * What an application can give of what is wished for its containers. The recommenders know nothing of a limit that
 * containers share; here all of them live within one: decreases count first, and where the increases ask for more
 * than there is, each gets the same share of what it asks for.
 *
 * No limit goes down to what its container uses, since the kernel would refuse that.
 */
export function fit(
  wishes: readonly Wish[],
  pool: { readonly us: number; readonly pages: number },
): Fitted[] {
  const quotas = share(
    wishes.map(({ quotaUs, wishUs }) => ({ from: quotaUs, to: wishUs })),
    pool.us,
  );
  const limits = share(
    wishes.map(({ limitPages: from, wishPages, usagePages }) => ({
      from,
      to: wishPages > usagePages ? wishPages : Math.min(from, usagePages + 1),
    })),
    pool.pages,
  );
  return wishes.map((_wish, at) => ({ quotaUs: quotas[at] ?? 0, limitPages: limits[at] ?? 0 }));
}

function share(changes: readonly { readonly from: number; readonly to: number }[], free: number): number[] {
  let room = free;
  let asked = 0;
  for (const { from, to } of changes) {
    if (to > from) asked += to - from;
    else room += from - to;
  }
  if (asked <= room) return changes.map(({ to }) => to);
  return changes.map(({ from, to }) => (to <= from ? to : from + Math.floor(((to - from) * room) / asked)));
}
