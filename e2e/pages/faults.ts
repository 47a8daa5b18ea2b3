import { expect, type Locator } from '@playwright/test';
import type { ChatPage } from './chat.js';

/** The faults, by the names of their switches. */
export type Fault = 'refuse' | 'half-open' | 'swallow-acks' | 'lose-entries' | 'repeat' | 'stall-storage';

/** The fault panel in the details. */
export class FaultPanel {
  readonly unfold: Locator;
  readonly panel: Locator;
  readonly scrubber: Locator;
  readonly time: Locator;
  readonly acted: Locator;
  readonly sendTest: Locator;
  readonly mendEverything: Locator;

  constructor(readonly chat: ChatPage) {
    const { page } = chat;
    this.unfold = page.getByTestId('break-it');
    this.panel = page.getByTestId('faults');
    this.scrubber = page.getByTestId('faults-scrubber');
    this.time = page.getByTestId('faults-time');
    this.acted = page.getByTestId('faults-acted');
    this.sendTest = page.getByTestId('fault-test');
    this.mendEverything = page.getByTestId('fault-mend');
  }

  /** Opens the details, and the panel in them. */
  static async open(chat: ChatPage): Promise<FaultPanel> {
    const faults = new FaultPanel(chat);
    await chat.detailsButton.click();
    await faults.unfold.click();
    await expect(faults.panel).toBeVisible();
    return faults;
  }

  switch(fault: Fault): Locator {
    return this.chat.page.getByTestId(`fault-${fault}`);
  }

  async break(...faults: Fault[]): Promise<void> {
    for (const fault of faults) await this.switch(fault).check();
  }

  async mend(...faults: Fault[]): Promise<void> {
    for (const fault of faults) await this.switch(fault).uncheck();
  }

  /** Cuts the link once. */
  async cut(): Promise<void> {
    await this.chat.page.getByTestId('fault-cut').click();
  }

  /** One of the four places that a message passes. */
  place(name: 'outbox' | 'wire' | 'log' | 'inbox'): Locator {
    return this.chat.page.getByTestId(`faults-${name}`);
  }

  /** The number counted under this name. */
  async counted(name: string): Promise<number> {
    return Number(await this.chat.page.getByTestId(`counted-${name}`).textContent());
  }

  async expectCounted(name: string, least: number): Promise<void> {
    await expect.poll(() => this.counted(name), `at least ${least} ${name}`).toBeGreaterThanOrEqual(least);
  }

  /** Expects this mechanism among the latest ones. */
  async expectActed(mechanism: string, timeout?: number): Promise<void> {
    const acted = this.panel.locator(`[data-testid=faults-acted][data-mechanism="${mechanism}"]`);
    await expect(acted).toBeVisible(timeout ? { timeout } : {});
  }

  /** The trace of the message with this beginning. */
  trace(text: string): Locator {
    return this.panel.getByTestId('trace').filter({ hasText: text });
  }

  /** The steps of that trace, as named on the page. */
  async steps(text: string): Promise<string[]> {
    const steps = this.trace(text).locator('[data-step]');
    return steps.evaluateAll((all) => all.map((step) => step.getAttribute('data-step') ?? ''));
  }
}
