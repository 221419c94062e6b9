type Parse = (text: string) => unknown;

const asText: Parse = (text) => text;
const asBoolean: Parse = (text) => text === 't';
const asNumber: Parse = Number;
/** Beyond 2^53 as its digits. */
const asInteger: Parse = (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : text);
const asInstant: Parse = (text) =>
  new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString();

const parsers: Readonly<Record<number, Parse>> = {
  16: asBoolean, // bool
  20: asInteger, // int8
  21: asNumber, // int2
  23: asNumber, // int4
  26: asNumber, // oid
  700: asNumber, // float4
  701: asNumber, // float8
  1184: asInstant, // timestamptz
};

/**
 * How the driver reads a value of this type: as SQLite would give it. Above all no day becomes a Date of the
 * machine's own time zone, and documents stay text.
 */
export function parsePostgresValue(oid: number): Parse {
  return parsers[oid] ?? asText;
}
