/** Names with a text each. The lines are the person's until they are what the server says. */
import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { Fragment, useId, useRef, useState, type ReactNode } from 'react';
import type { KeyValues as KeyValuesNode } from '../../../schemas/components/form/made.ts';
import { isSame } from '../../render/isSame.ts';
import { Box, Group } from './Box.tsx';
import css from './form.module.css';
import { useInput } from './useInput.ts';

type Pairs = Readonly<Record<string, string>>;
interface Line {
  readonly id: number;
  readonly name: string;
  readonly value: string;
}

const NONE: Pairs = {};
const DEFAULT_LINES = 200;

export function KeyValues({ node }: { readonly node: KeyValuesNode }): ReactNode {
  const id = useId();
  const next = useRef(0);
  const [lines, setLines] = useState<readonly Line[]>([]);
  const twice = twiceIn(lines);
  const fault = twice === undefined ? undefined : `“${twice}” stands there twice.`;
  const input = useInput<Pairs>(node, { value: node.value, empty: NONE, event: node.onChanged, isTyped: true, fault });
  const group = useRef<HTMLDivElement>(null);

  if (fault === undefined && !isSame(pairsOf(lines), input.value)) {
    setLines(Object.entries(input.value).map(([name, value]) => ({ id: next.current++, name, value })));
  }
  const change = (changed: readonly Line[]) => {
    setLines(changed);
    if (twiceIn(changed) === undefined) input.change(pairsOf(changed));
  };
  const edit = (line: Line, part: Partial<Line>) =>
    change(lines.map((each) => (each.id === line.id ? { ...each, ...part } : each)));
  const add = () => {
    setLines([...lines, { id: next.current++, name: '', value: '' }]);
    requestAnimationFrame(() =>
      [...(group.current?.querySelectorAll<HTMLElement>('[data-name]') ?? [])].at(-1)?.focus(),
    );
  };

  const error = fault ?? input.error;
  const [keyLabel, valueLabel] = [node.keyLabel ?? 'Name', node.valueLabel ?? 'Value'];
  const isDisabled = node.disabled ?? false;
  return (
    <Box error={error} focus={input.focus}>
      <Group node={node} error={error} id={id}>
        <div className={css.pairs} ref={group}>
          {lines.length > 0 && (
            <>
              <span className={css.pairHead} aria-hidden>
                {keyLabel}
              </span>
              <span className={css.pairHead} aria-hidden>
                {valueLabel}
              </span>
              <span className={css.pairHead} aria-hidden />
            </>
          )}
          {lines.map((line, index) => (
            <Fragment key={line.id}>
              <TextInput
                data-name
                aria-label={`${keyLabel} ${index + 1}`}
                placeholder={keyLabel}
                value={line.name}
                disabled={isDisabled}
                error={line.name !== '' && line.name === twice}
                onChange={(event) => edit(line, { name: event.currentTarget.value })}
              />
              <TextInput
                data-second
                wrapperProps={{ 'data-second': true }}
                aria-label={`${valueLabel} ${index + 1}`}
                placeholder={valueLabel}
                value={line.value}
                disabled={isDisabled}
                onChange={(event) => edit(line, { value: event.currentTarget.value })}
              />
              <ActionIcon
                variant="subtle"
                color="gray"
                size="lg"
                aria-label={`Remove ${line.name === '' ? `line ${index + 1}` : line.name}`}
                disabled={isDisabled}
                onClick={() => change(lines.filter((each) => each.id !== line.id))}
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            </Fragment>
          ))}
        </div>
        <Button
          mt="xs"
          variant="default"
          size="xs"
          leftSection={<IconPlus size={14} aria-hidden />}
          disabled={isDisabled || lines.length >= (node.maxItems ?? DEFAULT_LINES)}
          onClick={add}
        >
          Add
        </Button>
      </Group>
    </Box>
  );
}

/** Lines without a name are not there yet. */
const pairsOf = (lines: readonly Line[]): Pairs =>
  Object.fromEntries(lines.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]));

function twiceIn(lines: readonly Line[]): string | undefined {
  const seen = new Set<string>();
  for (const { name } of lines) {
    if (name !== '' && seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}
