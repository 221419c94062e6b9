import type { Call } from '../call/call.ts';
import { RowShapeError } from '../errors.ts';
import type { Column } from './column.ts';
import { attributesPlace, type ColumnLayout } from './column-layout.ts';
import { isLongNumber } from './read-number.ts';
import { readAttributes, readValue } from './read-value.ts';
import { idealType } from './table-type.ts';

/** The values of an answer, each in its column's place and not yet fitted to its type; `before` is how many rows of it came before these. */
export function arrangeRows(
  answerRows: readonly unknown[],
  call: Pick<Call, 'key' | 'keep'>,
  columns: readonly Column[],
  places: ColumnLayout,
  before = 0,
): unknown[][] {
  const attributes = columns.flatMap((column, place) => (column.from === 'attribute' ? [place] : []));
  const itemPlace = columns.findIndex((column) => column.rowPerItem);
  const keepPlace = columns.findIndex((column) => column.name === call.keep?.column);
  const arranged: unknown[][] = [];

  const putAttributes = (row: unknown[], value: unknown, number: number): void => {
    if (value === null || value === undefined) return;
    const values = readAttributes(value, attributes.length);
    if (!values) throw attributesMixedUp(call.key, number, attributes.length);
    for (const [at, attribute] of attributes.entries()) places.put(row, attribute, values[at]);
  };
  const putFields = (row: unknown[], fields: Readonly<Record<string, unknown>>, number: number): void => {
    const keys = places.inOrder(fields);
    const namesakes = places.namesakes(keys);
    for (const key of keys) {
      const place = places.placeOf(key);
      if (place === attributesPlace) putAttributes(row, fields[key], number);
      else places.put(row, place, fields[key], namesakes.has(key));
    }
  };
  /** Null, or a value that cannot be read, does not prove another channel. */
  const isKept = (row: readonly unknown[]): boolean => {
    const column = columns[keepPlace];
    if (!call.keep || !column) return true;
    const type = idealType[column.type];
    const wanted = readValue(call.keep.value, type);
    return places.held(row, keepPlace).every((value) => {
      const read = readValue(value, type) ?? null;
      return read === null || read === wanted;
    });
  };
  const addRow = (number: number, ...parts: readonly Readonly<Record<string, unknown>>[]): void => {
    const row = places.emptyRow();
    for (const fields of parts) putFields(row, fields, number);
    if (!isKept(row)) return;
    places.complete(row);
    arranged.push(row);
  };

  let number = before;
  for (const answerRow of answerRows) {
    number += 1;
    if (!isObject(answerRow)) throw noObject(call.key, number, answerRow);
    const list = itemPlace < 0 ? undefined : listIn(answerRow, (key) => places.placeOf(key) === itemPlace);
    if (!list) {
      addRow(number, answerRow);
      continue;
    }
    const { [list.key]: _items, ...others } = answerRow;
    for (const item of list.items) addRow(number, others, isObject(item) ? item : { [list.key]: item });
  }
  return arranged;
}

/** The list of a row that becomes one row for each item; an empty one leaves one row, without an item. */
function listIn(
  row: Readonly<Record<string, unknown>>,
  isItemKey: (key: string) => boolean,
): { key: string; items: readonly unknown[] } | undefined {
  const key = Object.keys(row).find((each) => isWhole(row[each]) && isItemKey(each));
  if (key === undefined) return undefined;
  const value = row[key];
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  return { key, items: items.length === 0 ? [null] : items };
}

/** An object or a list. */
function isWhole(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !isLongNumber(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return isWhole(value) && !Array.isArray(value);
}

function noObject(call: string, row: number, value: unknown): RowShapeError {
  const kind =
    value === null
      ? 'null'
      : Array.isArray(value)
        ? 'a list'
        : `a ${isLongNumber(value) ? 'number' : typeof value}`;
  return new RowShapeError(
    `Optimove answered ${call} with ${kind} in place of a row (number ${row} of its page).`,
    {
      facts: { call, row },
    },
  );
}

function attributesMixedUp(call: string, row: number, asked: number): RowShapeError {
  return new RowShapeError(
    `Optimove answered ${call} with a row (number ${row} of its page) that does not have exactly the ${asked} customer ` +
      'attributes that were asked for, so that they cannot be told apart. Ask for fewer attributes in one river.',
    { facts: { call, row, asked } },
  );
}
