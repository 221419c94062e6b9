import { type BrowserContext, chromium, type Page } from 'playwright-core';
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

let opened: Promise<BrowserContext> | undefined;
let close: () => Promise<void> = async () => {};

/**
 * A page of a real browser, without what earlier pages have stored. The pages of a file share one browser, which has then loaded and
 * compiled the Web UI once: `closeBrowser` after the last.
 */
export async function withPage<T>(use: (page: Page) => Promise<T>): Promise<T> {
  opened ??= openBrowser();
  const page = await (await opened).newPage();
  try {
    return await use(page);
  } finally {
    await page.evaluate(() => localStorage.clear()).catch(() => {});
    await page.close();
  }
}

/** Closes the browser if one was opened, and removes its profile. */
export async function closeBrowser(): Promise<void> {
  opened = undefined;
  await close();
}

async function openBrowser(): Promise<BrowserContext> {
  const { executablePath, env } = await findBrowser();
  const browser = Promise.withResolvers<BrowserContext>();
  const isOver = Promise.withResolvers<void>();
  const closed = withFolder(async (profile) => {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      args: flags,
      env: { ...process.env, ...env },
      viewport: { width: 1280, height: 1000 },
    });
    browser.resolve(context);
    await isOver.promise;
    await context.close();
  });
  closed.catch(browser.reject);
  close = async () => {
    isOver.resolve();
    await closed;
  };
  return browser.promise;
}
