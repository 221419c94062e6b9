import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteText, writeBindings } from '#warehouse/cloud/script-text';

test('values stand in a script as literals, which nothing in them ends', () => {
  expect(writeBindings('select ?, ?, ?, ?', ['a', 1, null, true])).toBe("select 'a', 1, null, true");
  expect(writeBindings('select ?', ["'; drop table x; --\\"])).toBe("select '\\'; drop table x; --\\\\'");
  expect(quoteText('a\nb\tc"d`\0')).toBe("'a\\nb\\tc\"d`\\u0000'");
});

test('a question mark in a name or a text is no place for a value', () => {
  expect(writeBindings('select `a?b`, \'c?\', "d?", ?', [1])).toBe('select `a?b`, \'c?\', "d?", 1');
  expect(writeBindings("select 'it\\'s ?', ?", [1])).toBe("select 'it\\'s ?', 1");
  expect(() => writeBindings('select ?', [])).toThrow('1 places for 0 values');
});

test('a literal reads back as its text, whatever is in it', () => {
  const unquoted = (literal: string) =>
    JSON.parse(`"${literal.slice(1, -1).replaceAll('"', '\\"').replaceAll("\\'", "'")}"`) as string;
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const literal = quoteText(text);
      expect(unquoted(literal)).toBe(text);
      expect(literal).toMatch(/^'(?:[^'\\\n\r]|\\.)*'$/s);
    }),
  );
});
