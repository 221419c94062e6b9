/** The function with its latest answers kept; the oldest is dropped when there are too many. */
export function remember<K, V>(make: (key: K) => V, most: number): (key: K) => V {
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
