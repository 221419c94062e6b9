import { answered, declareReport, stamped } from '../report.ts';

export const customersByAction = declareReport({
  number: 1,
  slug: 'customers-by-action',
  title: 'Customers by Action',
  purpose: 'Which customers were sent an action on a day, by recipient group.',
  endpoint: 'customers/GetCustomersByAction',
  time: 'day',
  axes: [
    { over: 'day', parameter: 'Date', stamp: 'date' },
    { over: 'actions', parameter: 'ActionID', leftOut: 'all' },
    { over: 'recipientGroup', parameter: 'RecipientGroupID', refused: 'no rows' },
  ],
  filters: ['actions', 'customerAttributes'],
  parameters: {},
  controlGroup: false,
  pages: true,
  prunedBy: 'actionsAndRecipients',
  columns: [
    stamped('Date', 'date'),
    stamped('ActionID', 'integer'),
    stamped('RecipientGroupID', 'integer'),
    answered('CustomerID', 'text'),
  ],
  key: ['date', 'recipient_group_id', 'action_id', 'customer_id'],
  keyIsUnique: true,
  notes:
    'Called for every RecipientGroupID from 0 to 9. A group that Optimove refuses with 400 counts as ' +
    'no rows, with a warning, where another group of the same day and action was answered.',
});
