import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { comparableName } from '#domain/call/resolve-choice';

const blank = fc.constantFrom(
  ' ',
  '\t',
  '\n',
  '\u00a0',
  '\u1680',
  '\u2003',
  '\u2009',
  '\u200b',
  '\u202f',
  '\u3000',
  '\ufeff',
);
const blanks = fc.array(blank, { minLength: 1, maxLength: 4 }).map((each) => each.join(''));
const word = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((text) => comparableName(text) !== '' && !/\s/u.test(text));

describe('two names are the same', () => {
  test.each([
    ['Straße', 'STRASSE'],
    ['ẞ', 'ss'],
    ['ΟΔΟΣ', 'οδος'],
    ['ﬁx', 'FIX'],
    ['İstanbul', 'i̇stanbul'],
    ['e\u0301te\u0301', 'ÉTÉ'],
    ['10%\u202fBonus', '10% bonus'],
  ])('%j and %j', (one, other) => {
    expect(comparableName(one)).toBe(comparableName(other));
  });

  test('whichever blanks stand between their words and around them', () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 4 }),
        blanks,
        blanks,
        (words, between, around) => {
          const written = `${around}${words.join(between)}${around}`;
          expect(comparableName(written)).toBe(comparableName(words.join(' ')));
        },
      ),
    );
  });

  test('however their accents are composed, and whatever their case', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(comparableName(text.normalize('NFD'))).toBe(comparableName(text));
        const compared = comparableName(text);
        expect(comparableName(compared)).toBe(compared);
      }),
    );
  });
});

test.each([
  ['ı', 'i'],
  ['a', 'á'],
  ['ab', 'a b'],
  ['1', '１'],
])('%j and %j are two names', (one, other) => {
  expect(comparableName(one)).not.toBe(comparableName(other));
});
