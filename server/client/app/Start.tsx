/** What an app shows before it has a page of its own for `/`: the pages it has, and how to make the first. */
import { Code, List, Paper, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Hello } from '../../schemas/socket.ts';
import { Anchor } from '../render/links.ts';
import type { Place } from './place.ts';
import { SignInButton } from './UserMenu.tsx';

const EXAMPLE = `export default {
  pages: [{ path: '/', roles: ['guest'], view: { _type: 'view', name: 'home' } }],
};`;

interface StartProps {
  readonly hello: Hello | undefined;
  readonly place: Place;
}

export function Start({ hello, place }: StartProps): ReactNode {
  const pages = hello?.routes.page ?? [];
  return (
    <Stack maw={680} mx="auto" mt="6vh" gap="lg">
      <div>
        <Title order={1}>Earshot is listening</Title>
        <Text c="dimmed" mt={4}>
          {pages.length === 0 ? 'This app has no pages for you yet.' : 'These are the pages of this app.'}
        </Text>
      </div>
      {pages.length > 0 && (
        <Paper withBorder radius="md" p="lg">
          <List listStyleType="none" spacing="sm">
            {[...pages].sort().map((path) => (
              <List.Item key={path}>
                {path.includes('/:') ? <Code>{path}</Code> : <Anchor to={path}>{path}</Anchor>}
              </List.Item>
            ))}
          </List>
        </Paper>
      )}
      {hello?.user === null && (
        <div>
          <SignInButton place={place} next="/" />
        </div>
      )}
      <Stack gap="xs">
        <Text>
          To put a page here, give the path <Code>/</Code> to a view in <Code>views/manifest.ts</Code>; it appears as
          soon as the file is saved under <Code>npm run dev</Code>, or with the next start.
        </Text>
        <Code block>{EXAMPLE}</Code>
        <Text>
          What a view can be built of stands in <Anchor to="/_earshot/gallery">the gallery of components</Anchor>.
        </Text>
      </Stack>
    </Stack>
  );
}
