/** When to use each report, for docs/reports.md: the question that it answers, and where another report answers it with fewer calls. */
export const reportUses: Readonly<Record<string, string>> = {
  'customers-by-action':
    'For "who got this action?", with attributes of the customers. It makes ten calls for each day and action: for all actions of a day `customer-action-details-by-date` needs one.',
  'customer-actions-by-target-group':
    'To measure target groups: which action each of their customers got, and on which channel. Control groups come with `includeControlGroup`.',
  'customer-one-time-actions-by-date':
    'For one-time campaigns day by day, with one call a day. Where the campaign matters, use the next report.',
  'customer-one-time-actions-by-campaign':
    'For one-time campaigns, where each row has to name its campaign. It makes a call for each campaign.',
  'customer-attribute-changers':
    'To follow how customers change, such as from one country or tier to another. It has no past: pull it every day, and a history grows.',
  'customer-future-values':
    "For what customers are predicted to be worth, by lifecycle stage. It answers with today's values: pull it on the days that you want to compare.",
  'customer-action-details-by-date':
    'The cheapest way to all actions of all customers: one call a day. A good first river.',
  'customer-action-ended-by-date':
    'To measure an action when it is over: its duration and target group, on the day on which it ended.',
  'customer-execution-details-by-campaign':
    'For who was meant to get a campaign, with template, time and promo code. Compare it with the next report for what was really sent.',
  'customer-send-details-by-campaign':
    "For what was sent to whom in each campaign, with the channel's send id: the link to the reports of the channel's provider.",
  'customer-send-details-by-channel':
    'The same by channel: take it if you need some channels only, because it calls for these alone.',
  'currently-targeted-customers':
    'For who is being targeted now, so that other tools leave these customers alone. It has no past: each run replaces the rows.',
  'customer-product-details-by-date':
    'For products that customers were offered in a campaign. Its answer is not publicly documented.',
  'campaign-interaction-customers':
    'For opens, clicks, bounces and unsubscribes by customer. It makes a call for each day, channel and event: name the channels.',
  'customers-activity-event-attributes':
    'For activity events of customers with the attributes of the event. Its parameters are not publicly documented: correct it with `overrides:`.',
  'target-groups-by-date': 'For which target groups ran on which day. One call a day.',
  'target-group-details': 'For the names and priorities of target groups, to join on `target_group_id`.',
  'all-actions': 'For the names of actions, to join on `action_id`.',
  'actions-by-target-group':
    'For which actions a target group ran on a day, without customers: few rows, one call for each day and group.',
  'promo-codes': 'For all promo codes of a day with one call.',
  'promo-codes-by-campaign':
    'Where each promo code has to name its campaign, or where a day has more codes than one answer may hold.',
  'promo-codes-by-target-group': 'For promo codes of some target groups, page by page.',
  'action-details-by-target-group':
    'For how long each action of a target group lasts, its lead time and its channel.',
  'executed-campaign-details':
    'For which campaigns ran, whether they succeeded, and why not. The usual table to join campaigns on, with one call a day.',
  'execution-channels': 'For the names of channels, to join on `channel_id`.',
  'executed-campaign-channel-details': 'For the templates, lists and times of each campaign on each channel.',
  'executed-campaigns-by-channel':
    'For which campaigns ran on which channel, without details: one call for each day and channel.',
};
