import fc from 'fast-check';
import { expect, test } from 'vitest';
import { callKey, type Parameter, splitCallKey } from '#domain/call/call';

test('a call is named by its function and its parameters, in order', () => {
  expect(
    callKey('customers/GetCustomersByAction', [
      ['Date', '2026-01-01'],
      ['ActionID', '12'],
    ]),
  ).toBe('GetCustomersByAction?Date=2026-01-01&ActionID=12');
});

test('a call without parameters is named by its function', () => {
  expect(callKey('actions/GetAllActions', [])).toBe('GetAllActions');
});

test('a value cannot pass for another parameter', () => {
  expect(callKey('a/F', [['A', '1&B=2']])).not.toBe(
    callKey('a/F', [
      ['A', '1'],
      ['B', '2'],
    ]),
  );
});

test('a key falls into the parameters that it was joined from', () => {
  const parameter = fc.tuple(fc.stringMatching(/^[A-Za-z_]{1,9}$/), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(fc.array(parameter, { maxLength: 4 }), (parameters: Parameter[]) => {
      expect(splitCallKey(callKey('a/F', parameters))).toEqual({ name: 'F', parameters });
    }),
  );
});
