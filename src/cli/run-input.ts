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
}

/** What `riverRun` is given: the same object a person types into the Web UI. Nothing is checked here, so that every door has the same sentences. */
export function runInput(river: string, flags: RunFlags): Record<string, unknown> {
  const { start, end, predefined, lastDaysBack, utcOffset, timezone, every, size, filter, load } = flags;
  const period = given({ start, end, predefined, lastDaysBack: numberOf(lastDaysBack), utcOffset, timezone });
  const chunks = given({ every, size: numberOf(size) });
  const filters = given(Object.fromEntries((filter ?? []).map(filterOf)));
  return { river, ...given({ period, chunks, filters, target: given({ load }) }) };
}

/** Those that were given; undefined where none was. */
function given<T extends Record<string, unknown>>(values: T): Partial<T> | undefined {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as Partial<T>);
}

/** A number where it reads as one, else the text itself, for the schema to refuse with its own words. */
function numberOf(text: string | undefined): number | string | undefined {
  if (text === undefined) return undefined;
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

/** `actions=12,Welcome` is a list; `customerAttribute={"name":"Country","value":"UK"}` is JSON. */
function filterOf(text: string): [string, unknown] {
  const at = text.indexOf('=');
  if (at < 0) return [text, undefined];
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  if (/^[[{"]/.test(value)) {
    try {
      return [name, JSON.parse(value)];
    } catch {
      return [name, value];
    }
  }
  return [name, value.split(',').map((item) => numberOf(item))];
}
