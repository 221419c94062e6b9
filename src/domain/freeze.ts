/** Freezes a value with all its parts. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) freeze(part);
  return Object.freeze(value);
}

/** A map made of a record, frozen with all its parts: Object.freeze alone would leave `set` working. */
export function frozenMap<V, T>(
  record: Readonly<Record<string, V>>,
  make: (name: string, value: V) => T,
): ReadonlyMap<string, T> {
  const map = new Map(Object.entries(record).map(([name, value]) => [name, freeze(make(name, value))]));
  for (const method of ['set', 'delete', 'clear']) {
    Object.defineProperty(map, method, { value: refuse });
  }
  return Object.freeze(map);
}

function refuse(): never {
  throw new TypeError('the configuration is frozen');
}
