import { expect, test } from 'vitest';
import { refuseOldNode } from '#cli/this-package';

test('a Node that is too old is refused with what is needed, one that is new enough is not', () => {
  expect(refuseOldNode('22.13.1')).toBe(
    'River needs Node 22.14 or later, and this is Node 22.13.1. Install a newer one: https://nodejs.org',
  );
  expect(refuseOldNode('20.20.2')).toMatch(/needs Node 22\.14 or later/);
  for (const node of ['22.14.0', '22.22.3', '23.0.0', '24.11.0']) expect(refuseOldNode(node)).toBeUndefined();
});
