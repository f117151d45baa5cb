/**
 * Inputs that are sent together. Before that they are checked: the first one at fault gets the focus. While the run goes
 * on nothing is sent a second time; when it fails, what was typed stays and the reason is said.
 */
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { Form as FormNode } from '../../../schemas/components/form/whole.ts';
import type { Json } from '../../../schemas/json.ts';
import { createFormStore, FormContext, type FormStore } from '../../render/form.ts';
import { createHolds, HoldsContext } from '../../render/holds.ts';
import { useHost } from '../../render/host.ts';
import { Show, ShowAll } from '../../render/Show.tsx';
import { useEvent } from '../../render/useEvent.ts';
import css from './form.module.css';
import { faultsByName, gather, valueAt } from './gather.ts';
import { FormPartsContext, type FormParts, type Part } from './parts.ts';

/** As long as the tree that follows a run may take: then what it says is wrong is said again, changed or not. */
const SETTLE_MS = 500;

export function Form({ node }: { readonly node: FormNode }): ReactNode {
  const element = useRef<HTMLFormElement>(null);
  const [store] = useState(createFormStore);
  const [fields] = useState(() => new Map<string, Part>());
  const [holds] = useState(createHolds);
  const isSubmitting = useRef(false);
  const [isWaiting, setWaiting] = useState(false);
  const event = useEvent(node.onSubmit, { isQuiet: true });
  const host = useHost();
  const [failure, setFailure] = useState<string>();
  const told = useToldErrors(node, store, element);

  const { isOff } = event;
  const isBusy = event.isBusy || isWaiting;
  const parts = useMemo<FormParts>(
    () => ({
      register: (name, part) => {
        fields.set(name, part);
        return () => {
          if (fields.get(name) === part) fields.delete(name);
        };
      },
      valueOf: (name) => valueAt(node.value, name),
      isBusy,
      isOff,
    }),
    [fields, node.value, isBusy, isOff],
  );

  /** Inputs that are still being loaded are waited for, whatever was typed into the others. */
  const whole = async (): Promise<boolean> => {
    if (holds.isLoading()) {
      setWaiting(true);
      await holds.whenLoaded();
      setWaiting(false);
    }
    if (element.current === null) return false;
    if (!holds.isBroken()) return true;
    setFailure('A part of this form cannot be shown, so it was not sent.');
    return false;
  };
  const submit = async () => {
    if (isSubmitting.current || event.isBusy) return;
    isSubmitting.current = true;
    setFailure(undefined);
    try {
      if (await whole()) await send();
    } finally {
      isSubmitting.current = false;
    }
  };
  const send = async () => {
    const faults = faultsOf(fields, store);
    store.setErrors(faults);
    if (Object.keys(faults).length > 0) {
      focusFirst(element);
      return;
    }
    const outcome = await event.fire(gather(fields, store.values()));
    if (outcome === undefined) return;
    const refused = outcome.ok ? errorsIn(outcome.result) : undefined;
    if (refused !== undefined) {
      store.setErrors(refused);
      const others = Object.keys(refused).filter((name) => !fields.has(name));
      if (others.length > 0) setFailure(others.map((name) => refused[name]).join('\n'));
      focusFirst(element);
      return;
    }
    if (outcome.ok) {
      host.announce('Done.');
      if (node.clearOnSuccess === true) store.reset();
      told.again();
      return;
    }
    const { byName, others } = faultsByName(outcome.failure.errors ?? [], fields.keys());
    const { title, detail } = outcome.failure;
    setFailure([title, detail, ...others].filter((line) => line !== undefined && line !== '').join('\n'));
    store.setErrors(byName);
    focusFirst(element);
  };

  const error = failure ?? told.error;
  return (
    <FormContext value={store}>
      <FormPartsContext value={parts}>
        <form
          ref={element}
          className={css.form}
          noValidate
          aria-busy={isBusy}
          {...(node.label !== undefined && { 'aria-label': node.label })}
          onKeyDown={submitOnEnter}
          onSubmit={(happened) => {
            happened.preventDefault();
            happened.stopPropagation();
            void submit();
          }}
        >
          <HoldsContext value={holds}>
            <Show node={node.child} />
            <ShowAll nodes={node.children} />
          </HoldsContext>
          {error !== undefined && (
            <div role="alert" className={css.failure}>
              {error}
            </div>
          )}
        </form>
      </FormPartsContext>
    </FormContext>
  );
}

/** A listener may give back `{ errors: { name: text } }`: it has looked at the value and did nothing with it. */
function errorsIn(result: Json | undefined): Readonly<Record<string, string>> | undefined {
  if (typeof result !== 'object' || result === null || !('errors' in result)) return undefined;
  const { errors } = result as { readonly errors: unknown };
  if (typeof errors !== 'object' || errors === null || Array.isArray(errors)) return undefined;
  const texts = Object.entries(errors).filter((each): each is [string, string] => typeof each[1] === 'string');
  return texts.length === 0 ? undefined : Object.fromEntries(texts);
}

function faultsOf(fields: ReadonlyMap<string, Part>, store: FormStore): Readonly<Record<string, string>> {
  const values = store.values();
  const faults: Record<string, string> = {};
  for (const [name, part] of fields) {
    const fault = part.fault(values[name] ?? null);
    if (fault !== undefined) faults[name] = fault;
  }
  return faults;
}

/** What the tree says is wrong; said again after each run, for a tree that did not change says it still. */
function useToldErrors(node: FormNode, store: FormStore, element: { readonly current: HTMLFormElement | null }) {
  const latest = useRef(node.errors);
  const [isStale, setStale] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const wasSent = useRef(false);
  useEffect(() => {
    latest.current = node.errors;
    if (node.errors === undefined) return;
    store.setErrors(node.errors);
    if (wasSent.current && Object.keys(node.errors).length > 0) focusFirst(element);
  }, [node.errors, store, element]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    error: isStale ? undefined : node.error,
    again: () => {
      wasSent.current = true;
      setStale(true);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => {
        setStale(false);
        const errors = latest.current ?? {};
        if (Object.keys(errors).length === 0) return;
        store.setErrors(errors);
        focusFirst(element);
      }, SETTLE_MS);
    },
  };
}

const FOCUSABLE =
  'input:not([type=hidden], [tabindex="-1"]), textarea, select, [contenteditable=true], [role=slider], button';

/** After the next drawing, when the faults are shown. */
function focusFirst(element: { readonly current: HTMLFormElement | null }): void {
  requestAnimationFrame(() => {
    const faulty = element.current?.querySelector('[data-fault]');
    faulty?.querySelector<HTMLElement>(FOCUSABLE)?.focus();
  });
}

/** The browser does it for a form with a button that submits; where there is none, and from several lines of text, we do. */
function submitOnEnter(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key !== 'Enter' || event.defaultPrevented || event.nativeEvent.isComposing) return;
  const form = event.currentTarget;
  const target = event.target as HTMLElement;
  const isCommand = event.ctrlKey || event.metaKey;
  const isLine = target instanceof HTMLInputElement && !['checkbox', 'radio', 'file', 'button'].includes(target.type);
  const hasButton = form.querySelector('[type=submit]') !== null;
  if (isCommand || (isLine && !hasButton)) {
    event.preventDefault();
    form.requestSubmit();
  }
}
