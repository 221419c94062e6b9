import type { Column } from '../column/column.ts';
import { attributesPlace, placesOf } from '../column/places.ts';
import type { AnswerRow } from './call.ts';

/** Whether any of these rows has a field that is declared for them, however it is spelled: no others are taken for rows. */
export function hasDeclaredField(rows: readonly AnswerRow[], columns: readonly Column[]): boolean {
  const places = placesOf(columns, { stamps: {} });
  const isDeclared = (key: string): boolean => {
    const place = places.placeOf(key);
    // What is stamped is known without the answer: an error may repeat it.
    return place === attributesPlace || columns[place]?.from === 'answer';
  };
  return rows.some((row) => Object.keys(row).some(isDeclared));
}
