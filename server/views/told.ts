/** What an author should know of his views and hurts nobody: told once, not at each change. */
import type { Logger } from '../lib/log.ts';

const MAX_SENTENCES = 100;

export function createTold(log: Pick<Logger, 'warn'>) {
  const sentences = new Set<string>();
  return {
    tell: (view: string, what: string): void => {
      const sentence = `In the view ${view}, ${what}.`;
      if (sentences.has(sentence) || sentences.size >= MAX_SENTENCES) return;
      sentences.add(sentence);
      log.warn({ view, what }, 'views.told');
    },
    sentences: (): readonly string[] => [...sentences],
    clear: () => {
      sentences.clear();
    },
  };
}
