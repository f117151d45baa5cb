/** Icons and images. */
import { Type, type Static } from 'typebox';
import { choice, component } from '../base.ts';
import { Alignment, Color, IconName, Pixels } from '../tokens.ts';
import { iconNames } from './iconNames.ts';

export const icon = component(
  'icon',
  `A small picture. Without a \`label\` it is an ornament that screen readers pass over. Names: ${iconNames.join(', ')}.`,
  {
    value: IconName,
    size: Type.Optional(Type.Number({ minimum: 8, maximum: 128, default: 24, description: 'Pixels.' })),
    color: Type.Optional(Color),
    semanticLabel: Type.Optional(Type.String({ maxLength: 200, description: 'As `label`, in the original’s word.' })),
  },
  {
    examples: [
      { title: 'An ornament', tree: { _type: 'icon', value: 'cart' } },
      { title: 'With a meaning', tree: { _type: 'icon', value: 'lock', label: 'Private', color: 'warning', size: 20 } },
      { title: 'A name that is not known', tree: { _type: 'icon', value: 'unicorn' } },
      {
        title: 'All of them',
        tree: {
          _type: 'wrap',
          spacing: 12,
          children: iconNames.map((value) => ({ _type: 'icon', value, label: value })),
        },
      },
    ],
  },
);
export type Icon = Static<typeof icon.schema>;

const DOT =
  'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 90"%3E%3Crect width="160" height="90" fill="%231257b8"/%3E%3Ccircle cx="80" cy="45" r="28" fill="%23fff"/%3E%3C/svg%3E';

export const image = component(
  'image',
  'A picture of this site, or one within the address (`data:image/…`). One of another site is shown as a link to it, because loading it would tell that site who looks.',
  {
    src: Type.String({ minLength: 1, maxLength: 500_000 }),
    alt: Type.String({ maxLength: 1_000, description: 'What is to be seen; empty for an ornament.' }),
    width: Type.Optional(Pixels()),
    height: Type.Optional(Pixels()),
    fit: Type.Optional(choice('contain', 'cover', 'fill', 'none', 'scaleDown')),
    alignment: Type.Optional(Alignment),
    borderRadius: Type.Optional(Pixels(400)),
    caption: Type.Optional(Type.String({ maxLength: 1_000 })),
  },
  {
    examples: [
      { title: 'A picture', tree: { _type: 'image', src: DOT, alt: 'A white disc on blue', width: 160, height: 90 } },
      {
        title: 'With words below',
        tree: { _type: 'image', src: DOT, alt: 'The parcel', width: 120, borderRadius: 8, caption: 'As it arrived' },
      },
      { title: 'Of another site', tree: { _type: 'image', src: 'https://example.net/parcel.png', alt: 'The parcel' } },
      {
        title: 'That cannot be shown',
        tree: { _type: 'image', src: 'data:image/png;base64,AAAA', alt: 'The signature of the receiver' },
      },
    ],
  },
);
export type Image = Static<typeof image.schema>;
