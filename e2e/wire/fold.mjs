// A reader's view of a room's entries, in whatever order they came: a second implementation of the fold.

/**
 * @typedef {import('./device.mjs').Entry} Entry
 * @typedef {{ seq: number, author: string, text: string | undefined, edited: boolean, reactions: [string, string[]][] }} Message
 */

/** Everything a reader has received of one room. Entries may arrive in any order, and repeatedly. */
export class Folded {
  /** @type {Map<number, Entry>} */ #entries = new Map();

  /** @param {Entry[]} entries */
  add(entries) {
    for (const entry of entries) {
      const known = this.#entries.get(entry.seq);
      const asOf = entry.now?.as_of ?? 0;
      // An erased text stays erased, and of two pages the one read later has more.
      const older = known && (known.body.kind.startsWith('erased') || asOf < (known.now?.as_of ?? 0));
      if (!older || entry.body.kind.startsWith('erased')) this.#entries.set(entry.seq, entry);
    }
    return this;
  }

  /** The places of the received entries, ascending. */
  get places() {
    return [...this.#entries.keys()].sort((a, b) => a - b);
  }

  /** The messages as shown, in the log's order. */
  messages() {
    const entries = this.places.map((seq) => /** @type {Entry} */ (this.#entries.get(seq)));
    /** @type {Map<number, Message & { asOf: number }>} */
    const messages = new Map();
    for (const { seq, author, body, now } of entries) {
      if (body.kind === 'erased') {
        messages.set(seq, { seq, author: author.id, text: undefined, edited: false, reactions: [], asOf: Infinity });
      }
      if (body.kind !== 'message') continue;
      messages.set(seq, {
        seq,
        author: author.id,
        text: now?.edited?.text ?? body.text,
        edited: now?.edited !== undefined,
        reactions: (now?.reactions ?? []).map(({ emoji, by }) => [emoji, by.map((person) => person.id)]),
        asOf: now?.as_of ?? 0,
      });
    }
    for (const { seq, author, body } of entries) {
      const message = messages.get(body.message);
      if (message && seq > message.asOf) apply(message, author.id, body);
    }
    return [...messages.values()].map(({ asOf: _, ...message }) => message);
  }
}

/**
 * @param {Message} message
 * @param {string} person
 * @param {import('./device.mjs').Body} body
 */
function apply(message, person, body) {
  if (body.kind === 'delete') {
    Object.assign(message, { text: undefined, edited: false, reactions: [] });
  } else if (message.text === undefined) {
    // The deletion removed all earlier changes.
  } else if (body.kind === 'edit') {
    Object.assign(message, { text: body.text, edited: true });
  } else if (body.kind === 'react') {
    const found = message.reactions.find(([emoji]) => emoji === body.emoji);
    if (body.on !== false && !found) message.reactions.push([body.emoji, [person]]);
    if (body.on !== false && found && !found[1].includes(person)) found[1].push(person);
    if (body.on === false && found) found[1] = found[1].filter((by) => by !== person);
    message.reactions = message.reactions.filter(([, by]) => by.length > 0);
  }
}
