/** What runs and budgets go through: `npm run history:save` records each, and each has a history that is replayed. */
export const states = {
  riverRun: [
    'loaded',
    'campaigns',
    'pruned',
    'waiting-for-quota',
    'in-outage',
    'paused',
    'retried',
    'retried-nothing-left',
    'tracked',
    'tracked-nothing-left',
    'waiting-for-data',
    'continued-as-new',
    'carried-over',
    'continued-while-waiting-for-data',
    'carried-over-waiting-for-data',
    'continued-while-paused',
    'carried-over-paused',
    'cancelled',
    'chunk-failed',
    'wrong-base-url',
    'refused-input',
    'refused-and-told',
    'given-up-in-outage',
    'refused-credentials',
  ],
  apiBudget: ['permits', 'recalled', 'throttled', 'in-outage', 'continued-as-new', 'carried-over'],
} as const;

/** `riverRun` begins the names of its histories with `river-run`. */
export const kebab = (type: string): string => type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
