import { ConfigurationError } from '#domain/errors';

/** The flags of `river run`, as typed. */
export interface RunFlags {
  readonly start?: string;
  readonly end?: string;
  readonly predefined?: string;
  readonly lastDaysBack?: string;
  readonly utcOffset?: string;
  readonly timezone?: string;
  readonly every?: string;
  readonly size?: string;
  readonly filter?: readonly string[];
  readonly load?: string;
  readonly allowEmptied?: boolean;
}

/** The input of `riverRun`, the same object that a person types into the Web UI. It is not checked here, so that every way to start a run has the same messages. */
export function readRunFlags(river: string, flags: RunFlags): Record<string, unknown> {
  const {
    start,
    end,
    predefined,
    lastDaysBack,
    utcOffset,
    timezone,
    every,
    size,
    filter,
    load,
    allowEmptied,
  } = flags;
  const period = given({
    start,
    end,
    predefined,
    lastDaysBack: readNumber(lastDaysBack),
    utcOffset,
    timezone,
  });
  const chunks = given({ every, size: readNumber(size) });
  const filters = given(readFilters(filter ?? []));
  return { river, ...given({ period, chunks, filters, target: given({ load }), allowEmptied }) };
}

/** The values that were given; undefined if there are none. */
function given<T extends Record<string, unknown>>(values: T): Partial<T> | undefined {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<T>);
}

/** A number if the text is one, else the text itself, which the schema refuses with its own message. */
function readNumber(text: string | undefined): number | string | undefined {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/**
 * `actions=12,Welcome` is a list; `customerAttribute={"name":"Country","value":"UK"}` is JSON, and so is a list of names
 * with commas. A filter that is given twice takes both lists.
 */
function readFilters(texts: readonly string[]): Record<string, unknown> {
  const filters = new Map<string, unknown>();
  for (const text of texts) {
    const { name, value } = readFilter(text);
    const before = filters.get(name);
    filters.set(name, Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value);
  }
  return Object.fromEntries(filters);
}

function readFilter(text: string): { readonly name: string; readonly value: unknown } {
  const at = text.indexOf('=');
  // A missing value becomes an empty one: a filter that is left out would mean all.
  if (at < 0) return { name: text, value: '' };
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  if (/^[[{"]/.test(value)) return { name, value: parseJson(value) };
  return { name, value: readIdsOrNames(value) };
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** `12, Welcome`: ids and names, separated by commas. */
export const readIdsOrNames = (text: string): (number | string)[] => text.split(',').map(readIdOrName);

/** An id if it is written as one: `007` is a name. */
const readIdOrName = (item: string): number | string => {
  const text = item.trim();
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
};

/** A flag with a whole number from 0. */
export function readWholeNumber(flag: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new ConfigurationError(`${flag}: expected a whole number, got "${text}"`);
  return Number(text);
}

/** A flag with a port; 0 means a free one. */
export function readPort(flag: string, text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new ConfigurationError(`${flag}: expected a port from 0 (a free one) to 65535, got "${text}"`);
}
