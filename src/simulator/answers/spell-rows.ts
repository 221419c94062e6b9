import type { Spelling } from '../faults/fault.ts';
import type { Row } from '../world/row-list.ts';

/** A number too large for a double, written with all its digits. */
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
const beyondDoubles = 2n ** 53n + 1n;

export interface SpellingOptions {
  readonly spellings: ReadonlySet<Spelling>;
  /** The keys that `bigIntegers` raises. */
  readonly bigKeys: readonly string[];
  /** From names to how they come instead. */
  readonly names: Readonly<Record<string, string>>;
  /** Between attributes that come as one string. */
  readonly delimiter: string;
}

/** Rows as a tenant has been seen to spell them that does not keep to the documentation. */
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
