/** A number between two, by a thumb that is dragged or moved with the arrow keys. */
import { Slider as MantineSlider } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import type { Slider as SliderNode } from '../../../schemas/components/form/chosen.ts';
import { useEvent } from '../../render/useEvent.ts';
import { Box, Group, describedBy, nameOf } from './Box.tsx';
import css from './form.module.css';
import { useInput } from './useInput.ts';

export function SliderField({ node }: { readonly node: SliderNode }): ReactNode {
  const id = useId();
  const { min = 0, max = 1, divisions } = node;
  const input = useInput<number>(node, { value: node.value, empty: min, event: node.onChanged, isTyped: true });
  const ended = useEvent(node.onChangeEnd, { debounceMs: 1 });
  const step = divisions === undefined ? (max - min) / 100 : (max - min) / divisions;
  const shown = `${Number(input.value.toFixed(decimalsOf(step)))}${node.unit === undefined ? '' : ` ${node.unit}`}`;
  return (
    <Box error={input.error} focus={input.focus}>
      <Group node={node} error={input.error} id={id} extra={<span className={css.value}>{shown}</span>}>
        <div className={css.slider}>
          <MantineSlider
            min={min}
            max={max}
            step={step}
            precision={decimalsOf(step)}
            label={null}
            value={input.value}
            disabled={node.disabled ?? false}
            thumbLabel={nameOf(node)}
            thumbValueText={shown}
            thumbProps={describedBy(node, input.error, id)}
            onChange={input.change}
            onChangeEnd={(value) => {
              input.commit();
              void ended.fire(value);
            }}
          />
        </div>
      </Group>
    </Box>
  );
}

/** Places after the point that a step needs: 0.25 needs two. */
function decimalsOf(step: number): number {
  for (let places = 0; places < 6; places++) {
    if (Math.abs(step * 10 ** places - Math.round(step * 10 ** places)) < 1e-9) return places;
  }
  return 6;
}
