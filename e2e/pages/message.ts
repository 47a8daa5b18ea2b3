import type { Locator, Page } from '@playwright/test';

/** One message as a person sees it, and what can be done with it. */
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

  /** Reacts by the picker, with the emoji of this name. */
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

  /** Chooses from the menu, with whatever hand this device has. */
  async choose(choice: string): Promise<void> {
    const menu = (await this.byFinger()) ? await this.longPress() : await this.openMenu();
    await this.press(menu.getByTestId(choice));
  }

  /** Deletes it, and says yes when asked. */
  async delete(): Promise<void> {
    await this.choose('menu-delete');
    await this.press(this.page.getByTestId('delete-message').getByTestId('delete'));
  }

  /** Presses with whatever hand this device has: a mouse would stay above the row and bring its tools back. */
  private async press(button: Locator): Promise<void> {
    await ((await this.byFinger()) ? button.tap() : button.click());
  }

  private byFinger(): Promise<boolean> {
    return this.page.evaluate(() => matchMedia('(pointer: coarse)').matches);
  }

  /** Opens the menu with everything one can do, with the mouse. */
  async openMenu(): Promise<Locator> {
    await this.row.hover();
    await this.tools.getByTestId('more').click();
    return this.page.getByTestId('menu');
  }

  /** A finger that stays on the message. */
  async longPress(): Promise<Locator> {
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
