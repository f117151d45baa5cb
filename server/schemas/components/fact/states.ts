/** States: always an icon, a word and a colour, in that order, so that none of them has to be seen to be understood. */
import { Type, type Static } from 'typebox';
import { choice, component, Tone } from '../base.ts';
import { statusNames, StatusName } from '../state/status.ts';
import { IconName } from '../tokens.ts';

export const status = component(
  'status',
  'How something stands. The value chooses icon and colour; the word is the value’s own, unless `text` says another one.',
  {
    value: StatusName,
    text: Type.Optional(Type.String({ maxLength: 200 })),
  },
  {
    examples: [
      {
        title: 'All values',
        tree: {
          _type: 'wrap',
          spacing: 16,
          runSpacing: 8,
          children: statusNames.map((value) => ({ _type: 'status', value })),
        },
      },
      { title: 'In an app’s own words', tree: { _type: 'status', value: 'succeeded', text: 'Paid' } },
      {
        title: 'Long',
        tree: { _type: 'status', value: 'retrying', text: 'Answered 503, the third of ten attempts follows in 12 s' },
      },
    ],
  },
);
export type Status = Static<typeof status.schema>;

export const statusSticker = component(
  'statusSticker',
  'A mark for a state, where a word has no room. Screen readers are told the state, or the `label`.',
  { status: choice('success', 'warning', 'error', 'pending') },
  {
    examples: [
      {
        title: 'All states',
        tree: {
          _type: 'row',
          children: ['success', 'warning', 'error', 'pending'].map((value) => ({
            _type: 'statusSticker',
            status: value,
          })),
        },
      },
      { title: 'With a label', tree: { _type: 'statusSticker', status: 'success', label: 'The build passed' } },
    ],
  },
);
export type StatusSticker = Static<typeof statusSticker.schema>;

export const badge = component(
  'badge',
  'A word that marks something: a kind, a label, a count.',
  {
    text: Type.Union([Type.String({ maxLength: 200 }), Type.Number()]),
    tone: Type.Optional(Tone),
    icon: Type.Optional(IconName),
  },
  {
    examples: [
      {
        title: 'Tones',
        tree: {
          _type: 'row',
          children: ['neutral', 'info', 'success', 'warning', 'error'].map((tone) => ({
            _type: 'badge',
            text: tone,
            tone,
          })),
        },
      },
      { title: 'With an icon', tree: { _type: 'badge', text: 'private', icon: 'lock' } },
      {
        title: 'Long',
        tree: { _type: 'badge', text: 'needs an answer from the people who look after the payment provider’s sandbox' },
      },
    ],
  },
);
export type Badge = Static<typeof badge.schema>;
