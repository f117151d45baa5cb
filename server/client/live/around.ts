/** What is around the program: a page, or, for programs and tests, nothing of it. */
export const around: Partial<Pick<typeof globalThis, 'window' | 'document' | 'navigator'>> = globalThis;

export const isSeen = (): boolean => around.document?.visibilityState === 'visible';
