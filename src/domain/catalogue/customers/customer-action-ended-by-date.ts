import { answered, declareReport, endDate } from '../report.ts';

export const customerActionEndedByDate = declareReport({
  number: 8,
  slug: 'customer-action-ended-by-date',
  title: 'Customer Action Ended by Date',
  purpose: 'Actions that ended on a day, customer by customer, with their duration and target group.',
  endpoint: 'customers/GetCustomersActionEndedByDate',
  time: 'day',
  axes: [{ over: 'day', parameter: 'Date', stamp: 'end_date' }],
  filters: [],
  parameters: {},
  controlGroup: false,
  pages: true,
  columns: [
    endDate,
    answered('CustomerID', 'text'),
    answered('ActionID', 'integer'),
    answered('ChannelID', 'integer'),
    answered('Date', 'date'),
    answered('Duration', 'integer'),
    answered('TargetGroupID', 'integer'),
  ],
  key: ['end_date', 'target_group_id', 'action_id', 'channel_id', 'customer_id'],
  keyIsUnique: true,
  notes:
    '`end_date` is the day asked for; `date`, from the answer, is the day on which the action started. ' +
    '`duration` is in days.',
});
