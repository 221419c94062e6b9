import { encodeSearchAttributeIndexedValueType as encodeType } from '@temporalio/common/lib/search-attributes.js';
import { expect, test } from 'vitest';
import { compareSearchAttributes, describeSearchAttributes } from '#control/search-attributes';

const keyword = encodeType('KEYWORD') ?? 0;
const int = encodeType('INT') ?? 0;

test('all that are registered as River needs them are usable, and there is nothing to say', () => {
  const found = compareSearchAttributes({
    RiverName: keyword,
    RiverReport: keyword,
    RiverConnection: keyword,
    RiverFailedChunks: int,
    Other: int,
  });
  expect(found.usable).toEqual(['RiverName', 'RiverReport', 'RiverConnection', 'RiverFailedChunks']);
  expect(describeSearchAttributes(found, 'loads')).toEqual([]);
});

test('those that are missing or have another type are not set, and the commands that help are named', () => {
  const found = compareSearchAttributes({ RiverName: keyword, RiverReport: int, RiverConnection: 99 });
  expect(found.usable).toEqual(['RiverName']);
  expect(found.missing).toEqual(['RiverFailedChunks']);
  const [create, ...remove] = describeSearchAttributes(found, 'loads');
  expect(create).toContain(
    'temporal operator search-attribute create --namespace loads --name RiverFailedChunks --type Int',
  );
  expect(remove).toEqual([
    expect.stringContaining('RiverReport has the type Int, River needs Keyword'),
    expect.stringContaining('RiverConnection has the type another, River needs Keyword'),
  ]);
});
