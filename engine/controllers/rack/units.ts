/** Slices that hold `bytes`, rounded up. */
export function slicesOf(bytes: number, sliceBytes: number): number {
  return Math.ceil(bytes / sliceBytes);
}

/** Cores and slices that one request asks for. */
export interface Amount {
  readonly cores: number;
  readonly memslices: number;
}

/** Cuts an amount into unit requests with consecutive numbers, cores first, as the published front end does. */
export function cutIntoUnits(
  firstId: number,
  amount: Amount,
): readonly { readonly id: number; readonly amount: Amount }[] {
  return Array.from({ length: amount.cores + amount.memslices }, (_, index) => ({
    id: firstId + index,
    amount: index < amount.cores ? { cores: 1, memslices: 0 } : { cores: 0, memslices: 1 },
  }));
}

/**
 * What an allocation of bytes asks of the scheduler (thesis 6.5, figure 6.6).
 * Bytes that the process's cache covers ask for nothing; else whole slices are asked for, and what the
 * last of them has left goes to the cache once it is there.
 */
export function throughCache(
  bytes: number,
  cachedBytes: number,
  sliceBytes: number,
): { readonly memslices: number; readonly cachedBytes: number; readonly spareBytes: number } {
  if (bytes <= cachedBytes) return { memslices: 0, cachedBytes: cachedBytes - bytes, spareBytes: 0 };
  const memslices = slicesOf(bytes, sliceBytes);
  return { memslices, cachedBytes, spareBytes: memslices * sliceBytes - bytes };
}

/** How many assignments a batch of unit requests has, as powers of ten. */
export function problemSize(
  hosts: number,
  coresPerHost: number,
  pending: number,
): { readonly log10HostAssignments: number; readonly log10CoreAssignments: number } {
  return {
    log10HostAssignments: pending * Math.log10(hosts),
    log10CoreAssignments: pending * Math.log10(hosts * coresPerHost),
  };
}
