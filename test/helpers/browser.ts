import { chromium, type Page } from 'playwright-core';
import { findBrowser } from './find-browser.ts';
import { withFolder } from './folder.ts';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page of a real browser with a profile of its own, closed and removed after `use`. */
export async function withPage<T>(use: (page: Page) => Promise<T>): Promise<T> {
  const { executablePath, env } = await findBrowser();
  return withFolder(async (profile) => {
    const browser = await chromium.launchPersistentContext(profile, {
      executablePath,
      args: flags,
      env: { ...process.env, ...env },
      viewport: { width: 1280, height: 1000 },
    });
    try {
      return await use(browser.pages()[0] ?? (await browser.newPage()));
    } finally {
      await browser.close();
    }
  });
}
