import fc from 'fast-check';
import { expect, test } from 'vitest';
import { reports } from '#domain/catalogue/index';
import { snakeCase } from '#domain/column/column';

test.each([
  ['CustomerID', 'customer_id'],
  ['RecipientGroupID', 'recipient_group_id'],
  ['ActionID', 'action_id'],
  ['EventID', 'event_id'],
  ['Date', 'date'],
  ['IsMultiChannel', 'is_multi_channel'],
  ['ChangedCustomerAttribute', 'changed_customer_attribute'],
  ['ChannelId', 'channel_id'],
  ['HTTPServer', 'http_server'],
  ['VIPLevel2Name', 'vip_level2_name'],
  ['Address1City', 'address1_city'],
  ['ProductIDs', 'product_i_ds'],
  ['USA', 'usa'],
  ['already_snake_case', 'already_snake_case'],
  ['Last login (days)', 'last_login_days'],
  ['  % of   bonus -- used  ', 'of_bonus_used'],
  ['__river__', 'river'],
  ['2ndDeposit', '2nd_deposit'],
  ['Größe', 'größe'],
  ['שםלקוח', 'שםלקוח'],
  ['ÜberÄrger', 'über_ärger'],
  ["x'; drop table y; --", 'x_drop_table_y'],
  ['***', ''],
  ['', ''],
])('%j becomes %j', (name, column) => {
  expect(snakeCase(name)).toBe(column);
});

test('a column’s name becomes itself', () => {
  const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());
  fc.assert(
    fc.property(texts, (text) => {
      const once = snakeCase(text);
      expect(snakeCase(once)).toBe(once);
    }),
    { numRuns: 2000 },
  );
});

test('a column’s name holds letters and digits, with single underscores between them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(snakeCase(text)).toMatch(/^([\p{L}\p{M}\p{N}]+(_[\p{L}\p{M}\p{N}]+)*)?$/u);
    }),
    { numRuns: 2000 },
  );
});

test('every column that is not a day of River’s own is named by the rule', () => {
  const ownDays = ['end_date', 'found_on', 'data_date', 'snapshot_date'];
  for (const { columns } of reports) {
    for (const { name, source } of columns) if (!ownDays.includes(name)) expect(name).toBe(snakeCase(source));
  }
});
