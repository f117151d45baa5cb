/** Inputs that open a list to pick from. */
import {
  MultiSelect as MantineMultiSelect,
  Select as MantineSelect,
  TagsInput,
  type OptionsFilter,
} from '@mantine/core';
import { useRef, useState, type ReactNode } from 'react';
import type {
  MultiSelect as MultiSelectNode,
  Select as SelectNode,
  Tags as TagsNode,
} from '../../../schemas/components/form/picked.ts';
import type { Option, Scalar } from '../../../schemas/components/form/shared.ts';
import { useEvent } from '../../render/useEvent.ts';
import { Box, wrapped } from './Box.tsx';
import { chosenKey, groupedItems, keyOf, labelOf, valueOf } from './options.ts';
import { useInput } from './useInput.ts';

const SEARCH_MS = 300;
const NONE: readonly Scalar[] = [];
const NO_WORDS: readonly string[] = [];
const clear = { 'aria-label': 'Clear' };

export function Select({ node }: { readonly node: SelectNode }): ReactNode {
  const input = useInput<Scalar>(node, { value: node.value, empty: null, event: node.onChanged });
  const options = useRemembered(node.options, [input.value]);
  const chosen = chosenKey(input.value, node.options);
  const search = useSearch(node, options.filter(({ value }) => keyOf(value) === chosen).map(labelOf));
  const isClearable = node.clearable === true || (node.required !== true && node.whenEmpty !== undefined);
  return (
    <Box error={input.error} focus={input.focus}>
      <MantineSelect
        {...wrapped(node, input.error)}
        {...search}
        data={groupedItems(options)}
        value={chosen}
        clearable={isClearable}
        clearButtonProps={clear}
        allowDeselect={isClearable}
        onFocus={({ currentTarget }) => currentTarget.select()} // so that what is typed takes the place of what was chosen
        onChange={(key) => input.change(valueOf(key))}
      />
    </Box>
  );
}

export function MultiSelect({ node }: { readonly node: MultiSelectNode }): ReactNode {
  const input = useInput<readonly Scalar[]>(node, { value: node.value, empty: NONE, event: node.onChanged });
  const options = useRemembered(node.options, input.value);
  const search = useSearch(node, []);
  return (
    <Box error={input.error} focus={input.focus}>
      <MantineMultiSelect
        {...wrapped(node, input.error)}
        {...search}
        data={groupedItems(options)}
        value={input.value.map(keyOf)}
        clearable={node.clearable ?? false}
        clearButtonProps={clear}
        hidePickedOptions
        {...(node.maxItems !== undefined && { maxValues: node.maxItems })}
        onChange={(keys) => input.change(keys.map(valueOf))}
      />
    </Box>
  );
}

export function Tags({ node }: { readonly node: TagsNode }): ReactNode {
  const input = useInput<readonly string[]>(node, { value: node.value, empty: NO_WORDS, event: node.onChanged });
  return (
    <Box error={input.error} focus={input.focus}>
      <TagsInput
        {...wrapped(node, input.error)}
        data={[...new Set(node.suggestions)]}
        value={[...input.value]}
        clearButtonProps={clear}
        acceptValueOnBlur
        {...(node.maxItems !== undefined && { maxTags: node.maxItems })}
        onChange={(words) => input.change(words)}
      />
    </Box>
  );
}

/** What was chosen keeps its words when the server's next options are those of another search. */
function useRemembered(options: readonly Option[], chosen: readonly Scalar[]): readonly Option[] {
  const [seen] = useState(() => new Map<string, Option>());
  for (const option of options) seen.set(keyOf(option.value), option);
  const there = new Set(options.map(({ value }) => keyOf(value)));
  const missing = chosen.filter((value) => value !== null && !there.has(keyOf(value)));
  return [...options, ...missing.map((value) => seen.get(keyOf(value)) ?? { value })];
}

const everything: OptionsFilter = ({ options }) => options;

/** With `onSearch` the server narrows the options, and all that it sent are shown. */
function useSearch(node: Pick<SelectNode, 'searchable' | 'onSearch'>, chosenLabels: readonly string[]) {
  const event = useEvent(node.onSearch, { debounceMs: SEARCH_MS, isQuiet: true });
  const last = useRef('');
  if (node.onSearch === undefined)
    return { searchable: node.searchable ?? false, nothingFoundMessage: 'Nothing fits.' };
  return {
    searchable: true,
    nothingFoundMessage: event.isBusy ? 'Searching…' : 'Nothing fits.',
    filter: everything,
    onSearchChange: (text: string) => {
      // When something is chosen, its own words come as a search.
      if (text === last.current || chosenLabels.includes(text)) return;
      last.current = text;
      void event.fire(text);
    },
  };
}
