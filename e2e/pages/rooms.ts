import { expect, type Locator } from '@playwright/test';
import type { ChatPage } from './chat.js';

/** A person's actions on rooms, in one tab. */
export class Rooms {
  readonly list: Locator;
  readonly name: Locator;
  readonly topic: Locator;

  constructor(readonly chat: ChatPage) {
    this.list = chat.page.getByTestId('room-link');
    this.name = chat.page.getByTestId('room-name');
    this.topic = chat.page.getByTestId('room-topic');
  }

  /** The room with this name in the list. */
  link(name: string): Locator {
    return this.list.filter({ has: this.chat.page.getByText(name, { exact: true }) });
  }

  /** On a phone a button shows the rooms. */
  async reveal(): Promise<void> {
    const button = this.chat.page.getByTestId('rooms-open');
    if (await button.isVisible()) await button.click();
  }

  async open(name: string): Promise<void> {
    await this.reveal();
    await this.link(name).click();
    await expect(this.name).toHaveText(new RegExp(`${name}$`));
  }

  async create(name: string, options: { private?: boolean; topic?: string } = {}): Promise<void> {
    const { page } = this.chat;
    await this.reveal();
    await page.getByTestId('open-new-room').click();
    await page.getByTestId('new-room-name').fill(name);
    if (options.topic) await page.getByTestId('new-room-topic').fill(options.topic);
    if (options.private) await page.getByTestId('new-room-private').check();
    await page.getByTestId('new-room-create').click();
    await expect(page.getByTestId('new-room')).toHaveCount(0);
    await expect(this.name).toHaveText(new RegExp(`${name}$`));
  }

  /** Joins a public room from the list of all public rooms. */
  async join(name: string): Promise<void> {
    const { page } = this.chat;
    await this.reveal();
    await page.getByTestId('open-browse').click();
    await page.getByTestId('browse-search').fill(name);
    const listed = page.getByTestId('listed-room').filter({ hasText: name });
    await expect(page.getByTestId('listed-room')).toHaveCount(1);
    await listed.getByTestId('listed-enter').click();
    await expect(page.getByTestId('browse')).toHaveCount(0);
    await expect(this.name).toHaveText(new RegExp(`${name}$`));
  }

  /** Chooses from the open room's menu. */
  async choose(choice: 'room-invite' | 'room-change' | 'room-leave'): Promise<void> {
    await this.chat.page.getByTestId('room-menu').click();
    await this.chat.page.getByTestId(choice).click();
  }

  async invite(...people: string[]): Promise<void> {
    await this.choose('room-invite');
    await this.pick(people);
  }

  /** Starts a conversation with one or several people. */
  async writeTo(...people: string[]): Promise<void> {
    await this.reveal();
    await this.chat.page.getByTestId('open-new-direct').click();
    await this.pick(people);
  }

  async pick(people: string[]): Promise<void> {
    const { page } = this.chat;
    for (const person of people) {
      await page.getByTestId('people-search').fill(person);
      const pick = page.locator('.pick').filter({ hasText: person });
      await pick.getByTestId('person-pick').check();
    }
    await page.getByTestId('people-do').click();
    await expect(page.getByTestId('people-do')).toHaveCount(0);
  }

  async leave(): Promise<void> {
    const confirm = this.chat.page.getByTestId('leave-confirm');
    const room = await this.name.first().textContent();
    await this.choose('room-leave');
    // The page asks only if the person cannot return by themselves.
    const left = async () => (await this.name.first().textContent()) !== room;
    await expect.poll(async () => (await confirm.isVisible()) || (await left())).toBe(true);
    if (await confirm.isVisible()) await confirm.click();
  }

  /** Shows the room's people. */
  async members(): Promise<Locator> {
    const panel = this.chat.page.getByTestId('members-panel');
    if (!(await panel.isVisible())) await this.chat.page.getByTestId('members').click();
    return panel.getByTestId('member');
  }
}
