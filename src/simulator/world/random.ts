/** Numbers that follow from a seed and the given parts: the same parts give the same number. */
export interface Random {
  /** A whole number below 2^32. */
  hash(...parts: readonly (string | number)[]): number;
  /** From 0 to below 1. */
  share(...parts: readonly (string | number)[]): number;
  /** A whole number from `range[0]` to `range[1]`, both included. */
  between(range: readonly [number, number], ...parts: readonly (string | number)[]): number;
  pick<T>(list: readonly T[], ...parts: readonly (string | number)[]): T;
}

export function createRandom(seed: string | number): Random {
  const start = mixText(0x51ed270b, String(seed));

  function hash(...parts: readonly (string | number)[]): number {
    let state = start;
    for (const part of parts) state = typeof part === 'number' ? mix(state, part) : mixText(state, part);
    return state;
  }

  return {
    hash,
    share: (...parts) => hash(...parts) / 2 ** 32,
    between: ([least, most], ...parts) => least + (hash(...parts) % (most - least + 1)),
    pick<T>(list: readonly T[], ...parts: readonly (string | number)[]): T {
      const picked = list[hash(...parts) % list.length];
      if (picked === undefined) throw new RangeError('Nothing can be picked from an empty list');
      return picked;
    },
  };
}

function mixText(state: number, text: string): number {
  let mixed = mix(state, text.length);
  for (let at = 0; at < text.length; at++) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193);
  return mix(mixed, 0x2545f491);
}

/** Murmur's finalizer: each bit of the input moves about half of the output's. */
function mix(state: number, value: number): number {
  let mixed = Math.imul(((state ^ value) + 0x7f4a7c15) | 0, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** Keeps the latest results of a function; the oldest is dropped when there are too many. */
export function memoize<K, V>(make: (key: K) => V, most: number): (key: K) => V {
  const kept = new Map<K, V>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    kept.set(key, made);
    if (kept.size > most) kept.delete(kept.keys().next().value as K);
    return made;
  };
}
