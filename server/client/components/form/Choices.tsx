/** Inputs in which everything to choose from is in sight. */
import { Checkbox as MantineCheckbox, Radio as MantineRadio, SegmentedControl, Switch } from '@mantine/core';
import { use, useEffect, useId, useRef, useSyncExternalStore, type ReactNode } from 'react';
import type { Toggle as ToggleNode } from '../../../schemas/components/act/press.ts';
import type {
  Checkbox as CheckboxNode,
  Radio as RadioNode,
  RadioGroup as RadioGroupNode,
  Segmented as SegmentedNode,
} from '../../../schemas/components/form/chosen.ts';
import type { Scalar } from '../../../schemas/components/form/shared.ts';
import type { Json } from '../../../schemas/json.ts';
import { FormContext } from '../../render/form.ts';
import { useIsPhone } from '../../render/screen.ts';
import { useEvent } from '../../render/useEvent.ts';
import { Box, Group, shared, wrapped } from './Box.tsx';
import css from './form.module.css';
import { chosenKey, itemsOf, keyOf, valueOf } from './options.ts';
import { FormPartsContext } from './parts.ts';
import { useInput } from './useInput.ts';

export function Checkbox({ node }: { readonly node: CheckboxNode }): ReactNode {
  const input = useInput<boolean | null>(node, { value: node.value, empty: null, event: node.onPressed });
  return (
    <Box error={input.error} focus={input.focus} className={css.tall}>
      <MantineCheckbox
        {...shared(node, input.error)}
        {...invalid(input.error)}
        checked={input.value ?? false}
        indeterminate={input.value === null && node.tristate === true}
        onChange={(event) => input.change(event.currentTarget.checked)}
      />
    </Box>
  );
}

export function Toggle({ node }: { readonly node: ToggleNode }): ReactNode {
  const input = useInput<boolean>(node, { value: node.value, empty: false, event: node.onPressed });
  return (
    <Box error={input.error} focus={input.focus} className={css.tall}>
      <Switch
        {...shared(node, input.error)}
        {...invalid(input.error)}
        aria-busy={input.isBusy}
        checked={input.value}
        onChange={(event) => input.change(event.currentTarget.checked)}
      />
    </Box>
  );
}

export function RadioGroup({ node }: { readonly node: RadioGroupNode }): ReactNode {
  const input = useInput<Scalar>(node, { value: node.value, empty: null, event: node.onChanged });
  const { autoFocus, disabled, ...rest } = wrapped(node, input.error);
  return (
    <Box error={input.error} focus={input.focus}>
      <MantineRadio.Group
        {...rest}
        value={chosenKey(input.value, node.options) ?? ''}
        onChange={(key) => input.change(valueOf(key))}
      >
        <div className={css.choices} data-direction={node.direction ?? 'vertical'}>
          {itemsOf(node.options).map((item, index) => (
            <MantineRadio
              key={item.value}
              className={css.tall ?? ''}
              value={item.value}
              label={item.label}
              disabled={disabled || item.disabled === true}
              autoFocus={autoFocus && index === 0}
              {...invalid(input.error)}
            />
          ))}
        </div>
      </MantineRadio.Group>
    </Box>
  );
}

/** Those of one name share what the form knows under it; outside of a form the server alone says which one is chosen. */
export function Radio({ node }: { readonly node: RadioNode }): ReactNode {
  const chosen = useSharedChoice(node);
  const error = chosen.error ?? node.error;
  const event = useEvent(node.onPressed);
  const scope = useId();
  return (
    <Box error={error} className={css.tall}>
      <MantineRadio
        {...shared(node, error)}
        {...invalid(error)}
        name={node.name ?? scope}
        value={keyOf(node.value)}
        checked={chosen.value !== undefined && chosen.value === node.value}
        onChange={() => {
          chosen.choose(node.value);
          void event.fire(node.value);
        }}
      />
    </Box>
  );
}

function useSharedChoice({ name, groupValue, required, whenEmpty }: RadioNode) {
  const form = use(FormContext);
  const register = use(FormPartsContext)?.register;
  const before = useRef<Scalar>(undefined);
  const own = form !== null && name !== undefined ? { form, name } : undefined;
  const gathered = useSyncExternalStore(form?.subscribe ?? never, () => own?.form.values()[own.name]);
  const error = useSyncExternalStore(form?.subscribe ?? never, () => own?.form.errors()[own.name]);
  useEffect(() => {
    if (form === null || name === undefined || groupValue === undefined) return;
    const now = form.values()[name];
    // A person's choice stands against what the server says later.
    if (now === undefined || now === before.current) form.set(name, groupValue);
    before.current = groupValue;
  }, [form, name, groupValue]);
  useEffect(() => {
    if (register === undefined || name === undefined) return;
    const fault = (value: Json) => (required === true && value === null ? 'Choose one.' : undefined);
    return register(name, { fault, whenEmpty });
  }, [register, name, required, whenEmpty]);
  const choose = (value: Scalar) => {
    if (own === undefined) return;
    own.form.set(own.name, value);
    const { [own.name]: _told, ...others } = own.form.errors();
    own.form.setErrors(others);
  };
  return { value: own === undefined ? groupValue : gathered, error, choose };
}

const never = () => () => undefined;

export function Segmented({ node }: { readonly node: SegmentedNode }): ReactNode {
  const id = useId();
  const isPhone = useIsPhone();
  const input = useInput<Scalar>(node, { value: node.value, empty: null, event: node.onChanged });
  const items = itemsOf(node.options);
  return (
    <Box error={input.error} focus={input.focus}>
      <Group node={node} error={input.error} id={id}>
        <SegmentedControl
          aria-label={node.label ?? node.name ?? 'Choice'}
          data={[...items]}
          value={chosenKey(input.value, node.options) ?? ''}
          disabled={node.disabled ?? false}
          orientation={isPhone && items.length > 3 ? 'vertical' : 'horizontal'}
          fullWidth={isPhone}
          onChange={(key) => input.change(valueOf(key))}
        />
      </Group>
    </Box>
  );
}

const invalid = (error: string | undefined) => (error === undefined ? {} : { 'aria-invalid': true });
