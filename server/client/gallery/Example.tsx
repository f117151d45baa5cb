/** One state of a component, drawn for real; what its events would do is said below it. */
import { Box, Code, Paper, Text, Title } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import type { AnyComponent } from '../../schemas/components/base.ts';
import { announce } from '../app/announce.tsx';
import { copyText } from '../app/copy.ts';
import { downloadText } from '../app/download.ts';
import { mergeQuery } from '../app/navigate.ts';
import { toast } from '../app/toast.ts';
import { HostContext, type Host } from '../render/host.ts';
import { createOverlays } from '../render/overlayStore.ts';
import { Show } from '../render/Show.tsx';
import { wired } from './wired.ts';

interface ExampleProps {
  readonly title: string;
  readonly tree: AnyComponent;
  readonly width: string;
}

export function Example({ title, tree, width }: ExampleProps): ReactNode {
  const [done, setDone] = useState<string>();
  const host = useMemo(() => createShowHost(setDone), []);
  const node = useMemo(() => wired(tree), [tree]);
  return (
    <Paper withBorder radius="md" className="earshot-example" maw={width} data-example={title}>
      <Box px="md" py="xs" className="earshot-example-head">
        <Title order={3} size="sm" fw={500}>
          {title}
        </Title>
      </Box>
      <Box p="md">
        <HostContext value={host}>
          <Show node={node} />
        </HostContext>
      </Box>
      {done !== undefined && (
        <Box px="md" pb="md">
          <Text size="sm" c="dimmed">
            Would do: <Code>{done}</Code>
          </Text>
        </Box>
      )}
    </Paper>
  );
}

/** Nothing reaches a server from here. What the browser does by itself is done. */
function createShowHost(tell: (done: string) => void): Host {
  return {
    run: (code, event) => {
      tell(`${code}(${JSON.stringify(event)})`);
      return new Promise((resolve) => setTimeout(() => resolve({ ok: true }), 400));
    },
    navigate: (to) => tell(`navigate to ${to}`),
    setQuery: (changes, replace) => {
      tell(`set_query ${JSON.stringify(changes)}`);
      mergeQuery(changes, replace);
    },
    toast,
    download: downloadText,
    copy: copyText,
    announce,
    isAway: () => false,
    onAway: () => () => undefined,
    overlays: createOverlays(),
  };
}
