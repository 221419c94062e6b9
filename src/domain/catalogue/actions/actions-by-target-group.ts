import { answered, declareReport, stamped } from '../report.ts';

export const actionsByTargetGroup = declareReport({
  number: 19,
  slug: 'actions-by-target-group',
  title: 'Actions by Target Group',
  purpose: 'Which actions each target group had on a day, by recipient group.',
  endpoint: 'actions/GetActionsByTargetGroup',
  time: 'day',
  axes: [
    { over: 'day', parameter: 'Date', stamp: 'date' },
    { over: 'targetGroups', parameter: 'TargetGroupID', leftOut: 'all' },
  ],
  filters: ['targetGroups'],
  parameters: {},
  controlGroup: false,
  pages: false,
  prunedBy: 'groups',
  columns: [
    stamped('Date', 'date'),
    stamped('TargetGroupID', 'integer'),
    answered('RecipientGroupID', 'integer'),
    answered('ActionID', 'integer'),
  ],
  key: ['date', 'target_group_id', 'recipient_group_id', 'action_id'],
  keyIsUnique: true,
});
