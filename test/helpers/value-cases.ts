import type { ColumnType, Value } from '#domain/column/column';

/** The value does not fit: it stands in `<name>__text` as it came, and the column is null. */
export const beside = { beside: true } as const;

/** What a value of an answer becomes in a column of each type. Plain data: the documentation is printed from it. */
export interface ValueCase {
  /** The value as the answer writes it: JSON text. */
  readonly json: string;
  /** What it stands for, where that is not plain. */
  readonly note?: string;
  readonly becomes: Readonly<Record<ColumnType, Value | typeof beside>>;
}

type Cell = Value | typeof beside;

/** In the order of the columns of the printed table. */
export const valueCaseTypes: readonly ColumnType[] = [
  'integer',
  'double',
  'boolean',
  'date',
  'timestamp',
  'text',
];

const aCase = (
  json: string,
  cells: readonly [Cell, Cell, Cell, Cell, Cell, Cell],
  note?: string,
): ValueCase => {
  const [integer, double, boolean, date, timestamp, text] = cells;
  return {
    json,
    becomes: { integer, double, boolean, date, timestamp, text },
    ...(note === undefined ? {} : { note }),
  };
};

const b = beside;
const midnight = '2014-12-03 00:00:00';

export const valueCases: readonly ValueCase[] = [
  aCase('null', [null, null, null, null, null, null]),
  aCase('""', [null, null, null, null, null, ''], 'the empty text'),
  aCase('" "', [b, b, b, b, b, ' '], 'a blank'),
  aCase('0', [0, 0, false, b, b, '0']),
  aCase('"0"', [0, 0, false, b, b, '0']),
  aCase('1', [1, 1, true, b, b, '1']),
  aCase('"1"', [1, 1, true, b, b, '1']),
  aCase('true', [b, b, true, b, b, 'true']),
  aCase('"TRUE"', [b, b, true, b, b, 'TRUE']),
  aCase('"False"', [b, b, false, b, b, 'False']),
  aCase('"yes"', [b, b, b, b, b, 'yes']),
  aCase('2', [2, 2, b, b, b, '2']),
  aCase('7.5', [b, 7.5, b, b, b, '7.5']),
  aCase('"7.5"', [b, 7.5, b, b, b, '7.5']),
  aCase('7.50', [b, 7.5, b, b, b, '7.50'], 'digits that say nothing are kept as text'),
  aCase('12.0', [12, 12, b, b, b, '12.0']),
  aCase('1.0', [1, 1, true, b, b, '1.0']),
  aCase('-0', [0, -0, false, b, b, '-0']),
  aCase('1e2', [100, 100, b, b, b, '1e2']),
  aCase('0.0000001', [b, 1e-7, b, b, b, '0.0000001']),
  aCase('"7.0"', [7, 7, b, b, b, '7.0']),
  aCase('"007"', [b, b, b, b, b, '007'], 'a code'),
  aCase('"12,5"', [b, b, b, b, b, '12,5']),
  aCase('9007199254740993', ['9007199254740993', b, b, b, b, '9007199254740993'], '2^53 + 1'),
  aCase('9223372036854775807', ['9223372036854775807', b, b, b, b, '9223372036854775807'], '2^63 − 1'),
  aCase('9223372036854775808', [b, 2 ** 63, b, b, b, '9223372036854775808'], '2^63'),
  aCase('"9223372036854775808"', [b, 2 ** 63, b, b, b, '9223372036854775808']),
  aCase('123456789012345678901', [b, b, b, b, b, '123456789012345678901']),
  aCase('0.1000000000000000055', [b, b, b, b, b, '0.1000000000000000055'], 'more digits than a double keeps'),
  aCase('0.10000000000000001', [b, 0.1, b, b, b, '0.10000000000000001'], "0.1 in a double's 17 digits"),
  aCase('1e400', [b, b, b, b, b, '1e400'], 'beyond a double'),
  aCase('"NaN"', [null, null, b, b, b, 'NaN']),
  aCase('"Infinity"', [null, null, b, b, b, 'Infinity']),
  aCase('"-Infinity"', [null, null, b, b, b, '-Infinity']),
  aCase('NaN', [null, null, null, null, null, null], 'a bare word, which is no JSON: read as null'),
  aCase('"2014-12-03"', [b, b, b, '2014-12-03', midnight, '2014-12-03']),
  aCase('"2014-12-03T00:00:00"', [b, b, b, '2014-12-03', '2014-12-03T00:00:00', '2014-12-03T00:00:00']),
  aCase('"2014-12-03 00:00:00.0000000"', [
    b,
    b,
    b,
    '2014-12-03',
    '2014-12-03 00:00:00.000000',
    '2014-12-03 00:00:00.0000000',
  ]),
  aCase(
    '"2014-12-03T00:00:00+02:00"',
    [b, b, b, '2014-12-03', '2014-12-02T22:00:00', '2014-12-03T00:00:00+02:00'],
    'a day is read as it is written, a time is turned to UTC',
  ),
  aCase('"2014-12-03T00:00:00Z"', [b, b, b, '2014-12-03', '2014-12-03T00:00:00', '2014-12-03T00:00:00Z']),
  aCase('"2014-12-03 10:30:00"', [b, b, b, b, '2014-12-03 10:30:00', '2014-12-03 10:30:00']),
  aCase('"2014-12-03T10:30:00.1230000"', [
    b,
    b,
    b,
    b,
    '2014-12-03T10:30:00.123000',
    '2014-12-03T10:30:00.1230000',
  ]),
  aCase(
    '"2014-12-03T10:30:00.1234567"',
    [b, b, b, b, '2014-12-03T10:30:00.123456', '2014-12-03T10:30:00.1234567'],
    'digits beyond microseconds are cut',
  ),
  aCase('"2014-12-03T10:30:00Z"', [b, b, b, b, '2014-12-03T10:30:00', '2014-12-03T10:30:00Z']),
  aCase('"2014-12-03T10:30:00+02:00"', [b, b, b, b, '2014-12-03T08:30:00', '2014-12-03T10:30:00+02:00']),
  aCase('"2014-12-03T23:30:00.5-0130"', [b, b, b, b, '2014-12-04T01:00:00.5', '2014-12-03T23:30:00.5-0130']),
  aCase(
    '"/Date(1417564800000)/"',
    [b, b, b, '2014-12-03', midnight, '/Date(1417564800000)/'],
    "a midnight in .NET's own writing",
  ),
  aCase('"/Date(1417602600123)/"', [b, b, b, b, '2014-12-03 10:30:00.123', '/Date(1417602600123)/']),
  aCase(
    '"/Date(1417557600000+0200)/"',
    [b, b, b, '2014-12-03', '2014-12-02 22:00:00', '/Date(1417557600000+0200)/'],
    'a midnight where it was written',
  ),
  aCase('"0001-01-01T00:00:00"', [b, b, b, null, null, '0001-01-01T00:00:00'], 'how .NET writes no date'),
  aCase('"/Date(-62135596800000)/"', [b, b, b, null, null, '/Date(-62135596800000)/'], 'the same'),
  aCase(
    '"9999-12-31T23:59:59.9999999"',
    [b, b, b, '9999-12-31', '9999-12-31T23:59:59.999999', '9999-12-31T23:59:59.9999999'],
    'how .NET writes no end',
  ),
  aCase('"2014-02-30"', [b, b, b, b, b, '2014-02-30'], 'no day of the calendar'),
  aCase('"03/12/2014"', [b, b, b, b, b, '03/12/2014']),
  aCase('20141203', [20141203, 20141203, b, b, b, '20141203']),
  aCase('"n/a"', [b, b, b, b, b, 'n/a']),
  aCase('{"Id":1,"Tags":["a"]}', [b, b, b, b, b, '{"Id":1,"Tags":["a"]}'], 'an object'),
  aCase('20260101.0', [20260101, 20260101, b, b, b, '20260101.0']),
  aCase(
    '[1.10,1e2,{"a":7.0}]',
    [b, b, b, b, b, '[1.10,1e2,{"a":7.0}]'],
    'a list, its numbers as they were written',
  ),
  aCase('[1,9007199254740993]', [b, b, b, b, b, '[1,9007199254740993]'], 'a list'),
];

/** What stands beside the column: the value as it came. */
export const textOfCase = (json: string): string =>
  json.startsWith('"') ? (JSON.parse(json) as string) : json;
