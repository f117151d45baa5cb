/** Inputs in which everything to choose from is in sight. */
import { Type, type Static } from 'typebox';
import { component, event } from '../base.ts';
import { Direction, Scalar, chosen, fieldMembers, listener, options, statuses } from './shared.ts';

export const checkbox = component(
  'checkbox',
  'Yes or no, said with a tick.',
  {
    value: Type.Optional(Type.Unsafe<boolean | null>({ type: ['boolean', 'null'] })),
    ...fieldMembers,
    tristate: Type.Optional(Type.Boolean({ description: 'null is neither yes nor no, and is shown as such.' })),
    onPressed: Type.Optional(event()),
  },
  {
    events: { onPressed: '{ value: boolean }' },
    examples: [
      {
        title: 'With help',
        tree: {
          _type: 'checkbox',
          label: 'Gift',
          help: 'No prices on the paper in the box.',
          value: true,
          onPressed: listener('setGift'),
        },
      },
      {
        title: 'Required, and refused',
        tree: { _type: 'checkbox', label: 'I have read the terms', value: false, error: 'Has to be ticked.' },
      },
      { title: 'Neither', tree: { _type: 'checkbox', label: 'All 214 issues', value: null, tristate: true } },
    ],
  },
);
export type Checkbox = Static<typeof checkbox.schema>;

export const radio = component(
  'radio',
  'One of several, each placed where you like; those with the same `name` belong together. `radio_group` is simpler.',
  {
    value: Scalar,
    groupValue: Type.Optional(Scalar),
    ...fieldMembers,
    onPressed: Type.Optional(event()),
  },
  {
    events: { onPressed: '{ value }: its own' },
    examples: [
      {
        title: 'The chosen one',
        tree: {
          _type: 'radio',
          label: 'By post',
          name: 'shipping',
          value: 'post',
          groupValue: 'post',
          onPressed: listener('setShipping'),
        },
      },
      {
        title: 'Another one',
        tree: { _type: 'radio', label: 'By courier', name: 'delivery', value: 'courier', groupValue: 'post' },
      },
    ],
  },
);
export type Radio = Static<typeof radio.schema>;

export const radioGroup = component(
  'radio_group',
  'One of a few, all in sight.',
  {
    value: Type.Optional(Scalar),
    options,
    ...fieldMembers,
    direction: Type.Optional(Direction),
    onChanged: Type.Optional(event()),
  },
  {
    events: chosen,
    examples: [
      {
        title: 'Below each other',
        tree: {
          _type: 'radio_group',
          label: 'Shipping',
          value: 'post',
          options: [
            { value: 'post', label: 'By post, 3 days' },
            { value: 'courier', label: 'By courier, tomorrow' },
            { value: 'pickup', label: 'I come and get it', disabled: true },
          ],
          onChanged: listener('setShipping'),
        },
      },
      {
        title: 'Side by side, nothing chosen',
        tree: {
          _type: 'radio_group',
          label: 'Priority',
          direction: 'horizontal',
          required: true,
          options: [1, 2, 3].map((value) => ({ value, label: `P${value}` })),
        },
      },
    ],
  },
);
export type RadioGroup = Static<typeof radioGroup.schema>;

export const slider = component(
  'slider',
  'A number between two, where the exact one matters little.',
  {
    value: Type.Optional(Type.Number()),
    min: Type.Optional(Type.Number({ description: '0, unless said.' })),
    max: Type.Optional(Type.Number({ description: '1, unless said.' })),
    divisions: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 10_000, description: 'Equal steps from min to max.' }),
    ),
    unit: Type.Optional(Type.String({ maxLength: 20 })),
    ...fieldMembers,
    onChanged: Type.Optional(event()),
    onChangeEnd: Type.Optional(event()),
  },
  {
    events: {
      onChanged: '{ value: number }, while it moves, at most every 400 ms',
      onChangeEnd: '{ value: number }, when it is let go',
    },
    examples: [
      {
        title: 'A share, in steps',
        tree: {
          _type: 'slider',
          label: 'Discount',
          value: 15,
          min: 0,
          max: 50,
          divisions: 10,
          unit: '%',
          onChangeEnd: listener('setDiscount'),
        },
      },
      { title: 'Not now', tree: { _type: 'slider', label: 'Volume', value: 0.4, disabled: true } },
    ],
  },
);
export type Slider = Static<typeof slider.schema>;

export const segmented = component(
  'segmented',
  'One of two to five, side by side.',
  { value: Type.Optional(Scalar), options, ...fieldMembers, onChanged: Type.Optional(event()) },
  {
    events: chosen,
    examples: [
      {
        title: 'State of an issue',
        tree: {
          _type: 'segmented',
          label: 'Status',
          value: 'open',
          options: statuses,
          onChanged: { _type: 'action', action: 'set_query', query: { status: '$value' } },
        },
      },
      {
        title: 'Not now',
        tree: {
          _type: 'segmented',
          label: 'Range',
          value: 24,
          disabled: true,
          options: [{ value: 24 }, { value: 168 }],
        },
      },
    ],
  },
);
export type Segmented = Static<typeof segmented.schema>;
