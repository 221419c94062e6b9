import { answered, declareReport, stamped } from '../report.ts';

export const customerOneTimeActionsByDate = declareReport({
  number: 3,
  slug: 'customer-one-time-actions-by-date',
  title: 'Customer One Time Actions by Date',
  purpose: 'Which customers got a one-time campaign on a day, with its action and channel.',
  endpoint: 'customers/GetCustomerOneTimeActionsByDate',
  time: 'day',
  axes: [{ over: 'day', parameter: 'Date', stamp: 'date' }],
  filters: ['customerAttributes'],
  parameters: {},
  controlGroup: true,
  pages: true,
  columns: [
    stamped('Date', 'date'),
    answered('CustomerID', 'text'),
    answered('ActionID', 'integer'),
    answered('ChannelID', 'integer'),
  ],
  key: ['date', 'customer_id', 'action_id', 'channel_id'],
  keyIsUnique: false,
  notes:
    'No row names its campaign, so two one-time campaigns with the same action, channel and day give ' +
    'equal rows. The key is not unique: `load: merge` needs a `key:` of its own.',
});
