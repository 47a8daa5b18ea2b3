// Malformed arguments, for tests that send them with every event.

/** An id that belongs to nothing. */
export const ID = '01890a5d-ac96-774b-bcce-b302099a8057';

/** Written by hand: JavaScript's own JSON overflows the stack. */
export const NESTED = {
  'lists 5,000 deep': '['.repeat(5_000) + ']'.repeat(5_000),
  'objects 5,000 deep': '{"a":'.repeat(5_000) + '1' + '}'.repeat(5_000),
  'a text nested 5,000 deep': `[{"id":"${ID}","room":"${ID}","body":{"kind":"message","text":${'['.repeat(5_000) + ']'.repeat(5_000)}}}]`,
};

/** Arguments that fit no event. @type {[string, any[]][]} */
export const SHAPES = [
  ['no argument', []],
  ['null', [null]],
  ['true', [true]],
  ['a number', [42]],
  ['a huge number', [1e300]],
  ['a text', ['text']],
  ['a list of null', [[null]]],
  ['a list of lists', [[[], []]]],
  ['a list of empty objects', [[{}, {}]]],
  ['an object of nulls', [{ room: null, id: null, body: null, seq: null, after: null }]],
  ['an item whose id is no id', [[{ id: 'one', room: ID, body: { kind: 'message', text: 'x' } }]]],
  ['an item without a body', [[{ id: ID, room: ID }]]],
  ['an item with a text for a body', [[{ id: ID, room: ID, body: 'x' }]]],
  ['an item with an untold kind', [[{ id: ID, room: ID, body: { text: 'x' } }]]],
  ['a room that is a number', [{ room: 5, after: 0, seq: 1 }]],
  ['__proto__', [JSON.parse('{"__proto__":{"room":1},"constructor":null}')]],
  ['bytes', [Buffer.from([0, 1, 2, 255])]],
  ['bytes inside', [[{ id: ID, room: ID, body: { kind: 'message', text: Buffer.from('x') } }]]],
];

/** Wrong values for a member of an argument. @type {any[]} */
export const JUNK = [
  null, true, -1, 0, 1.5, 2 ** 53, 1e300, '', ' ', 'text', '\u0000', '\ud800', 'x'.repeat(70_000), [], [[]], [null], {}, { id: ID }, [ID, ID, 7],
  Array.from({ length: 2_000 }, () => ID), Buffer.from([0, 255]), JSON.parse('{"__proto__":1}'),
];
