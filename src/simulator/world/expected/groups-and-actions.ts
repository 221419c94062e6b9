import {
  executedCampaignChannelDetails,
  executedCampaignDetails,
  executedCampaignsByChannel,
  promoCodesByCampaign,
} from '../reports/campaigns.ts';
import { allActions, executionChannels, targetGroupDetails } from '../reports/definitions.ts';
import {
  actionDetailsByTargetGroup,
  actionsByTargetGroup,
  promoCodes,
  promoCodesByTargetGroup,
  targetGroupsByDate,
} from '../reports/target-groups.ts';
import { stampRows } from '../row-list.ts';
import { each, ids, perCampaign, perCampaignAndChannel, perDay, perDayAndGroup } from './loops.ts';
import type { Expected } from './wanted.ts';

/** The twelve reports about target groups, actions and campaigns. */
export const expectedOfGroupsAndActions = {
  'target-groups-by-date': (core, wanted) =>
    perDay(wanted, (day, date) => stampRows(targetGroupsByDate(core, { day }), { Date: date })),
  'target-group-details': (core) => targetGroupDetails(core),
  'all-actions': (core) => allActions(core),
  'actions-by-target-group': (core, wanted) =>
    perDayAndGroup(core, wanted, (day, targetGroup) => actionsByTargetGroup(core, { day, targetGroup })),
  'promo-codes': (core, wanted) =>
    perDay(wanted, (day, date) => stampRows(promoCodes(core, { day }), { Date: date })),
  'promo-codes-by-campaign': (core, wanted) =>
    perCampaign(core, wanted, ({ id }) => promoCodesByCampaign(core, { campaign: id })),
  'promo-codes-by-target-group': (core, wanted) =>
    perDayAndGroup(core, wanted, (day, targetGroup) => promoCodesByTargetGroup(core, { day, targetGroup })),
  'action-details-by-target-group': (core, wanted) =>
    perDayAndGroup(core, wanted, (day, targetGroup) =>
      actionDetailsByTargetGroup(core, { day, targetGroup }),
    ),
  'executed-campaign-details': (core, wanted) =>
    perDay(wanted, (day, date) => stampRows(executedCampaignDetails(core, { day }), { Date: date })),
  'execution-channels': (core) => executionChannels(core),
  'executed-campaign-channel-details': (core, wanted) =>
    perCampaignAndChannel(core, wanted, ({ id }, channel) =>
      executedCampaignChannelDetails(core, { campaign: id, channel }),
    ),
  'executed-campaigns-by-channel': (core, wanted) =>
    perDay(wanted, (day, date) =>
      each(wanted.channels ?? ids(core.definitions.channels), (channel) =>
        stampRows(executedCampaignsByChannel(core, { day, channel }), { Date: date, ChannelID: channel }),
      ),
    ),
} satisfies Record<string, Expected>;
