import { ConfigurationError } from '#domain/errors';
import type { River } from '#domain/river/river';

/** Says so where a river asks for a load mode that is not there yet. */
export function refuseMode({ name, target }: River): void {
  if (target.load === 'replace' || target.load === 'append') return;
  throw new ConfigurationError(
    `The river ${name} loads with \`${target.load}\`, which is not there yet: use replace or append.`,
    { facts: { river: name, load: target.load } },
  );
}
