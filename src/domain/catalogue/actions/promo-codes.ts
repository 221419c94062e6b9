import { answered, declareReport, stamped } from '../report.ts';

export const promoCodes = declareReport({
  number: 20,
  slug: 'promo-codes',
  title: 'Promo Codes',
  purpose: 'The promo codes of all campaigns of a day.',
  endpoint: 'actions/GetPromoCodes',
  time: 'day',
  axes: [{ over: 'day', parameter: 'Date', stamp: 'date' }],
  filters: [],
  parameters: {},
  controlGroup: false,
  pages: false,
  askForLess: 'The reports promo-codes-by-target-group and promo-codes-by-campaign ask for less at a time',
  columns: [
    stamped('Date', 'date'),
    answered('TargetGroupID', 'integer'),
    answered('RecipientGroupID', 'integer'),
    answered('ActionID', 'integer'),
    answered('PromoCode', 'text'),
  ],
  key: ['date', 'target_group_id', 'recipient_group_id', 'action_id', 'promo_code'],
  keyIsUnique: true,
});
