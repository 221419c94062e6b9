import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildCallUrl, describeCall, originAndPath } from '#optimove/call-url';
import { aCall } from '../helpers/an-optimove.ts';

const base = 'https://api4.optimove.net/current';
const page = { top: 500, skip: 1000 };

test('the parameters follow in their order, then the page', () => {
  const call = aCall({ parameters: { RecipientGroupID: '3', ActionID: '12', Date: '2026-01-05' } });
  expect(buildCallUrl(base, call, page)).toBe(
    `${base}/customers/GetCustomersByAction?RecipientGroupID=3&ActionID=12&Date=2026-01-05&$top=500&$skip=1000`,
  );
});

test('a call without parameters and pages has no query', () => {
  expect(buildCallUrl(base, aCall({ endpoint: 'actions/GetAllActions', parameters: {} }), undefined)).toBe(
    `${base}/actions/GetAllActions`,
  );
});

test('whatever a value holds, a reader of the query gets it back', () => {
  const name = fc.stringMatching(/^[A-Za-z$][A-Za-z0-9$&=+ ;]*$/);
  fc.assert(
    fc.property(fc.dictionary(name, fc.string({ unit: 'binary' })), (values) => {
      const parameters = Object.fromEntries(Object.entries(values).filter(([key]) => key !== '__proto__'));
      const { searchParams, hash, pathname } = new URL(buildCallUrl(base, aCall({ parameters }), undefined));
      expect([...searchParams]).toStrictEqual(Object.entries(parameters));
      expect([hash, pathname]).toStrictEqual(['', '/current/customers/GetCustomersByAction']);
    }),
  );
});

test('half a character becomes the replacement character instead of an error', () => {
  expect(buildCallUrl(base, aCall({ parameters: { a: '\uD83D' } }), undefined)).toContain('?a=%EF%BF%BD');
});

test('a message names the endpoint with what was sent, unescaped', () => {
  const call = aCall({ parameters: { CustomerAttributes: 'Favourite Game;Country' } });
  expect(describeCall(call, page)).toBe(
    'customers/GetCustomersByAction (CustomerAttributes=Favourite Game;Country, $top=500, $skip=1000)',
  );
  expect(describeCall(aCall({ parameters: {} }), undefined)).toBe('customers/GetCustomersByAction');
});

test.each([
  [
    'https://user:secret@api4.optimove.net/current/x?key=secret#secret',
    undefined,
    'https://api4.optimove.net/current/x',
  ],
  ['/other?key=secret', 'http://127.0.0.1:8080/current/x', 'http://127.0.0.1:8080/other'],
  ['//elsewhere.example', 'https://api4.optimove.net', 'https://elsewhere.example/'],
  ['no address', undefined, undefined],
])('the place of %s is what a message may show', (address, base, place) => {
  expect(originAndPath(address, base)).toBe(place);
});
