declare const tag: unique symbol;

/** A value of `T` that only one function makes, so that two kinds of id cannot be mixed up. */
export type Brand<T, Tag extends string> = T & { readonly [tag]: Tag };

/** The one place where a plain value becomes a branded one. */
export function brand<B extends Brand<unknown, string>>(
  value: B extends Brand<infer T, string> ? T : never,
): B {
  return value as unknown as B;
}
