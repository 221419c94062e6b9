import type { Configurations, OptimoveConnection } from '#activities/ports';
import { CredentialsRefusedError } from '#domain/errors';
import { sameSetting } from './same-setting.ts';

/**
 * The connection of a name, whose calls are made once more where its credentials are refused and `exec:` gives others now:
 * they may have been changed where they are kept.
 */
export async function readingSecretsAgain(
  configurations: Configurations,
  get: (name: string) => Promise<OptimoveConnection>,
  name: string,
): Promise<OptimoveConnection> {
  const found = await get(name);
  return {
    ...found,
    optimove: {
      async request(...asked) {
        try {
          return await found.optimove.request(...asked);
        } catch (error) {
          if (!(error instanceof CredentialsRefusedError)) throw error;
          const { connections } = await configurations.readSecretsAgain();
          if (sameSetting(connections.get(name), found.connection)) throw error;
          return (await get(name)).optimove.request(...asked);
        }
      },
    },
  };
}
