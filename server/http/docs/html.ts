/** HTML as values: a tagged template that escapes whatever is put into it, unless it is HTML made the same way. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | undefined | readonly (Html | string | number)[];

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { html: strings.reduce((text, string, i) => text + render(parts[i - 1]) + string) };
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

/** Escapes, then shows what stands between backticks as code. */
export function withCode(text: string): Html {
  return { html: escapeHtml(text).replace(/`([^`]+)`/g, '<code>$1</code>') };
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part));
  if ('html' in part) return part.html;
  return part.map(render).join('');
}
