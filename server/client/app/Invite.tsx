/**
 * Accepting an invitation: a password of one's own, and one is in. The secret stands after `#` in the address, which
 * browsers send to nobody; it is read once, and taken out of the address at once.
 */
import { Alert, Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useState, type ReactNode, type SubmitEvent } from 'react';
import { acceptInvite, type Refusal } from './auth.ts';
import { Card } from './Card.tsx';
import { step } from './history.ts';
import { restartLive } from './live.ts';
import type { Place } from './place.ts';

const SHORTEST = 10;

export function Invite({ place }: { readonly place: Place }): ReactNode {
  const [secret] = useState(takeSecret);
  if (secret === '') {
    return (
      <Card title="No invitation here" place={place}>
        <Text>Open the link of the invitation as you got it: the last part of it is missing.</Text>
      </Card>
    );
  }
  return <InviteForm place={place} secret={secret} />;
}

function InviteForm({ place, secret }: { readonly place: Place; readonly secret: string }): ReactNode {
  const [refusal, setRefusal] = useState<Refusal>();
  const [isBusy, setBusy] = useState(false);
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const isOther = again !== '' && again !== password;
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isBusy || password !== again) return;
    setBusy(true);
    const named = name.trim() === '' ? {} : { name: name.trim() };
    const refused = await acceptInvite(place, { invite: secret, password, ...named });
    setBusy(false);
    setRefusal(refused);
    if (refused !== undefined) return;
    restartLive();
    step(`${place.base}/`, true);
  };
  return (
    <Card title="You are invited" place={place}>
      <form onSubmit={(event) => void submit(event)}>
        <Stack>
          {refusal !== undefined && (
            <Alert color="red" variant="light" title={refusal.title} role="alert">
              {refusal.detail}
            </Alert>
          )}
          <TextInput
            label="Your name"
            description="How others see you. May be left as it is."
            autoComplete="name"
            maxLength={100}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password"
            description={`At least ${SHORTEST} characters; a sentence does well.`}
            autoComplete="new-password"
            required
            withAsterisk={false}
            minLength={SHORTEST}
            maxLength={200}
            value={password}
            onChange={(event) => setPassword(event.currentTarget.value)}
          />
          <PasswordInput
            label="Password once more"
            autoComplete="new-password"
            required
            withAsterisk={false}
            value={again}
            onChange={(event) => setAgain(event.currentTarget.value)}
            error={isOther ? 'The two are not the same.' : undefined}
          />
          <Button type="submit" loading={isBusy} disabled={isOther}>
            Set password and sign in
          </Button>
        </Stack>
      </form>
    </Card>
  );
}

function takeSecret(): string {
  const secret = location.hash.slice(1);
  if (secret !== '') history.replaceState(history.state, '', location.pathname + location.search);
  return secret;
}
