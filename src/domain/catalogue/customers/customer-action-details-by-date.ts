import { answered, declareReport, stamped } from '../report.ts';

export const customerActionDetailsByDate = declareReport({
  number: 7,
  slug: 'customer-action-details-by-date',
  title: 'Customer Action Details by Date',
  purpose: 'Every action that any customer got on a day, with recipient group and channel.',
  endpoint: 'customers/GetCustomerActionDetailsByDate',
  time: 'day',
  axes: [{ over: 'day', parameter: 'Date', stamp: 'date' }],
  filters: [],
  parameters: {},
  controlGroup: false,
  pages: true,
  columns: [
    stamped('Date', 'date'),
    answered('CustomerID', 'text'),
    answered('RecipientGroupID', 'integer'),
    answered('ActionID', 'integer'),
    answered('ChannelID', 'integer'),
  ],
  key: ['date', 'customer_id', 'recipient_group_id', 'action_id', 'channel_id'],
  keyIsUnique: true,
});
