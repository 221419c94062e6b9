import { expect, test } from 'vitest';
import { closest } from '#domain/river/closest';

const known = ['baseUrl', 'auth', 'budget', 'pageSize'];

test.each([
  ['a letter too many', 'bugdget', 'budget'],
  ['a letter too few', 'aut', 'auth'],
  ['another letter', 'budged', 'budget'],
  ['two letters swapped', 'atuh', 'auth'],
  ['another case', 'BASEURL', 'baseUrl'],
  ['only its beginning', 'page', 'pageSize'],
])('%s is still the word that was meant', (_title, word, meant) => {
  expect(closest(word, known)).toBe(meant);
});

test.each(['', 'x', 'connection', 'pa'])('nothing is guessed for "%s"', (word) => {
  expect(closest(word, known)).toBeUndefined();
});

test('the nearest of several is taken', () => {
  expect(closest('colum', ['volume', 'column', 'columns'])).toBe('column');
});
