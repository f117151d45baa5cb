/** The way in: an address and a password, then on to where one was going. */
import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { signIn, type Refusal } from './auth.ts';
import { Card } from './Card.tsx';
import { step } from './history.ts';
import { restartLive } from './live.ts';
import type { Place } from './place.ts';
import { nextHref } from './signInHref.ts';

export function SignIn({ place }: { readonly place: Place }): ReactNode {
  const [refusal, setRefusal] = useState<Refusal>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy) return;
    const given = new FormData(event.currentTarget);
    setBusy(true);
    const refused = await signIn(place, { email: textOf(given, 'email'), password: textOf(given, 'password') });
    setBusy(false);
    setRefusal(refused);
    if (refused !== undefined) return;
    restartLive();
    step(nextHref(place, location.search), true);
  };
  return (
    <Card title="Sign in" place={place}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          {refusal !== undefined && (
            <Alert color="red" variant="light" title={refusal.title} role="alert">
              {refusal.detail}
            </Alert>
          )}
          <TextInput
            name="email"
            type="email"
            label="Email"
            autoComplete="username"
            required
            withAsterisk={false}
            autoFocus
          />
          <PasswordInput
            name="password"
            label="Password"
            autoComplete="current-password"
            required
            withAsterisk={false}
          />
          <Button type="submit" loading={isBusy}>
            Sign in
          </Button>
        </Stack>
      </form>
    </Card>
  );
}

function textOf(given: FormData, name: string): string {
  const value = given.get(name);
  return typeof value === 'string' ? value : '';
}
