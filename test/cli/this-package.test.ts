import { expect, test } from 'vitest';
import { callRiver, refuseOldNode } from '#cli/this-package';

test('a Node that is too old is refused with what is needed, one that is new enough is not', () => {
  expect(refuseOldNode('22.13.1')).toBe(
    'River needs Node 22.14 or later, and this is Node 22.13.1. Install a newer one: https://nodejs.org',
  );
  expect(refuseOldNode('20.20.2')).toMatch(/needs Node 22\.14 or later/);
  for (const node of ['22.14.0', '22.22.3', '23.0.0', '24.11.0']) expect(refuseOldNode(node)).toBeUndefined();
});

test('the next command is named as it can be typed: in a checkout, after npx, installed', () => {
  expect(callRiver('file:///home/me/river/src/cli/this-package.ts')).toBe('npm run -s river --');
  const inPackage = 'node_modules/river-optimove/dist/cli/this-package.js';
  expect(callRiver(`file:///home/me/.npm/_npx/f8a2/${inPackage}`)).toBe('npx river-optimove');
  expect(callRiver(`file:///usr/local/lib/${inPackage}`)).toBe('river');
});
