import type { Browser, BrowserContext, BrowserType } from '@playwright/test';

/** Errors that browsers log by themselves when a test takes the network away. Announce the narrowest one. */
export const NETWORK = {
  /** A request of the page while the server is down, or the browser offline. */
  request: /^error: Failed to load resource: net::ERR_/,
  /** The same for a new WebSocket. */
  socket: /^error: WebSocket connection to '[^']*' failed/,
};

/** A response that the test provokes, by its status and URL. */
export function answered(status: number, path: RegExp): RegExp {
  return new RegExp(`^error: Failed to load resource: the server responded with a status of ${status} .*${path.source}`);
}

/** A test that controls a page's link aborts polling requests that bypass it; no real network fails like that. */
const ABORTED_BY_LINK = /^error: Failed to load resource: net::ERR_FAILED .*\/socket\.io\/.*transport=polling/;

/**
 * Any page may poll at first, on a machine that is too busy for its WebSocket. Such a page sends its last requests at the same time:
 * one that arrives after the session has ended, by a reload, a sign-out or a new server process, is answered like this.
 */
const POLLED_TOO_LATE = answered(400, /\/socket\.io\/.*transport=polling/);

/** Errors of all pages of a test: logged, thrown, unhandled rejections, crashes. */
export class ConsoleWatch {
  readonly #allowed: RegExp[] = [ABORTED_BY_LINK, POLLED_TOO_LATE];
  readonly #errors: string[] = [];

  /** Announces errors that belong to a test. */
  readonly allow = (...patterns: RegExp[]): void => {
    this.#allowed.push(...patterns);
  };

  /** Errors that the test did not announce. */
  get unannounced(): string[] {
    return this.#errors.filter((error) => !this.#allowed.some((pattern) => pattern.test(error)));
  }

  /** Watches every page of a context, including later ones. */
  watch<C extends BrowserContext>(context: C): C {
    context.on('console', (message) => {
      if (message.type() === 'error') this.#errors.push(`error: ${message.text()} (${message.location().url})`);
    });
    // Chromium reports unhandled rejections as such, too.
    context.on('weberror', (thrown) => {
      const error = thrown.error();
      this.#errors.push(`thrown: ${error.stack ?? error.message}`);
    });
    context.on('page', (page) => page.on('crash', () => this.#errors.push(`crashed: ${page.url()}`)));
    return context;
  }

  /** Watches every context created from here on, in whatever way; returns a function that stops it. */
  watchAll(browser: Browser, type: BrowserType): () => void {
    const { newContext } = browser;
    const { launchPersistentContext } = type;
    browser.newContext = async (options) => this.watch(await newContext.call(browser, options));
    type.launchPersistentContext = async (folder, options) =>
      this.watch(await launchPersistentContext.call(type, folder, options));
    return () => {
      browser.newContext = newContext;
      type.launchPersistentContext = launchPersistentContext;
    };
  }
}
