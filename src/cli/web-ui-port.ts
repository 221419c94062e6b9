/** Where `river dev` has Temporal's Web UI, unless it is told otherwise: as Temporal's own development server does. */
export const webUiPort = '8233';
