/** JSON to read: folded, searchable, with the path of what is chosen and copies of it. */
import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconDownload } from '@tabler/icons-react';
import { useMemo, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { JsonComponent } from '../../../schemas/components/data/values.ts';
import { useHost } from '../../render/host.ts';
import { Copy } from '../state/Copy.tsx';
import css from './json.module.css';
import { JsonLine } from './JsonLine.tsx';
import { ancestorsOf, rowsOf, search } from './jsonRows.ts';
import { HEAD_CHARS, MAX_CHARS, parseJson, pathText, print, type Parsed, type Value } from './jsonValue.ts';
import { TreeRows } from './TreeRows.tsx';

export function Json({ node }: { readonly node: JsonComponent }): ReactNode {
  const { text, value } = node;
  const parsed = useMemo((): Parsed => {
    if (text !== undefined) return parseJson(text);
    const printed = JSON.stringify(value ?? null);
    return printed.length > MAX_CHARS
      ? { status: 'large', text: printed }
      : { status: 'parsed', value: (value ?? null) as Value };
  }, [text, value]);
  if (parsed.status !== 'parsed') return <Head node={node} text={parsed.text} isLarge={parsed.status === 'large'} />;
  return <Viewer node={node} root={parsed.value} />;
}

function Viewer({ node, root }: { readonly node: JsonComponent; readonly root: Value }): ReactNode {
  const [opened, setOpened] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [selected, setSelected] = useState<string>();
  const [wanted, setWanted] = useState('');
  const depth = node.depth ?? 2;
  const found = useMemo(() => search(root, wanted), [root, wanted]);
  const at = selected === undefined ? -1 : found.indexOf(selected);
  const rows = rowsOf(root, (id, level) => opened.get(id) ?? level <= depth);
  const chosen = rows.find(({ id }) => id === selected);

  const go = (step: 1 | -1) => {
    const next = found[(at + step + found.length) % found.length] ?? found[0];
    if (next === undefined) return;
    setOpened((before) => new Map([...before, ...ancestorsOf(next).map((id) => [id, true] as const)]));
    setSelected(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  };
  const marked = useMemo(() => new Set(found), [found]);
  return (
    <div className={css.json}>
      <div className={css.bar}>
        <TextInput
          type="search"
          size="sm"
          className={css.search ?? ''}
          placeholder="Search"
          aria-label={`Search in ${node.label ?? 'JSON'}`}
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {wanted.trim() !== '' && (
          <>
            <span className={css.found} role="status">
              {found.length === 0 ? 'Nothing found' : at < 0 ? `${found.length} found` : `${at + 1} of ${found.length}`}
            </span>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Previous" onClick={() => go(-1)}>
              <IconChevronUp size={18} />
            </ActionIcon>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Next" onClick={() => go(1)}>
              <IconChevronDown size={18} />
            </ActionIcon>
          </>
        )}
        <span className={css.right}>
          <Copy what="all of it" text={() => print(root)} />
          <Download node={node} text={() => print(root)} />
        </span>
      </div>
      <TreeRows
        label={node.label ?? 'JSON'}
        rows={rows.map((row) => ({ ...row, content: <JsonLine row={row} isFound={marked.has(row.id)} /> }))}
        selected={selected}
        rowHeight={26}
        onToggle={(id, isOn) => setOpened((before) => new Map(before).set(id, isOn))}
        onSelect={setSelected}
      />
      <div className={css.bar}>
        <code className={css.path}>
          {chosen === undefined ? 'Choose a line for its path' : pathText(chosen.path, root) || '(the whole)'}
        </code>
        {chosen !== undefined && (
          <span className={css.right}>
            <CopyText what="path" text={() => pathText(chosen.path, root)} />
            <CopyText
              what="value"
              text={() => (typeof chosen.value === 'string' ? chosen.value : print(chosen.value))}
            />
          </span>
        )}
      </div>
    </div>
  );
}

function CopyText({ what, text }: { readonly what: string; readonly text: () => string }): ReactNode {
  const host = useHost();
  const copy = async () => {
    if (await host.copy(text())) host.toast(`The ${what} is copied`, 'success');
  };
  return (
    <Button variant="default" size="compact-sm" onClick={() => void copy()}>
      Copy {what}
    </Button>
  );
}

function Download({ node, text }: { readonly node: JsonComponent; readonly text: () => string }): ReactNode {
  const host = useHost();
  const name = node.name ?? 'value.json';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={`Download ${name}`}
      onClick={() => host.download(name, text(), 'application/json')}
    >
      <IconDownload size={18} />
    </ActionIcon>
  );
}

interface HeadProps {
  readonly node: JsonComponent;
  readonly text: string;
  readonly isLarge: boolean;
}

function Head({ node, text, isLarge }: HeadProps): ReactNode {
  const size = new Intl.NumberFormat().format(text.length);
  return (
    <div className={css.json}>
      <div className={css.bar}>
        <span>
          {isLarge
            ? `The first ${HEAD_CHARS / 1_000} kB of ${size} characters`
            : 'This is not JSON; it is shown as it came'}
        </span>
        <span className={css.right}>
          <Copy what="all of it" text={() => text} />
          <Download node={node} text={() => text} />
        </span>
      </div>
      <pre className={css.head} tabIndex={0} aria-label={node.label ?? 'JSON'}>
        {text.slice(0, HEAD_CHARS)}
      </pre>
    </div>
  );
}
