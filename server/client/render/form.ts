/**
 * Inputs and forms. What a person types is theirs: the server's value is taken over only while the field is neither
 * focused nor changed. Inside a form, values gather under the field's `name` until it is submitted.
 *
 *   following ──focus──▶ held ──blur──▶ following      shows the server's value; held: as it was at focus
 *       └──setValue──▶ changed ──reset, or the server says the same──▶ following
 */
import { createContext, use, useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import type { Json } from '../../schemas/json.ts';
import { isSame } from './isSame.ts';

/** The state of one form, by the names of its fields. */
export interface FormStore {
  readonly values: () => Readonly<Record<string, Json>>;
  readonly set: (name: string, value: Json) => void;
  /** The field is no more. */
  readonly drop: (name: string) => void;
  readonly errors: () => Readonly<Record<string, string>>;
  readonly setErrors: (errors: Readonly<Record<string, string>>) => void;
  /** Forgets what was typed; every field follows the server again. */
  readonly reset: () => void;
  /** Grows with each reset. */
  readonly resets: () => number;
  readonly subscribe: (changed: () => void) => () => void;
}

export function createFormStore(): FormStore {
  let values: Readonly<Record<string, Json>> = {};
  let errors: Readonly<Record<string, string>> = {};
  let resets = 0;
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const changed of listeners) changed();
  };
  return {
    values: () => values,
    set: (name, value) => {
      if (isSame(values[name], value)) return;
      values = { ...values, [name]: value };
      tell();
    },
    drop: (name) => {
      const { [name]: _gone, ...rest } = values;
      values = rest;
      tell();
    },
    errors: () => errors,
    setErrors: (next) => {
      errors = next;
      tell();
    },
    reset: () => {
      errors = {};
      resets += 1;
      tell();
    },
    resets: () => resets,
    subscribe: (changed) => {
      listeners.add(changed);
      return () => listeners.delete(changed);
    },
  };
}

/** Given by `form`; null outside of one. */
export const FormContext = createContext<FormStore | null>(null);

export interface Field<T extends Json> {
  readonly value: T;
  readonly setValue: (value: T) => void;
  /** Changed by the person, and not yet what the server says. */
  readonly isTouched: boolean;
  /** Back to what the server says: after a refused change. */
  readonly reset: () => void;
  /** What the server had against it when the form was submitted; gone with the next change. */
  readonly error: string | undefined;
  /** Spread onto the input. */
  readonly focus: { readonly onFocus: () => void; readonly onBlur: () => void };
}

const nothing = () => () => undefined;

interface Own<T> {
  readonly state: 'following' | 'held' | 'changed';
  readonly value: T;
}

/** One input. `value` is the server's; `name` is what the form gathers it under. */
export function useField<T extends Json>(name: string | undefined, value: T): Field<T> {
  const form = use(FormContext);
  const [own, setOwn] = useState<Own<T>>({ state: 'following', value });
  const [isFocused, setFocused] = useState(false);
  const error = useSyncExternalStore(form?.subscribe ?? nothing, () =>
    name === undefined ? undefined : form?.errors()[name],
  );
  const resets = useSyncExternalStore(form?.subscribe ?? nothing, () => form?.resets() ?? 0);
  const [seenResets, setSeenResets] = useState(resets);

  if (resets !== seenResets) {
    setSeenResets(resets);
    setOwn({ state: 'following', value });
  } else if (own.state === 'changed' && isSame(own.value, value)) {
    setOwn({ state: isFocused ? 'held' : 'following', value });
  }

  const shown = own.state === 'following' ? value : own.value;
  useEffect(() => {
    if (name !== undefined) form?.set(name, shown);
  }, [form, name, shown]);
  useEffect(() => (name === undefined ? undefined : () => form?.drop(name)), [form, name]);

  const setValue = useCallback(
    (next: T) => {
      setOwn({ state: 'changed', value: next });
      if (name === undefined || form === null) return;
      // At once, not after the render: Enter may submit before it.
      form.set(name, next);
      const { [name]: had, ...others } = form.errors();
      if (had !== undefined) form.setErrors(others);
    },
    [form, name],
  );
  const onFocus = useCallback(() => {
    setFocused(true);
    setOwn((was) => (was.state === 'following' ? { state: 'held', value } : was));
  }, [value]);
  const onBlur = useCallback(() => {
    setFocused(false);
    setOwn((was) => (was.state === 'held' ? { state: 'following', value: was.value } : was));
  }, []);
  const reset = useCallback(() => setOwn((was) => ({ state: 'following', value: was.value })), []);

  return { value: shown, setValue, isTouched: own.state === 'changed', reset, error, focus: { onFocus, onBlur } };
}
