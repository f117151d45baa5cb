/** The types that an author's editor reads. Whether they hold is for `npm run check` to say: each line that must not compile says so. */
import { expect, it } from 'vitest';
import { components } from '../../server/schemas/components/catalogue.ts';
import { action, listener, view, type Component, type Shown } from '../../server/sdk.ts';

const accepted: readonly Shown[] = [
  { _type: 'button', text: 'Ship', onPressed: listener('orders.ship', { at: new Date(0) }), tone: undefined },
  { _type: 'row', children: ['text', 3, null, view('orders.list'), { _type: 'link', text: 'All', to: '/' }] },
  { _type: 'json', value: { at: new Date(0), list: [1, 'a', null] } },
  { _type: 'table', columns: [{ key: 'a', title: 'A' }], order: [], rows: {}, onSort: action.setQuery({ s: null }) },
];

const refused: readonly Component[] = [
  // @ts-expect-error: there is no such component.
  { _type: 'buton', text: 'Ship' },
  // @ts-expect-error: a button has no such member.
  { _type: 'button', txt: 'Ship' },
  // @ts-expect-error: `value` is missing.
  { _type: 'text' },
  // @ts-expect-error: no such tone.
  { _type: 'badge', text: 'new', tone: 'green' },
  // @ts-expect-error: components inside of others are looked at as well.
  { _type: 'page', title: 'Orders', children: [{ _type: 'card', children: [{ _type: 'link', text: 'x', too: '/' }] }] },
  // @ts-expect-error: a function is no event.
  { _type: 'button', text: 'Ship', onPressed: () => undefined },
];

it('has a type for each component, told apart by `_type`', () => {
  const known: readonly Component['_type'][] = ['page', 'table', 'textfield', 'chart', 'schema_form', 'problem'];
  for (const type of known) expect(components.has(type)).toBe(true);
  expect(accepted.length + refused.length).toBe(10);
});
