import { type Path, type Show, showValue } from './problem.ts';

/** The known word that was most likely meant, whatever its case; undefined where none is similar. */
export function closest(word: string, known: Iterable<string>): string | undefined {
  const tolerated = Math.max(1, Math.floor(word.length / 3));
  const typed = word.toLowerCase();
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const meant = candidate.toLowerCase();
    // A word without its end counts as one mistake.
    const distance = typed.length > 2 && meant.startsWith(typed) ? 1 : editDistance(typed, meant);
    if (distance <= tolerated && (best === undefined || distance < best.distance)) {
      best = { word: candidate, distance };
    }
  }
  return best?.word;
}

/** `, did you mean "x"?`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const meant = closest(word, known);
  return meant === undefined ? '' : `, did you mean ${JSON.stringify(meant)}?`;
}

/** `got "x", did you mean "y"?`; without a guess where the value is secret. */
export function gotInstead(path: Path, value: string, known: Iterable<string>, show: Show): string {
  const shown = show(path, value);
  return `got ${shown}${shown === showValue(value) ? didYouMean(value, known) : ''}`;
}

/** How many letters have to be added, left out, changed or swapped with their neighbour (optimal string alignment). */
function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= from.length; row += 1) {
    const next = [row];
    rows.push(next);
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      next.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + same,
          swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(from.length, to.length);
}
