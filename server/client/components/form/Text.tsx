/** Inputs for text. */
import { PasswordInput, Textarea, TextInput } from '@mantine/core';
import type { CSSProperties, KeyboardEvent, ReactNode } from 'react';
import { use } from 'react';
import type {
  Password as PasswordNode,
  TextArea as TextAreaNode,
  Textfield as TextfieldNode,
} from '../../../schemas/components/form/typed.ts';
import { useEvent } from '../../render/useEvent.ts';
import { Box, wrapped } from './Box.tsx';
import css from './form.module.css';
import { given } from './given.ts';
import { FormPartsContext } from './parts.ts';
import { useInput } from './useInput.ts';

const modes = {
  text: 'text',
  email: 'email',
  url: 'url',
  phone: 'tel',
  search: 'search',
  number: 'numeric',
  decimal: 'decimal',
} as const;
const completions = { email: 'email', url: 'url', phone: 'tel' } as const;

export function Textfield({ node }: { readonly node: TextfieldNode }): ReactNode {
  const isDisabled = node.disabled === true || node.enabled === false;
  const input = useInput<string>(node, {
    value: node.value ?? undefined,
    empty: '',
    event: node.onChanged,
    isTyped: true,
  });
  const onKeyDown = useEnter(input.commit, node.onSubmitted, input.value);
  const kind = node.keyboardType ?? (node.format === 'email' ? 'email' : node.format === 'uri' ? 'url' : 'text');
  return (
    <Box error={input.error} focus={input.focus}>
      <TextInput
        {...wrapped({ ...node, disabled: isDisabled }, input.error)}
        type={node.obscureText === true ? 'password' : kind === 'search' ? 'search' : 'text'}
        inputMode={modes[kind]}
        autoComplete={kind in completions ? completions[kind as keyof typeof completions] : 'off'}
        spellCheck={kind === 'text'}
        value={input.value}
        readOnly={node.readOnly ?? false}
        {...given({ maxLength: node.maxLength })}
        onChange={(event) => input.change(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
    </Box>
  );
}

export function TextArea({ node }: { readonly node: TextAreaNode }): ReactNode {
  const input = useInput<string>(node, {
    value: node.value ?? undefined,
    empty: '',
    event: node.onChanged,
    isTyped: true,
  });
  const lines = { '--lines-min': node.minLines ?? 3, '--lines-max': node.maxLines ?? 20 } as CSSProperties;
  return (
    <Box error={input.error} focus={input.focus}>
      <Textarea
        {...wrapped(node, input.error)}
        className={css.area}
        style={lines}
        value={input.value}
        readOnly={node.readOnly ?? false}
        {...given({ maxLength: node.maxLength })}
        onChange={(event) => input.change(event.currentTarget.value)}
      />
    </Box>
  );
}

export function Password({ node }: { readonly node: PasswordNode }): ReactNode {
  const input = useInput<string>(node, { value: undefined, empty: '', isTyped: true });
  const onKeyDown = useEnter(input.commit, node.onSubmitted, input.value);
  return (
    <Box error={input.error} focus={input.focus}>
      <PasswordInput
        {...wrapped(node, input.error)}
        autoComplete={node.autocomplete ?? 'current-password'}
        value={input.value}
        {...given({ maxLength: node.maxLength })}
        visibilityToggleButtonProps={{ 'aria-label': 'Show what is typed', tabIndex: 0 }}
        onChange={(event) => input.change(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
    </Box>
  );
}

/** Outside a form Enter is an event of the input's own; within one it submits the form. */
function useEnter(commit: () => void, onSubmitted: TextfieldNode['onSubmitted'], value: string) {
  const isInForm = use(FormPartsContext) !== null;
  const submitted = useEvent(onSubmitted);
  return (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.nativeEvent.isComposing) return;
    commit();
    if (!isInForm) void submitted.fire(value);
  };
}
