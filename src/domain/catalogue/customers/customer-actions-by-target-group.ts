import { answered, declareReport, stamped } from '../report.ts';

export const customerActionsByTargetGroup = declareReport({
  number: 2,
  slug: 'customer-actions-by-target-group',
  title: 'Customer Actions by Target Group',
  purpose: 'Which actions the customers of each target group got on a day, and on which channel.',
  endpoint: 'customers/GetCustomerActionsByTargetGroup',
  time: 'day',
  axes: [
    { over: 'day', parameter: 'Date', stamp: 'date' },
    { over: 'targetGroups', parameter: 'TargetGroupID', leftOut: 'all' },
    { over: 'executionChannels', parameter: 'ChannelID', leftOut: 'omit' },
  ],
  filters: ['targetGroups', 'executionChannels', 'customerAttributes'],
  parameters: { IncludeRecipientGroupID: 'true' },
  controlGroup: true,
  pages: true,
  prunedBy: 'groups',
  columns: [
    stamped('Date', 'date'),
    stamped('TargetGroupID', 'integer'),
    answered('CustomerID', 'text'),
    answered('ActionID', 'integer'),
    answered('ChannelID', 'integer'),
    answered('RecipientGroupID', 'integer'),
  ],
  key: ['date', 'target_group_id', 'customer_id', 'action_id', 'channel_id'],
  keyIsUnique: true,
  notes: 'Without chosen channels ChannelID is not sent, and one call brings the rows of all channels.',
});
