import type { BodyFault, Encoding, Spelling, ValuesFault } from '../faults/fault-kinds.ts';
import type { Reply } from '../http-messages.ts';
import type { Row } from '../world/row-list.ts';

/** A number too large for a double, written with all its digits. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
const beyondDoubles = 2n ** 53n + 1n;

export interface SpellingOptions {
  readonly spellings: ReadonlySet<Spelling>;
  /** The keys of values that `bigIntegers` raises. */
  readonly bigKeys: readonly string[];
  /** Names and how they are spelled instead. */
  readonly names: Readonly<Record<string, string>>;
  /** Separates attributes that come as one string. */
  readonly delimiter: string;
}

/** Spells rows as some tenants do, against the documentation. */
export function spellRows(rows: readonly Row[], options: SpellingOptions): readonly Row[] {
  const { spellings, names } = options;
  if (spellings.size === 0 && Object.keys(names).length === 0) return rows;
  return rows.map((row) => {
    const spelled = Object.entries(row).map(([key, value]) => [
      spellKey(key, spellings),
      spellValue(key, value, options),
    ]);
    if (spellings.has('extraField')) spelled.push(['SurpriseField', 'new "here"']);
    return Object.fromEntries(spelled);
  });
}

function spellKey(key: string, spellings: ReadonlySet<Spelling>): string {
  if (key === 'ChannelID' && spellings.has('channelId')) return 'ChannelId';
  if (key === 'TemplateID' && spellings.has('templateId')) return 'TemplateId';
  if (key === 'CustomerAttributes' && spellings.has('attributesAsText')) return 'CustomerAttribute';
  if (isChangersKey(key) && spellings.has('changersPlural')) return `${key}s`;
  return key;
}

function spellValue(key: string, value: unknown, options: SpellingOptions): unknown {
  const { spellings } = options;
  if (value === null) return isChangersKey(key) && spellings.has('nullWord') ? 'NULL' : null;
  if (typeof value === 'string' && key.endsWith('Name')) return options.names[value] ?? value;
  if (typeof value === 'boolean') return spellings.has('booleansAsText') ? String(value) : value;
  if (key === 'CustomerAttributes' && Array.isArray(value)) {
    return spellings.has('attributesAsText') ? value.join(options.delimiter) : value;
  }
  if (typeof value !== 'number' || !Number.isInteger(value)) return value;
  const big = spellings.has('bigIntegers') && options.bigKeys.includes(key);
  const digits = big ? String(beyondDoubles + BigInt(value)) : String(value);
  if (key.endsWith('ID') && spellings.has('idsAsText')) return digits;
  return big ? rawJSON(digits) : value;
}

function isChangersKey(key: string): boolean {
  return key === 'InitialCustomerAttribute' || key === 'FinalCustomerAttribute';
}

/** Marks a raw JSON text in a row until the body is written. */
const mark = '\u0001';
const marked = /"\\u0001([^"]*)"/g;

/** Applies the faults `values` to rows. */
export function setValues(rows: readonly Row[], faults: readonly ValuesFault[]): readonly Row[] {
  return faults.reduce(
    (all, fault) =>
      all.map((row, at) => (fault.rows !== undefined && at >= fault.rows ? row : withValues(row, fault, at))),
    rows,
  );
}

/** Writes the raw texts that `setValues` has marked into the body, whether or not they are JSON. */
export const writeRaw = (body: string): string =>
  body.replace(marked, (_all, hex: string) => Buffer.from(hex, 'hex').toString());

function withValues(row: Row, { set, raw, remove = [] }: ValuesFault, at: number): Row {
  const texts = Object.entries(turn(raw, at)).map(([key, text]) => [
    key,
    mark + Buffer.from(String(text)).toString('hex'),
  ]);
  const entries = new Map([...Object.entries(row), ...Object.entries(turn(set, at)), ...texts] as [
    string,
    unknown,
  ][]);
  for (const key of remove) entries.delete(key);
  return Object.fromEntries(entries);
}

function turn(values: ValuesFault['set'] = {}, at: number): Readonly<Record<string, unknown>> {
  return isList(values) ? (values[at % values.length] ?? {}) : values;
}

const isList = <T>(value: object | readonly T[]): value is readonly T[] => Array.isArray(value);

/** Applies faults to the body of a reply. */
export function bendBody(reply: Reply, faults: readonly BodyFault[]): Reply {
  return faults.reduce(bend, reply);
}

function bend(reply: Reply, fault: BodyFault): Reply {
  const text = String(reply.body);
  switch (fault.kind) {
    case 'encode': {
      const { as, declared, mark = false } = fault;
      const charset = declared === undefined ? '' : `; charset=${declared}`;
      const headers = { ...reply.headers, 'content-type': `application/json${charset}` };
      return { ...reply, headers, body: encodeText(mark ? `\uFEFF${text}` : text, as) };
    }
    case 'bareWord':
      return { ...reply, body: text.replaceAll(valuePattern(fault.keys), `$1${fault.word ?? 'NaN'}`) };
    case 'repeatKey': {
      const { key, first = key } = fault;
      return { ...reply, body: text.replaceAll(`"${key}":`, `"${first}":0,"${key}":`) };
    }
  }
}

/** Matches a key and its value: a number, a word or a string. */
const valuePattern = (keys: readonly string[]): RegExp =>
  new RegExp(
    `("(?:${keys.map((key) => key.replaceAll(/\W/g, '\\$&')).join('|')})":)(?:[\\w.+-]+|"(?:[^"\\\\]|\\\\.)*")`,
    'g',
  );

/** The bytes of a text; a character that Latin-1 lacks becomes another one. */
export function encodeText(text: string, encoding: Encoding): Buffer {
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  return Buffer.from(text, encoding === 'utf-16le' ? 'utf16le' : encoding);
}
