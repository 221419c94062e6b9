import { answered, declareReport, foundOn, stamped } from '../report.ts';

export const promoCodesByCampaign = declareReport({
  number: 21,
  slug: 'promo-codes-by-campaign',
  title: 'Promo Codes by Campaign',
  purpose: 'The promo codes of each campaign of the period.',
  endpoint: 'actions/GetPromoCodesByCampaign',
  time: 'campaigns',
  axes: [{ over: 'campaign', parameter: 'CampaignID', channel: 'never' }],
  filters: ['executionChannels'],
  parameters: {},
  controlGroup: false,
  pages: false,
  columns: [
    foundOn,
    stamped('CampaignID', 'integer'),
    answered('RecipientGroupID', 'integer'),
    answered('ActionID', 'integer'),
    answered('PromoCode', 'text'),
  ],
  key: ['found_on', 'campaign_id', 'recipient_group_id', 'action_id', 'promo_code'],
  keyIsUnique: true,
  notes:
    'The call knows no channel: chosen channels choose campaigns, and all rows of these campaigns are ' +
    'loaded. A promo code may be an empty text.',
});
