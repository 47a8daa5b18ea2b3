import { expect, type Locator, type Page } from '@playwright/test';

/** One message as a person sees it, with its actions. */
export class Message {
  readonly text: Locator;
  readonly tools: Locator;

  constructor(
    readonly page: Page,
    readonly row: Locator,
  ) {
    this.text = row.getByTestId('row-text');
    this.tools = row.getByTestId('row-tools');
  }

  /** Reacts with the emoji of this name, from the picker. */
  async react(name: string): Promise<void> {
    await this.row.hover();
    await this.tools.getByTestId('react').click();
    await this.page.getByTestId('find-emoji').fill(name);
    await this.page.getByTestId('find-emoji').press('Enter');
  }

  /** The chip of one emoji below the message. */
  reaction(emoji: string): Locator {
    return this.row.locator(`[data-testid=reaction][data-emoji="${emoji}"]`);
  }

  /** Chooses from the menu, by mouse or touch as the device has. */
  async choose(choice: string): Promise<void> {
    const menu = (await this.byFinger()) ? await this.longPress() : await this.openMenu();
    await this.press(menu.getByTestId(choice));
    // What is filled in before the composer is ready for it would be a new message.
    if (choice === 'menu-edit' || choice === 'menu-reply') await expect(this.page.getByTestId('composer-bar')).toBeVisible();
  }

  /** Deletes it, and confirms. */
  async delete(): Promise<void> {
    await this.choose('menu-delete');
    await this.press(this.page.getByTestId('delete-message').getByTestId('delete'));
  }

  /** Presses by mouse or touch: a mouse would stay above the row and show its tools again. */
  private async press(button: Locator): Promise<void> {
    await ((await this.byFinger()) ? button.tap() : button.click());
  }

  private byFinger(): Promise<boolean> {
    return this.page.evaluate(() => matchMedia('(pointer: coarse)').matches);
  }

  /** Opens the menu with all actions, by mouse. */
  async openMenu(): Promise<Locator> {
    await this.row.hover();
    await this.tools.getByTestId('more').click();
    return this.page.getByTestId('menu');
  }

  /** A long press on the message. */
  async longPress(): Promise<Locator> {
    // It may still move: its ticks change, and others arrive.
    await this.row.click({ trial: true });
    const box = await this.row.boundingBox();
    if (!box) throw new Error('the message is not on the screen');
    const cdp = await this.page.context().newCDPSession(this.page);
    const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    await this.page.getByTestId('menu').waitFor();
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await cdp.detach();
    return this.page.getByTestId('menu');
  }
}
