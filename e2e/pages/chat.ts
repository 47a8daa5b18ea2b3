import { expect, type Locator, type Page, type WebSocketRoute } from '@playwright/test';

/** One row's attributes, read at once so that they are consistent. */
export interface RowSeen {
  id: string;
  state: string;
  seq: number | null;
  mine: boolean;
  text: string;
}

/** The chat as a person sees it: one tab. */
export class ChatPage {
  readonly nickname: Locator;
  readonly joinButton: Locator;
  readonly composer: Locator;
  readonly sendButton: Locator;
  readonly timeline: Locator;
  readonly rows: Locator;
  readonly connection: Locator;
  readonly toggle: Locator;
  readonly unsent: Locator;
  readonly newMessages: Locator;
  readonly settings: Locator;
  readonly detailsButton: Locator;
  readonly detailsPanel: Locator;
  readonly retryNow: Locator;
  readonly transport: Locator;
  readonly transportReason: Locator;

  constructor(readonly page: Page) {
    this.nickname = page.getByTestId('nickname');
    this.joinButton = page.getByTestId('join');
    this.composer = page.getByTestId('composer');
    this.sendButton = page.getByTestId('send');
    this.timeline = page.getByTestId('timeline');
    this.rows = page.getByTestId('row');
    this.connection = page.getByTestId('connection');
    this.toggle = page.getByTestId('toggle');
    this.unsent = page.getByTestId('unsent');
    this.newMessages = page.getByTestId('new-messages');
    this.settings = page.getByTestId('settings');
    this.detailsButton = page.getByTestId('details');
    this.detailsPanel = page.getByTestId('details-panel');
    this.retryNow = page.getByTestId('retry-now');
    this.transport = page.getByTestId('detail-transport');
    this.transportReason = page.getByTestId('detail-transport-reason');
  }

  /** Picks a nickname and waits until the link is up. */
  async join(nickname: string): Promise<void> {
    await this.page.goto('/');
    await this.nickname.fill(nickname);
    await this.joinButton.click();
    await this.expectConnected();
  }

  /** Chooses a language in the settings. */
  async speak(language: 'en' | 'ko'): Promise<void> {
    await this.settings.click();
    await this.page.getByTestId(`language-${language}`).check();
    await this.page.keyboard.press('Escape');
    await expect(this.page.getByTestId('settings-dialog')).toHaveCount(0);
  }

  /** Types a message and presses Enter. */
  async say(...texts: string[]): Promise<void> {
    for (const text of texts) {
      await this.composer.fill(text);
      await this.composer.press('Enter');
      await expect(this.composer).toHaveValue('');
    }
  }

  /** Makes the page reconnect at once, unless it has reconnected by itself. */
  async hurry(): Promise<void> {
    await this.retryNow.click({ timeout: 2_000 }).catch(() => this.expectConnected());
  }

  /** The row with this text. */
  row(text: string): Locator {
    return this.rows.filter({ has: this.page.getByTestId('row-text').getByText(text, { exact: true }) });
  }

  /** The row with this message's id. */
  rowOf(id: string): Locator {
    return this.page.locator(`[data-testid=row][data-id="${id}"]`);
  }

  /** Every row in the document, top to bottom. */
  async seen(): Promise<RowSeen[]> {
    return this.rows.evaluateAll((rows) =>
      rows.map((row) => ({
        id: row.getAttribute('data-id') ?? '',
        state: row.getAttribute('data-state') ?? '',
        seq: row.getAttribute('data-seq') ? Number(row.getAttribute('data-seq')) : null,
        mine: row.getAttribute('data-mine') === 'true',
        text: row.querySelector('[data-testid=row-text]')?.textContent ?? '',
      })),
    );
  }

  /** Waits until the timeline shows exactly these texts: each once, in this order. */
  async expectTexts(texts: string[], timeout?: number): Promise<void> {
    await expect(this.rows.getByTestId('row-text')).toHaveText(texts, timeout ? { timeout } : {});
  }

  /** Waits until every visible row is stored by the server. */
  async expectAllSent(timeout?: number): Promise<void> {
    const waiting = this.page.locator('[data-testid=row]:not([data-state=sent])');
    await expect(waiting).toHaveCount(0, timeout ? { timeout } : {});
    await this.expectUnsent(0);
  }

  /** Waits until the row with this text is in this state. */
  async expectState(text: string, state: 'saving' | 'saved' | 'sent' | 'rejected', timeout?: number): Promise<void> {
    await expect(this.row(text)).toHaveAttribute('data-state', state, timeout ? { timeout } : {});
  }

  async expectUnsent(count: number): Promise<void> {
    if (count > 0) await expect(this.unsent).toHaveAttribute('data-count', String(count));
    else {
      await expect
        .poll(async () => ((await this.unsent.count()) === 0 ? '0' : await this.unsent.getAttribute('data-count')))
        .toBe('0');
    }
  }

  async expectConnected(timeout = 30_000): Promise<void> {
    await expect(this.connection).toHaveAttribute('data-state', 'connected', { timeout });
  }

