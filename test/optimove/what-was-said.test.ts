import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJson } from '#optimove/parse-json';
import type { Asked } from '#optimove/reply';
import { tellValue, whatWasSaid } from '#optimove/what-was-said';

const asked = { hide: (text: string) => text } as Asked;
const said = (body: string, status = 400) =>
  whatWasSaid({ status, headers: {}, body: Buffer.from(body) }, asked);

test.each([
  ['missing  ActionID\r\n', '"missing ActionID"'],
  ["there is no 'Anna B' in 2026-01-02 (ID 12, C77)", '"there is no *** in *** (ID ***, ***)"'],
  ['mail anna.b+x@example.co.uk, or <bob@example.com>', '"mail ***, or <***>"'],
  ["the customer's name isn't “Anna”", '"the customer\'s name isn\'t ***"'],
  ['an open "quotation of Anna', '"an open ***"'],
  ['"{\\"Name\\":\\"Anna\\"}"', 'an object of Name, 15 characters'],
  ['{"message":"no such \\"Anna\\""}', '"no such ***"'],
  ['{"Message":"[{\\"Name\\":\\"Anna\\"}]"}', 'a list of 1, the first of Name, 17 characters'],
  ['{"errors":[{"message":"No such group"}]}', '"No such group"'],
  ['{"title":"Not Found","status":404}', '"Not Found"'],
  ['{"anna@example.com":{"Points":7}}', 'an object of ***, 33 characters'],
  ['  [ {"Name":"Anna"}, {"Name":"Bob"}', 'a list that breaks off, 33 characters'],
  ['<html><body>Anna</body></html>', ''],
  ['<html><head><title>\n Access denied </title>', '"Access denied"'],
  ['', ''],
])('of %j it tells %j', (body, told) => {
  expect(said(body)).toBe(told);
});

test.each([
  ['"20/11/2026"', '"20/11/2026"'],
  ['"November 20, 2026"', '"November 20, 2026"'],
  ['"Fri, 20 Nov 2026 03:04:05 GMT"', '"Fri, 20 Nov 2026 03:04:05 GMT"'],
  ['"2026-11-31T10:00:00Z"', '"2026-11-31T10:00:00Z"'],
  ['20261120', '"20261120"'],
  ['12345678901234567890', '"12345678901234567890"'],
  ['"never"', '"never"'],
  ['"customer 17 of Anna"', '"customer *** of Anna"'],
  ['"anna@example.com"', '"***"'],
  ['null', '"null"'],
])('in place of a day %s is told as %s', (json, told) => {
  expect(tellValue(parseJson(json), asked)).toBe(told);
});

test('the message of a row is no message of an error', () => {
  expect(said('{"Message":"Hello Anna","CustomerID":"7"}', 200)).toBe(
    'an object of Message CustomerID, 41 characters',
  );
});

test('no value of a row, no address and no number is told, whatever the body, and at most 100 characters are', () => {
  const name = fc.stringMatching(/^Q[a-z]{5,9}Q$/);
  const row = fc.record({ CustomerID: fc.integer().map(String), Name: name, Points: fc.integer() });
  const body = fc.oneof(
    fc.array(row, { minLength: 1 }).map((rows) => JSON.stringify(rows)),
    fc.array(row, { minLength: 1 }).map((rows) => JSON.stringify(JSON.stringify(rows))),
    fc.array(row, { minLength: 1 }).map((rows) => JSON.stringify({ rows, data: { rows } })),
    fc.array(row, { minLength: 1 }).map((rows) => JSON.stringify(rows).slice(0, -4)),
    name.map((each) => `there is no '${each}'`),
    name.map((each) => `${each}@example.com is unknown`),
    name.map((each) => JSON.stringify({ message: `no "${each}"` })),
  );
  fc.assert(
    fc.property(body, fc.constantFrom(200, 400, 500), (text, status) => {
      const told = said(text, status);
      expect(told).not.toMatch(/Q[a-z]+Q/);
      expect([...told].length).toBeLessThanOrEqual(150);
    }),
  );
});

test('of a long key the beginning is told', () => {
  expect(said(JSON.stringify([{ ['a'.repeat(500_000)]: 1 }]), 400)).toMatch(
    /^a list of 1, the first of a{96,100}…, 500008 characters$/,
  );
});

test('of a long text the first 100 characters are told', () => {
  const told = said('aé'.repeat(2_000_000));
  expect([...told]).toHaveLength(102);
});
