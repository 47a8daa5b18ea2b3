import { expect, type Locator } from '@playwright/test';
import type { ChatPage } from './chat.js';

/** The actions of an owner or a moderator, in one tab. */
export class Admin {
  readonly dialog: Locator;
  readonly report: Locator;
  readonly records: Locator;

  constructor(readonly chat: ChatPage) {
    this.dialog = chat.page.getByTestId('administration');
    this.report = chat.page.getByTestId('admin-report');
    this.records = chat.page.getByTestId('record');
  }

  /** Opens the administration from the settings. */
  async open(): Promise<void> {
    await this.chat.settings.click();
    await this.chat.page.getByTestId('open-administration').click();
    await expect(this.dialog).toBeVisible();
  }

  async close(): Promise<void> {
    await this.dialog.getByTestId('dialog-close').click();
    await expect(this.dialog).toHaveCount(0);
  }

  async look(section: 'people' | 'connections' | 'sign-ins' | 'rooms' | 'addresses' | 'audit'): Promise<void> {
    await this.chat.page.getByTestId(`admin-${section}`).click();
    await expect(this.chat.page.getByTestId(`list-${section}`)).toBeVisible();
  }

  /** The line with this text. */
  record(text: string | RegExp): Locator {
    return this.records.filter({ hasText: text });
  }

  /** Opens a person's details, from the list of people. */
  async person(name: string): Promise<void> {
    await this.look('people');
    await this.records.getByTestId('record-person').getByText(name, { exact: true }).click();
    await expect(this.chat.page.getByTestId('acts')).toBeVisible();
  }

  /** Opens the confirmation of an action on the shown person. */
  async act(act: 'exclude' | 'readmit' | 'messages' | 'sign-out' | 'role' | 'limits'): Promise<void> {
    await this.chat.page.getByTestId(`act-${act}`).click();
    await expect(this.chat.page.getByTestId('question')).toBeVisible();
  }

  /** Confirms the action, and waits for its result. */
  async confirm(report: string | RegExp): Promise<void> {
    await this.chat.page.getByTestId('question-do').click();
    await expect(this.report).toHaveText(report);
  }
}
