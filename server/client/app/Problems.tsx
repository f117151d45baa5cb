/** What is wrong with the author's views and manifest, told in development only, above whatever page is open. */
import { Alert, List } from '@mantine/core';
import { useState, type ReactNode } from 'react';

export function Problems({ problems }: { readonly problems: readonly string[] }): ReactNode {
  const [closed, setClosed] = useState<readonly string[]>([]);
  const open = problems.filter((each) => !closed.includes(each));
  if (open.length === 0) return null;
  return (
    <Alert
      color="yellow"
      variant="light"
      radius={0}
      title={open.length === 1 ? 'A problem with your views' : `${open.length} problems with your views`}
      withCloseButton
      closeButtonLabel="Hide"
      onClose={() => setClosed(problems)}
    >
      <List size="sm">
        {open.map((each) => (
          <List.Item key={each}>{each}</List.Item>
        ))}
      </List>
    </Alert>
  );
}
