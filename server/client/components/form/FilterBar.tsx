/** Filters that live in the URL: what is chosen makes a step in history, what is typed does not. */
import { Button, Checkbox, MultiSelect, Select, TextInput } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useRef, type ReactNode } from 'react';
import type { FilterBar as FilterBarNode } from '../../../schemas/components/form/filters.ts';
import { useField } from '../../render/form.ts';
import { useQuery, useSetQuery } from '../../render/query.ts';
import '../layout/tokens.css';
import css from './form.module.css';
import { groupedItems } from './options.ts';

type Filter = FilterBarNode['filters'][number];
type Query = Readonly<Record<string, string>>;
type Change = (changes: Readonly<Record<string, string | null>>, isTyped?: boolean) => void;

const TYPING_MS = 300;
const RESETS = ['page', 'cursor'];

export function FilterBar({ node }: { readonly node: FilterBarNode }): ReactNode {
  const query = useQuery();
  const setQuery = useSetQuery();
  const resets = node.resets ?? RESETS;
  const names = node.filters.flatMap(membersOf);
  const isFiltered = names.some((name) => (query[name] ?? '') !== '');
  const change: Change = (changes, isTyped = false) =>
    setQuery({ ...Object.fromEntries(resets.map((name) => [name, null])), ...changes }, isTyped);
  return (
    <div role="search" aria-label={node.label ?? 'Filters'} className={`${css.field} ${css.filters}`}>
      {node.filters.map((filter) => (
        <FilterInput key={filter.name} filter={filter} query={query} change={change} />
      ))}
      {isFiltered && (
        <div data-narrow>
          <Button
            variant="default"
            leftSection={<IconX size={14} aria-hidden />}
            onClick={() => change(Object.fromEntries(names.map((name) => [name, null])))}
          >
            Clear
          </Button>
        </div>
      )}
    </div>
  );
}

const membersOf = ({ name, type }: Filter): readonly string[] =>
  type === 'date_range' ? [`${name}From`, `${name}To`] : [name];

interface FilterInputProps {
  readonly filter: Filter;
  readonly query: Query;
  readonly change: Change;
}

function FilterInput({ filter, query, change }: FilterInputProps): ReactNode {
  const { name, label, hint } = filter;
  const value = query[name] ?? '';
  const placeholder = hint === undefined ? {} : { placeholder: hint };
  switch (filter.type) {
    case 'text':
      return <TextFilter filter={filter} query={query} change={change} />;
    case 'select':
      return (
        <Select
          label={label}
          {...placeholder}
          data={textItems(filter)}
          value={value === '' ? null : value}
          clearable
          clearButtonProps={{ 'aria-label': `Clear ${label}` }}
          onChange={(chosen) => change({ [name]: chosen })}
        />
      );
    case 'multi_select':
      return (
        <MultiSelect
          label={label}
          {...placeholder}
          data={textItems(filter)}
          value={value === '' ? [] : [...new Set(value.split(','))]}
          clearable
          clearButtonProps={{ 'aria-label': `Clear ${label}` }}
          onChange={(chosen) => change({ [name]: chosen.length === 0 ? null : chosen.join(',') })}
        />
      );
    case 'date_range':
      return <DateRange filter={filter} query={query} change={change} />;
    case 'toggle':
      return (
        <div data-narrow className={css.tick}>
          <Checkbox
            label={label}
            checked={value === 'true'}
            onChange={(event) => change({ [name]: event.currentTarget.checked ? 'true' : null })}
          />
        </div>
      );
  }
}

/** In a URL everything is text. */
const textItems = ({ options = [] }: Filter) =>
  groupedItems(
    options.map(({ value, label, ...rest }) => ({ ...rest, value: String(value), label: label ?? String(value) })),
  ).map((item) => ('group' in item ? { ...item, items: item.items.map(unkeyed) } : unkeyed(item)));

const unkeyed = <T extends { readonly value: string }>(item: T): T => ({
  ...item,
  value: JSON.parse(item.value) as string,
});

function TextFilter({ filter, query, change }: FilterInputProps): ReactNode {
  const field = useField<string>(undefined, query[filter.name] ?? '');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const set = (value: string) => {
    clearTimeout(timer.current);
    if (value !== (query[filter.name] ?? '')) change({ [filter.name]: value === '' ? null : value }, true);
  };
  // The URL was emptied by the button beside it: what was typed before goes as well.
  const before = useRef(query[filter.name]);
  const { reset } = field;
  useEffect(() => {
    const wasThere = before.current !== undefined;
    before.current = query[filter.name];
    if (wasThere && before.current === undefined && document.activeElement?.tagName !== 'INPUT') reset();
  }, [query, filter.name, reset]);
  return (
    <TextInput
      data-wide
      wrapperProps={{ 'data-wide': true }}
      label={filter.label}
      type="search"
      {...(filter.hint !== undefined && { placeholder: filter.hint })}
      leftSection={<IconSearch size={16} aria-hidden />}
      value={field.value}
      {...field.focus}
      onBlur={() => {
        field.focus.onBlur();
        if (field.isTouched) set(field.value);
      }}
      onChange={({ currentTarget: { value } }) => {
        field.setValue(value);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => set(value), TYPING_MS);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter') set(field.value);
      }}
    />
  );
}

function DateRange({ filter, query, change }: FilterInputProps): ReactNode {
  return (
    <div role="group" aria-label={filter.label} data-wide className={css.range}>
      {(['From', 'To'] as const).map((end) => {
        const name = `${filter.name}${end}`;
        return (
          <TextInput
            key={end}
            type="date"
            max="9999-12-31"
            label={end === 'From' ? `${filter.label} from` : 'to'}
            value={query[name] ?? ''}
            onChange={({ currentTarget: { value } }) => change({ [name]: value === '' ? null : value }, true)}
          />
        );
      })}
    </div>
  );
}
