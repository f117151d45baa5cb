/** A button that copies a text and says so for a moment. */
import { ActionIcon } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useEffect, useState, type ReactNode } from 'react';
import { useHost } from '../../render/host.ts';

const SHOWN_MS = 1_500;

export function Copy({ text, what }: { readonly text: () => string; readonly what: string }): ReactNode {
  const host = useHost();
  const [copies, setCopies] = useState(0);
  const isCopied = copies > 0;

  useEffect(() => {
    if (copies === 0) return;
    const timer = setTimeout(() => setCopies(0), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [copies]);

  const copy = async () => {
    if (!(await host.copy(text()))) {
      host.toast('The browser does not let this page use the clipboard.', 'error');
      return;
    }
    setCopies((before) => before + 1);
    host.announce('Copied');
  };
  return (
    <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Copy ${what}`} onClick={() => void copy()}>
      {isCopied ? <IconCheck size={18} /> : <IconCopy size={18} />}
    </ActionIcon>
  );
}
