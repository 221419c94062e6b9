import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { configurationFile } from '#config/configuration-file';

test.each([
  ['the flag, whatever the environment says', 'b.yaml', 'a.yaml', 'a.yaml'],
  ['RIVER_CONFIG where no flag is given', 'b.yaml', undefined, 'b.yaml'],
  ['river.yaml in the working directory where nothing is said', undefined, undefined, 'river.yaml'],
])('the configuration file is %s', (_title, variable, flag, expected) => {
  expect(configurationFile({ configurationFile: variable }, flag)).toBe(resolve(expected));
});
