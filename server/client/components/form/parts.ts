/** What a form and the inputs in it share, beside the values: how each is checked, and whether the form is at work. */
import { createContext } from 'react';
import type { Json } from '../../../schemas/json.ts';
import type { Gathered } from './gather.ts';

export interface Part extends Gathered {
  /** A sentence where the value cannot be sent. */
  readonly fault: (value: Json) => string | undefined;
}

export interface FormParts {
  /** Gives the function that takes it away again. */
  readonly register: (name: string, part: Part) => () => void;
  /** The value of an input that says none itself. */
  readonly valueOf: (name: string | undefined) => Json | undefined;
  readonly isBusy: boolean;
  /** The server is needed, and away. */
  readonly isOff: boolean;
}

/** null outside of a form. */
export const FormPartsContext = createContext<FormParts | null>(null);
