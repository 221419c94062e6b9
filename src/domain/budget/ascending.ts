/** In an ascending list: the first place whose value, plus `plus`, is above a limit; the list's length where there is none. */
export function firstAfter(ascending: readonly number[], limit: number, plus = 0): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? 0) + plus <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Puts a value where it belongs; after its equals. */
export function insertInOrder(ascending: number[], value: number): void {
  // Mostly it is the last: then nothing has to be moved, nor looked for.
  if (ascending.length === 0 || (ascending.at(-1) ?? 0) <= value) ascending.push(value);
  else ascending.splice(firstAfter(ascending, value), 0, value);
}

/** Takes out one that is exactly the value; nothing where there is none. */
export function removeOne(ascending: number[], value: number): void {
  const place = firstAfter(ascending, value) - 1;
  if (ascending[place] === value) ascending.splice(place, 1);
}
