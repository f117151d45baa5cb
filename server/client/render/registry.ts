/** How Show finds renderers: given by the main program, for components and Show need each other. */
import { createContext } from 'react';
import type { Renderers } from './types.ts';

export const RegistryContext = createContext<Renderers>({});
