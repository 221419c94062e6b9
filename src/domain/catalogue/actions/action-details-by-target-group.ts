import { answered, declareReport, stamped } from '../report.ts';

export const actionDetailsByTargetGroup = declareReport({
  number: 23,
  slug: 'action-details-by-target-group',
  title: 'Action Details by Target Group',
  purpose: 'The actions of each target group on a day, with duration, lead time and channel.',
  endpoint: 'actions/GetActionDetailsByTargetGroup',
  time: 'day',
  axes: [
    { over: 'day', parameter: 'Date', stamp: 'date' },
    { over: 'targetGroups', parameter: 'TargetGroupID', leftOut: 'all' },
  ],
  filters: ['targetGroups'],
  parameters: {},
  controlGroup: false,
  pages: false,
  prunedBy: 'groupsWithActions',
  columns: [
    stamped('Date', 'date'),
    stamped('TargetGroupID', 'integer'),
    answered('RecipientGroupID', 'integer'),
    answered('ActionID', 'integer'),
    answered('Duration', 'integer'),
    answered('LeadTime', 'integer'),
    answered('ChannelID', 'integer'),
  ],
  key: ['date', 'target_group_id', 'recipient_group_id', 'action_id', 'channel_id'],
  keyIsUnique: true,
  notes: '`duration` and `lead_time` are in days.',
});
