/** A small file, read whole and sent as text within the event. */
import { FileInput } from '@mantine/core';
import { IconPaperclip } from '@tabler/icons-react';
import { useRef, useState, type ReactNode } from 'react';
import type { File as FileNode } from '../../../schemas/components/form/made.ts';
import type { SentFile } from '../../../schemas/components/form/shared.ts';
import { Box, wrapped } from './Box.tsx';
import { useInput } from './useInput.ts';

const DEFAULT_BYTES = 150_000;

export function FileField({ node }: { readonly node: FileNode }): ReactNode {
  const [chosen, setChosen] = useState<File | null>(null);
  const [fault, setFault] = useState<string>();
  const input = useInput<SentFile | null>(node, { value: undefined, empty: null, event: node.onChanged, fault });
  const newest = useRef(0);
  const limit = node.maxBytes ?? DEFAULT_BYTES;

  const choose = async (file: File | null) => {
    const turn = ++newest.current;
    const refusal = file === null ? undefined : refusalOf(file, limit);
    setFault(refusal);
    if (refusal !== undefined) return;
    setChosen(file);
    if (file === null) {
      input.change(null);
      return;
    }
    const sent = await read(file).catch(() => undefined);
    if (turn !== newest.current) return;
    if (sent === undefined) setFault(`${file.name} cannot be read.`);
    else input.change(sent);
  };

  const error = fault ?? input.error;
  return (
    <Box error={error} focus={input.focus}>
      <FileInput
        {...wrapped({ ...node, hint: node.hint ?? 'Choose a file' }, error)}
        leftSection={<IconPaperclip size={16} aria-hidden />}
        value={input.value === null ? null : chosen}
        clearable
        clearButtonProps={{ 'aria-label': 'Take the file away' }}
        {...(node.accept !== undefined && { accept: node.accept.join(',') })}
        onChange={(file) => void choose(file)}
      />
    </Box>
  );
}

function refusalOf(file: File, limit: number): string | undefined {
  if (file.size <= limit) return undefined;
  return `${file.name} has ${sizeOf(file.size)}; at most ${sizeOf(limit)} can be sent.`;
}

const sizeOf = (bytes: number) =>
  bytes < 1_000
    ? `${bytes} bytes`
    : bytes < 1_000_000
      ? `${Math.ceil(bytes / 1_000)} kB`
      : `${(bytes / 1_000_000).toFixed(1)} MB`;

function read(file: File): Promise<SentFile> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onerror = () => reject(reader.error ?? new Error('The file cannot be read.'));
    reader.onload = () => {
      const base64 = (reader.result as string).split(',', 2)[1] ?? '';
      resolve({ name: file.name, type: file.type, size: file.size, base64 });
    };
    reader.readAsDataURL(file);
  });
}
