/** The URL's query string for components that show it: filters, tabs, pages. */
import { useMemo } from 'react';
import { useSearch } from 'wouter';
import { useHost } from './host.ts';

export function useQuery(): Readonly<Record<string, string>> {
  const search = useSearch();
  return useMemo(() => Object.fromEntries(new URLSearchParams(search)), [search]);
}

/** Merges members into it; null takes one away. `replace`: the former does not stay in history. */
export function useSetQuery(): (changes: Readonly<Record<string, string | null>>, replace?: boolean) => void {
  return useHost().setQuery;
}
