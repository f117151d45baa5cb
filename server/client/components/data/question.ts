/**
 * Which question the tree on the screen answers: its path and query. The page that draws a tree says so; where nobody
 * does, the browser's address stands in for it, and the first change after another address counts as its answer.
 */
import { createContext, use } from 'react';
import { useLocation, useSearch } from 'wouter';

export const QuestionContext = createContext<string | null>(null);

export function useQuestion(): string {
  const given = use(QuestionContext);
  const search = useSearch();
  const [path] = useLocation();
  return given ?? `${path}?${search}`;
}
