import { describe, expect, test } from 'vitest';
import { readRunFlags } from '#cli/flags';

describe('what river run gives to a run', () => {
  test('is what a person types into the Web UI', () => {
    expect(readRunFlags('r', {})).toEqual({ river: 'r' });
    expect(readRunFlags('r', { allowEmptied: true })).toEqual({ river: 'r', allowEmptied: true });
    expect(
      readRunFlags('r', {
        start: '2026-01-01',
        lastDaysBack: '2',
        every: 'daily',
        size: '4',
        load: 'append',
      }),
    ).toEqual({
      river: 'r',
      period: { start: '2026-01-01', lastDaysBack: 2 },
      chunks: { every: 'daily', size: 4 },
      target: { load: 'append' },
    });
  });

  test('keeps what is no number as it was typed, for the sentence about it', () => {
    expect(readRunFlags('r', { size: '1.5' })).toEqual({ river: 'r', chunks: { size: 1.5 } });
    expect(readRunFlags('r', { size: 'four', lastDaysBack: '-1' })).toEqual({
      river: 'r',
      chunks: { size: 'four' },
      period: { lastDaysBack: -1 },
    });
    expect(readRunFlags('r', { size: '0x10' })).toEqual({ river: 'r', chunks: { size: '0x10' } });
  });
});

describe('a filter', () => {
  const filtersOf = (...filter: string[]) => readRunFlags('r', { filter }).filters;

  test.each([
    ['actions=12', { actions: [12] }],
    ['actions=12, 15,Free Spins', { actions: [12, 15, 'Free Spins'] }],
    ['actions=007,1e3,0x10', { actions: ['007', '1e3', '0x10'] }],
    ['actions=["a, b",3]', { actions: ['a, b', 3] }],
    ['changedCustomerAttribute="Country"', { changedCustomerAttribute: 'Country' }],
    [
      'customerAttribute={"name":"Country","value":"UK"}',
      { customerAttribute: { name: 'Country', value: 'UK' } },
    ],
    ['customerAttributes=a=b', { customerAttributes: ['a=b'] }],
  ])('%s', (text, filters) => expect(filtersOf(text)).toEqual(filters));

  test('that is named twice takes both', () => {
    expect(filtersOf('actions=1', 'actions=2,3', 'events=sent')).toEqual({
      actions: [1, 2, 3],
      events: ['sent'],
    });
  });

  test.each([
    ['actions', { actions: '' }],
    ['actions=', { actions: [''] }],
    ['actions=[12', { actions: '[12' }],
  ])('%s, which says nothing, is not left out: that would mean all', (text, filters) =>
    expect(filtersOf(text)).toEqual(filters),
  );
});
