/** What the API has joined attribute values with; the first that gives the right number of them is taken. */
const delimiters = [';', ','];

/**
 * The values of the asked customer attributes, in the asked order: they come as an array or as one delimited
 * text. Undefined where their number is not the asked one, because then nobody can say which is which.
 */
export function readAttributes(raw: unknown, asked: number): readonly unknown[] | undefined {
  if (Array.isArray(raw)) return raw.length === asked || raw.length === 0 ? raw : undefined;
  if (asked === 1) return [raw];
  if (raw === '') return [];
  if (typeof raw !== 'string') return undefined;
  return delimiters.map((delimiter) => raw.split(delimiter)).find((values) => values.length === asked);
}
