/**
 * Whether what is drawn here lies within something that is pressed as a whole: a link, a row that opens. There, times
 * and ids are only words, for a button within a link is reached by nobody who has no mouse.
 */
import { createContext, use } from 'react';

export const InertContext = createContext(false);
export const useIsInert = (): boolean => use(InertContext);
