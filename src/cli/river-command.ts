/** How a person types `river` here: a checkout runs it through npm, an installed package has the command itself. */
export const riverCommand = import.meta.url.endsWith('.ts') ? 'npm run -s river --' : 'river';
