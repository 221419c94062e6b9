import type { Random } from './random.ts';

/** What a simulator without a list of its own answers to GetCustomerAttributeList. */
export const defaultAttributes: readonly string[] = [
  'Country',
  'Currency',
  'Language',
  'FirstName',
  'Note',
  'LifetimeValue',
  'RegistrationDate',
  'VipLevel',
  'FavoriteGame',
  // Names that no table likes: one that a report's own column bears, one that looks like SQL, one with a space.
  'Date',
  `Robert') DROP TABLE "x" --`,
  'Last Deposit (€)',
];

/** Values that break careless readers and writers. None holds `;`, which separates attributes in old answers. */
const hostileTexts: readonly string[] = [
  'plain',
  'comma, quote " and apostrophe \'',
  'tab\tthen newline\nthen return\r\nend',
  'back\\slash \\n \\N \\',
  '$1 :name ? %s {{x}} $$ $(y)',
  "') DROP TABLE customers --",
  'Grüße aus Zürich',
  '東京 – 한국 – עברית',
  '🎰🎲 e\u0301 \u200b zero width',
  ' spaces around ',
  'true',
  '007',
  '1e309',
];

const known: Readonly<Record<string, readonly string[]>> = {
  country: ['UK', 'DE', 'FR', 'UA', 'IL', 'US', 'BR', 'Côte d’Ivoire'],
  currency: ['GBP', 'EUR', 'USD', 'UAH', 'ILS', 'BRL'],
  language: ['en', 'de', 'fr', 'uk', 'he', 'pt-BR'],
  firstname: ['Ana', 'Zoë', 'Jürgen', 'Siobhán', "D'Arcy", 'Олена', '明', 'שרה', 'Bobby "Tables"'],
  viplevel: ['0', '1', '2', '3', '10'],
  favoritegame: ['Book of \\Ra', 'Black-Jack, 21', 'Roulette', 'Slots 7️⃣7️⃣7️⃣'],
};

/** A customer's value of an attribute: the same on every day and in every report. Null and '' happen. */
export function attributeValue(random: Random, attribute: string, customer: number): string | null {
  const name = attribute.toLowerCase();
  const chance = random.hash('attribute', name, customer);
  if (chance % 17 === 0) return null;
  if (chance % 19 === 0) return '';
  if (name === 'lifetimevalue') return ((chance % 1_000_000) / 100).toFixed(2);
  if (name.endsWith('date')) return `20${10 + (chance % 16)}-0${1 + (chance % 9)}-${10 + (chance % 19)}`;
  const values = known[name] ?? hostileTexts;
  return values[(chance >>> 8) % values.length] ?? '';
}
