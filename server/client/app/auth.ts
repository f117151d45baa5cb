/** Signing in and out over HTTP: a cookie comes and goes, which no script can read. */
import type { FieldProblem, Problem } from '../../schemas/problem.ts';
import type { Static } from 'typebox';
import type { AcceptInvite, SignIn } from '../../schemas/user.ts';
import type { Place } from './place.ts';

/** Undefined where it worked. */
export type Refusal = Pick<Problem, 'code' | 'title' | 'detail'> & {
  readonly errors?: readonly Static<typeof FieldProblem>[];
};

export const signIn = (place: Place, input: SignIn) => post('/auth/sign-in', place, input);
export const signOut = (place: Place) => post('/auth/sign-out', place);
export const acceptInvite = (place: Place, input: AcceptInvite) => post('/auth/accept-invite', place, input);

async function post(path: string, { environment }: Place, body?: unknown): Promise<Refusal | undefined> {
  const sent =
    body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(`${path}?environment=${environment}`, { method: 'POST', ...sent });
    if (answer.ok) return undefined;
    return refusalOf(await answer.json().catch(() => undefined), answer.status);
  } catch {
    return { code: 'away', title: 'No answer', detail: 'The server cannot be reached. Try again in a moment.' };
  }
}

function refusalOf(body: unknown, status: number): Refusal {
  const problem = body as Partial<Problem> | undefined;
  if (typeof problem?.title === 'string' && typeof problem.code === 'string') return problem as Refusal;
  return { code: 'unknown', title: 'It did not work', detail: `The server answered ${status}.` };
}
