import { answered, declareReport, stamped } from '../report.ts';

export const promoCodesByTargetGroup = declareReport({
  number: 22,
  slug: 'promo-codes-by-target-group',
  title: 'Promo Codes by Target Group',
  purpose: 'The promo codes of each target group on a day.',
  endpoint: 'actions/GetPromoCodesByTargetGroup',
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
    answered('PromoCode', 'text'),
  ],
  key: ['date', 'target_group_id', 'recipient_group_id', 'action_id', 'promo_code'],
  keyIsUnique: true,
});
