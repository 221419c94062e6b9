import fc from 'fast-check';
import { expect, it } from 'vitest';
import { concatLists, rowList, rowsFrom, stampRows } from '#simulator/world/row-list';

it('slices of lists put together are slices of all their rows', () => {
  const size = fc.nat({ max: 6 });
  fc.assert(
    fc.property(fc.array(size), fc.nat({ max: 20 }), fc.nat({ max: 20 }), (counts, from, length) => {
      const lists = counts.map((count, list) => rowList(count, (at) => ({ list, at })));
      const all = lists.flatMap((list) => list.slice(0, list.count));
      expect(concatLists(lists).count).toBe(all.length);
      expect(concatLists(lists).slice(from, from + length)).toEqual(all.slice(from, from + length));
    }),
  );
});

it('makes no rows but those of the page', () => {
  const made: number[] = [];
  const list = rowList(1000, (at) => ({ at: made.push(at) }));
  concatLists([list, list]).slice(998, 1002);
  expect(made).toEqual([998, 999, 0, 1]);
});

it("a stamp stands before the row's own keys and never replaces one", () => {
  const stamped = stampRows(
    rowsFrom([1], (CustomerID) => ({ CustomerID, Date: 'own' })),
    { Date: 'asked', ActionID: 12 },
  );
  expect(stamped.slice(0, 9)).toEqual([{ Date: 'own', ActionID: 12, CustomerID: 1 }]);
});
