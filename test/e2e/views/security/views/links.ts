/** Every hostile address in every place that takes one. */
const urls = [
  'javascript:alert(1)',
  'jAvA\tscript:alert(1)',
  '\u0001javascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:alert(1)',
  'blob:https://here.invalid/1',
  '//evil.test/',
  '\\\\evil.test/',
  '/\\evil.test/',
  '/\t/evil.test/',
  'https:evil.test',
  '/..//evil.test/',
];
const cell = (text: string) => text.replaceAll('\\', '\\\\');

export default () => ({
  _type: 'page',
  title: 'Links',
  breadcrumb: urls.slice(4).map((to) => ({ text: 'crumb', to })),
  children: urls.flatMap((url, i) => [
    { _type: 'link', key: `l${String(i)}`, to: url, text: `link ${String(i)}` },
    { _type: 'image', key: `i${String(i)}`, src: url, alt: `image ${String(i)}` },
    { _type: 'markdown', key: `m${String(i)}`, value: `[md ${String(i)}](<${cell(url)}>) ![pic](<${cell(url)}>)` },
    {
      _type: 'button',
      key: `b${String(i)}`,
      text: `go ${String(i)}`,
      onPressed: { _type: 'action', action: 'navigate', to: url },
    },
    {
      _type: 'button',
      key: `n${String(i)}`,
      text: `send ${String(i)}`,
      onPressed: { _type: 'listener', name: 'sendTo', props: { to: url } },
    },
  ]),
});
