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

/** What `riverRun` is given: the same object a person types into the Web UI. Nothing is checked here, so that every door has the same sentences. */
export function runInput(river: string, flags: RunFlags): Record<string, unknown> {
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
  const period = given({ start, end, predefined, lastDaysBack: numberOf(lastDaysBack), utcOffset, timezone });
  const chunks = given({ every, size: numberOf(size) });
  const filters = given(filtersOf(filter ?? []));
  return { river, ...given({ period, chunks, filters, target: given({ load }), allowEmptied }) };
}

/** Those that were given; undefined where none was. */
function given<T extends Record<string, unknown>>(values: T): Partial<T> | undefined {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<T>);
}

/** A number where it reads as one, else the text itself, for the schema to refuse with its own words. */
function numberOf(text: string | undefined): number | string | undefined {
  return text !== undefined && /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/**
 * `actions=12,Welcome` is a list; `customerAttribute={"name":"Country","value":"UK"}` is JSON, and so is a list whose
 * names hold commas. A filter that is named twice takes both.
 */
function filtersOf(texts: readonly string[]): Record<string, unknown> {
  const filters = new Map<string, unknown>();
  for (const text of texts) {
    const { name, value } = filterOf(text);
    const before = filters.get(name);
    filters.set(name, Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value);
  }
  return Object.fromEntries(filters);
}

function filterOf(text: string): { readonly name: string; readonly value: unknown } {
  const at = text.indexOf('=');
  // Without a value it is an empty one: left out, it would mean all.
  if (at < 0) return { name: text, value: '' };
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  if (/^[[{"]/.test(value)) return { name, value: parsed(value) };
  return { name, value: value.split(',').map(idOrName) };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return json;
  }
}

/** An id where it is written as one: `007` is a name. */
const idOrName = (item: string): number | string => {
  const text = item.trim();
  return /^(0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
};
