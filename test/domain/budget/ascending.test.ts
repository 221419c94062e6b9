import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstAfter, insertInOrder, removeOne } from '../../../src/domain/budget/ascending.ts';

const values = fc.array(fc.nat({ max: 20 }));

test('the first place above a limit is where counting finds it', () => {
  fc.assert(
    fc.property(values, fc.nat({ max: 30 }), fc.nat({ max: 10 }), (list, limit, plus) => {
      const ascending = list.toSorted((a, b) => a - b);
      expect(firstAfter(ascending, limit, plus)).toBe(
        ascending.filter((each) => each + plus <= limit).length,
      );
    }),
  );
});

test('what is put in stands in order, and can be taken out again, once', () => {
  fc.assert(
    fc.property(values, fc.nat({ max: 20 }), (list, value) => {
      const ascending: number[] = [];
      for (const each of list) insertInOrder(ascending, each);
      const ordered = list.toSorted((a, b) => a - b);
      expect(ascending).toEqual(ordered);
      insertInOrder(ascending, value);
      removeOne(ascending, value);
      expect(ascending).toEqual(ordered);
      removeOne(ascending, value + 0.5);
      expect(ascending).toEqual(ordered);
    }),
  );
});