  async expectNotConnected(): Promise<void> {
    await expect(this.connection).not.toHaveAttribute('data-state', 'connected');
  }

  /** Interrupts the connection, and waits until the page has noticed, however soon it is connected again. */
  async interrupt(by: () => Promise<void>): Promise<void> {
    await this.connection.evaluate((connection) => {
      const noticed = new Promise<void>((done) => {
        const look = () => connection.getAttribute('data-state') === 'connected' || done();
        new MutationObserver(look).observe(connection, { attributeFilter: ['data-state'] });
      });
      Object.assign(window, { noticed });
    });
    await by();
    await this.page.evaluate(() => (window as unknown as { noticed: Promise<void> }).noticed);
  }

  /** Presses Disconnect. */
  async disconnect(): Promise<void> {
    await this.toggle.click();
    await expect(this.connection).toHaveAttribute('data-state', 'disconnected');
  }

  /** Presses Connect. */
  async connect(): Promise<void> {
    await this.toggle.click();
    await this.expectConnected();
  }

  /** Scrolls to the oldest loaded row, like a person with the wheel. */
  async scrollToTop(): Promise<void> {
    await this.timeline.hover();
    await this.page.mouse.wheel(0, -100_000);
  }

  /**
   * Every stored row from the room's first to its newest, read while scrolling up, because the page keeps only some rows at
   * once.
   */
  async readToTop(): Promise<RowSeen[]> {
    const read = new Map<number, RowSeen>();
    await expect
      .poll(async () => {
        for (const row of await this.seen()) {
          if (row.seq !== null) read.set(row.seq, row);
        }
        await this.scrollToTop();
        return read.has(1);
      }, { timeout: 60_000, intervals: [100, 250, 500] })
      .toBe(true);
    return [...read.values()].sort((one, other) => one.seq! - other.seq!);
  }

  /** Waits until the first rows are laid out and the view has not moved for a second. */
  async quiet(): Promise<void> {
    await this.timeline.evaluate(
      (timeline) =>
        new Promise<void>((done) => {
          let still = 0;
          let before = -1;
          const look = setInterval(() => {
            still = timeline.scrollHeight + timeline.scrollTop === before ? still + 1 : 0;
            before = timeline.scrollHeight + timeline.scrollTop;
            if (still >= 10) {
              clearInterval(look);
              done();
            }
          }, 100);
        }),
    );
  }

  /** Jumps to the top, like dragging the scroll bar, so that no row in between counts as read. */
  async jumpToTop(): Promise<void> {
    await this.timeline.evaluate((timeline) => timeline.scrollTo({ top: 0, behavior: 'instant' }));
  }
}

/** Controls the page's link to the server. */
export class Link {
  #open = new Set<WebSocketRoute>();
  #cut = false;
  /** Gets each packet from the page; its return value is passed on, `undefined` drops the packet. */
  fromPage: (packet: string, route: WebSocketRoute) => string | undefined = (packet) => packet;
  /** The same for packets from the server. */
  fromServer: (packet: string, route: WebSocketRoute) => string | undefined = (packet) => packet;
  /** Number of connections that the page requested. */
  attempts = 0;

  /** Takes control of the link of every tab of this page or context. Only WebSocket works: polling is refused. */
  static async of(target: Pick<Page, 'route' | 'routeWebSocket'>): Promise<Link> {
    const link = new Link();
    await target.route(/\/socket\.io\/.*transport=polling/, (route) => route.abort());
    await target.routeWebSocket(/\/socket\.io\//, (route) => {
      link.attempts += 1;
      if (link.#cut) {
        void route.close();
        return;
      }
      link.#open.add(route);
      const server = route.connectToServer();
      route.onMessage((packet) => {
        const passed = link.fromPage(String(packet), route);
        if (passed !== undefined) server.send(passed);
      });
      server.onMessage((packet) => {
        const passed = link.fromServer(String(packet), route);
        if (passed !== undefined) route.send(passed);
      });
      route.onClose((code, reason) => {
        link.#open.delete(route);
        void server.close(closeOptions(code, reason));
      });
      server.onClose((code, reason) => {
        link.#open.delete(route);
        void route.close(closeOptions(code, reason));
      });
    });
    return link;
  }

  /** Cuts open connections, and refuses new ones, until `mend`. */
  async cut(): Promise<void> {
    this.#cut = true;
    await this.drop();
  }

  /** Lets new connections through. */
  mend(): void {
    this.#cut = false;
  }

  /** Cuts open connections; the page may reconnect at once. */
  async drop(): Promise<void> {
    const open = [...this.#open];
    this.#open.clear();
    await Promise.all(open.map((route) => route.close({ code: 4000, reason: 'cut by the test' }).catch(() => {})));
  }
}

/** Only codes a program may send: codes like 1006 are reserved for the browser. */
function closeOptions(code?: number, reason?: string): { code?: number; reason?: string } {
  const sayable = code === 1000 || (code !== undefined && code >= 3000);
  return sayable ? { code, reason } : {};
}
