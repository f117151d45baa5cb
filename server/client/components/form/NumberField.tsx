/** An input for a number; a comma is taken for a point. */
import { NumberInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { NumberField as NumberFieldNode } from '../../../schemas/components/form/typed.ts';
import { Box, wrapped } from './Box.tsx';
import { given } from './given.ts';
import { useInput } from './useInput.ts';

export function NumberField({ node }: { readonly node: NumberFieldNode }): ReactNode {
  const input = useInput<number | null>(node, {
    value: node.value ?? undefined,
    empty: null,
    event: node.onChanged,
    isTyped: true,
  });
  return (
    <Box error={input.error} focus={input.focus}>
      <NumberInput
        {...wrapped(node, input.error)}
        value={input.value ?? ''}
        readOnly={node.readOnly ?? false}
        allowDecimal={node.integer !== true}
        allowedDecimalSeparators={[',', '.']}
        clampBehavior="none"
        {...given({ min: node.min, max: node.max, step: node.step ?? node.multipleOf })}
        {...(node.unit !== undefined && { suffix: ` ${node.unit}` })}
        onPaste={(event) => {
          const number = node.integer === true ? undefined : pasted(event.clipboardData.getData('text'));
          if (number === undefined) return;
          event.preventDefault();
          input.change(number);
        }}
        onChange={(value) => input.change(numberOf(value))}
      />
    </Box>
  );
}

/** '' and a lone minus are no numbers yet; digits beyond what a number holds come as text. */
function numberOf(value: number | string): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  const number = Number(value);
  return value.trim() === '' || !Number.isFinite(number) ? null : number;
}

/** `12,5` is twelve and a half; `1,204` is left to the input, for which it is more than a thousand. */
function pasted(text: string): number | undefined {
  const found = /^\s*(-?\d+),(\d{1,2}|\d{4,})\s*$/.exec(text);
  return found === null ? undefined : Number(`${found[1]}.${found[2]}`);
}
