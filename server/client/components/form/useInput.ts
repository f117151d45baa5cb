/**
 * What every input does: shows the server's value until a person changes it, tells the form or the server, and says
 * what is wrong. A change that the server refuses is said at the input; what was typed stays, what was chosen goes back.
 */
import { use, useEffect, useRef, useState, type FocusEvent } from 'react';
import type { AnyComponent, EventValue } from '../../../schemas/components/base.ts';
import type { Json } from '../../../schemas/json.ts';
import { useField } from '../../render/form.ts';
import { useEvent } from '../../render/useEvent.ts';
import { faultOf } from './check.ts';
import { FormPartsContext } from './parts.ts';

/** Members that the inputs' schemas share. */
export interface InputNode {
  readonly _type: string;
  readonly name?: string;
  readonly label?: string;
  readonly help?: string;
  readonly error?: string;
  readonly hint?: string;
  readonly required?: boolean;
  readonly disabled?: boolean;
  readonly autofocus?: boolean;
  readonly whenEmpty?: 'omit' | 'null';
}

export interface InputOptions<T extends Json> {
  /** What the tree says. */
  readonly value: T | undefined;
  /** What stands for nothing. */
  readonly empty: T;
  readonly event?: EventValue | undefined;
  /** For what is typed. What is chosen goes at once, and goes back when the server does not follow. */
  readonly isTyped?: boolean;
  /** Beside what the node itself demands. */
  readonly fault?: string | undefined;
  /** Where `{}` and `[]` are values like others. */
  readonly isEmpty?: (value: Json) => boolean;
}

export interface Input<T extends Json> {
  readonly value: T;
  readonly change: (value: T) => void;
  /** What a change has put off is done now. */
  readonly commit: () => void;
  readonly error: string | undefined;
  readonly isBusy: boolean;
  readonly focus: { readonly onFocus: () => void; readonly onBlur: (event?: FocusEvent) => void };
}

const TYPING_MS = 400;
/** As long as a change may take from the server's word that it is done to the tree that shows it. */
const SETTLE_MS = 2_000;

export function useInput<T extends Json>(node: InputNode, options: InputOptions<T>): Input<T> {
  const { empty, event: value, isTyped = false } = options;
  const parts = use(FormPartsContext);
  const isGathered = parts !== null && node.name !== undefined;
  const server = options.value ?? (parts?.valueOf(node.name) as T | undefined) ?? empty;
  const field = useField(node.name, server);
  // Even what goes at once waits for its turn: while a run goes on, the newest choice is kept and sent after it.
  const debounceMs = isTyped ? TYPING_MS : value?._type === 'action' ? 0 : 1;
  const event = useEvent(value, { debounceMs, isQuiet: true });
  const [isLeft, setLeft] = useState(false);
  const [dismissed, setDismissed] = useState<string>();

  const fault = (next: T) => faultOf(node as unknown as AnyComponent, next);
  useRegistered(node, isGathered, (next) => options.fault ?? fault(next as T), options.isEmpty);
  useResend(event.isOff, event.fire, field.value, field.isTouched);

  const { isBusy, failure } = event;
  const { reset } = field;
  const wasBusy = useRef(false);
  useEffect(() => {
    if (isBusy) wasBusy.current = true;
    if (isBusy || !wasBusy.current) return;
    wasBusy.current = false;
    const goesBack = !isTyped && !isGathered;
    if (failure !== undefined) {
      if (goesBack) reset();
      return;
    }
    const timer = setTimeout(() => {
      setDismissed(undefined);
      if (goesBack) reset();
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [isBusy, failure, isTyped, isGathered, reset]);

  const ownFault = field.isTouched && isLeft ? fault(field.value) : undefined;
  const told = node.error !== undefined && node.error !== dismissed ? node.error : undefined;
  const refused = failure === undefined ? undefined : (failure.detail ?? failure.title);

  return {
    value: field.value,
    change: (next) => {
      field.setValue(next);
      setDismissed(node.error);
      if (fault(next) === undefined) void event.fire(next);
    },
    commit: event.flush,
    error: options.fault ?? field.error ?? ownFault ?? refused ?? told,
    isBusy,
    focus: {
      onFocus: () => {
        setLeft(false);
        field.focus.onFocus();
      },
      onBlur: () => {
        setLeft(true);
        field.focus.onBlur();
        event.flush();
      },
    },
  };
}

function useRegistered(
  node: InputNode,
  isGathered: boolean,
  fault: (value: Json) => string | undefined,
  isEmpty?: (value: Json) => boolean,
): void {
  const parts = use(FormPartsContext);
  const register = parts?.register;
  const latest = useRef(fault);
  useEffect(() => {
    latest.current = fault;
  });
  const { name, whenEmpty } = node;
  useEffect(() => {
    if (!isGathered || name === undefined || register === undefined) return;
    return register(name, { fault: (value) => latest.current(value), whenEmpty, isEmpty });
  }, [register, isGathered, name, whenEmpty, isEmpty]);
}

/** What was changed while the server was away is sent when it is back. */
function useResend(isOff: boolean, fire: (value?: Json) => Promise<unknown>, value: Json, isTouched: boolean): void {
  const latest = useRef({ value, isTouched, wasOff: isOff });
  useEffect(() => {
    const { wasOff } = latest.current;
    latest.current = { value, isTouched, wasOff: isOff };
    if (wasOff && !isOff && isTouched) void fire(value);
  });
}
