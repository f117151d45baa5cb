/** The browser's own inputs for days and times: they know the person's language, and every keyboard and screen reader knows them. */
import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { DateTime as DateTimeNode } from '../../../schemas/components/form/typed.ts';
import { Box, wrapped } from './Box.tsx';
import { useInput } from './useInput.ts';
import { momentOf, ownZone, wallOf } from './zone.ts';

const types = { date: 'date', time: 'time', datetime: 'datetime-local' } as const;

export function DateTime({ node }: { readonly node: DateTimeNode }): ReactNode {
  const mode = node.mode ?? 'datetime';
  const zone = node.zone ?? ownZone();
  const input = useInput<string | null>(node, {
    value: node.value ?? undefined,
    empty: null,
    event: node.onChanged,
    isTyped: true,
  });
  const wall = (value: string) => (mode === 'datetime' ? wallOf(value, zone) : value);
  const moment = (value: string) => (mode === 'datetime' ? (momentOf(value, zone) ?? null) : value);
  const shown = input.value === null ? '' : wall(input.value);
  // A year has four figures; without an end the browser takes six.
  const end = mode === 'time' ? undefined : mode === 'date' ? '9999-12-31' : '9999-12-31T23:59';
  const max = node.max === undefined ? end : wall(node.max);
  const min = node.min === undefined ? undefined : wall(node.min);
  const help = [node.help, node.zone === undefined ? undefined : `Time in ${node.zone}.`].filter(Boolean).join(' ');
  return (
    <Box error={input.error} focus={input.focus}>
      <TextInput
        {...wrapped({ ...node, ...(help !== '' && { help }) }, input.error)}
        type={types[mode]}
        value={shown}
        readOnly={node.readOnly ?? false}
        {...(min !== undefined && { min })}
        {...(max !== undefined && { max })}
        {...(shown.length > 16 && { step: shown.length > 19 ? 0.001 : 1 })}
        onChange={({ currentTarget }) => input.change(currentTarget.value === '' ? null : moment(currentTarget.value))}
      />
    </Box>
  );
}
