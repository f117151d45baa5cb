/** All there is to say about one component: what it is, its examples, its members and its events. */
import { Code, Stack, Table, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { COMMON, typeText, type Described } from './described.ts';
import { Example } from './Example.tsx';

export function DescribedComponent({ spec, width }: { readonly spec: Described; readonly width: string }): ReactNode {
  return (
    <Stack component="section" gap="md" aria-labelledby={spec.type} data-component={spec.type}>
      <div>
        <Title order={2} size="h3" id={spec.type} className="earshot-anchor">
          <a href={`#${spec.type}`}>{spec.type}</a>
        </Title>
        <Text maw="46rem">{spec.description}</Text>
      </div>
      {spec.examples.map(({ title, tree }) => (
        <Example key={title} title={title} tree={tree} width={width} />
      ))}
      <Members spec={spec} />
    </Stack>
  );
}

function Members({ spec }: { readonly spec: Described }): ReactNode {
  const required = spec.schema.required ?? [];
  const members = Object.entries(spec.schema.properties ?? {}).filter(
    ([name]) => name !== '_type' && !COMMON.includes(name),
  );
  if (members.length === 0) return null;
  return (
    <Table.ScrollContainer
      minWidth={560}
      scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': `Members of ${spec.type}` } }}
    >
      <Table verticalSpacing={6} withTableBorder>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="20%">Member</Table.Th>
            <Table.Th w="36%">Type</Table.Th>
            <Table.Th>What it does</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {members.map(([name, schema]) => (
            <Table.Tr key={name}>
              <Table.Td>
                <Code>{name}</Code>
                {required.includes(name) && (
                  <Text component="span" size="xs" c="dimmed">
                    {' '}
                    required
                  </Text>
                )}
              </Table.Td>
              <Table.Td>
                <Text size="sm" ff="monospace">
                  {name in spec.events ? `event ${spec.events[name] ?? ''}` : typeText(schema)}
                </Text>
              </Table.Td>
              <Table.Td>
                <Text size="sm">
                  {schema.description}
                  {schema.default !== undefined && ` ${JSON.stringify(schema.default)}, unless said.`}
                </Text>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
