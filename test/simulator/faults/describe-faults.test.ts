import { expect, it } from 'vitest';
import { faultGuides } from '#simulator/faults/describe-faults';
import { acceptedFaults, readFaults } from '#simulator/faults/read-faults';

it('every kind of fault is described once, with an example that is accepted', () => {
  expect(faultGuides.map(({ kind }) => kind).sort()).toEqual(Object.keys(acceptedFaults.kinds).sort());
  expect(readFaults(faultGuides.map(({ example }) => example))).toHaveLength(faultGuides.length);
});
