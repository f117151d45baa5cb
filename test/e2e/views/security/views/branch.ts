/** Looks at who looks only while a flag is set. */
export default (
  flags: readonly { readonly on: boolean; readonly round: number }[],
  _props: unknown,
  context: { readonly me: string | null },
) => ({
  _type: 'page',
  title: 'Branch',
  children: flags.map(({ on, round }) => ({
    _type: 'text',
    value: on ? `round ${String(round)} for <${String(context.me)}>` : `round ${String(round)} for all`,
  })),
});
