import { expect, it } from 'vitest';
import { faultGuides } from '../../../src/simulator/faults/describe-faults.ts';
import { acceptedFaults, readFaults } from '../../../src/simulator/faults/read-faults.ts';

it('every kind of fault is described once, with an example that is accepted', () => {
  expect(faultGuides.map(({ kind }) => kind).sort()).toEqual(Object.keys(acceptedFaults.kinds).sort());
  expect(readFaults(faultGuides.map(({ example }) => example))).toHaveLength(faultGuides.length);
});
