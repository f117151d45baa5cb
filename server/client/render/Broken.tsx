/** What stands in a component's place when it cannot be drawn: the rest of the page goes on. */
import { Alert, Button, Code, Text } from '@mantine/core';
import { Component, type ErrorInfo, type ReactNode } from 'react';
import { useHold } from './holds.ts';

interface BrokenProps {
  readonly title: string;
  readonly detail: string;
  readonly onAgain?: () => void;
}

export function Broken({ title, detail, onAgain }: BrokenProps): ReactNode {
  useHold('broken');
  return (
    <Alert color="red" variant="light" title={title} role="alert" data-broken>
      <Code block>{detail}</Code>
      {onAgain !== undefined && (
        <Button mt="xs" size="xs" variant="default" onClick={onAgain}>
          Try again
        </Button>
      )}
    </Alert>
  );
}

export function Unknown({ what }: { readonly what: string }): ReactNode {
  return (
    <Alert color="red" variant="light" title="This cannot be shown" data-broken>
      <Text size="sm">{what}</Text>
    </Alert>
  );
}

interface BoundaryProps {
  /** Another one, and what failed before is tried anew. */
  readonly of: unknown;
  readonly name: string;
  readonly children: ReactNode;
}
interface BoundaryState {
  readonly of: unknown;
  readonly error: Error | null;
}

/** Catches what its children throw while rendering. The next change of the node is a new chance. */
export class Boundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { of: this.props.of, error: null };

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  static getDerivedStateFromProps(props: BoundaryProps, state: BoundaryState): Partial<BoundaryState> | null {
    return props.of === state.of ? null : { of: props.of, error: null };
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(`The component ${this.props.name} failed.`, error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (error === null) return this.props.children;
    const again = () => this.setState({ error: null });
    return <Broken title={`${this.props.name} cannot be shown`} detail={error.message} onAgain={again} />;
  }
}
