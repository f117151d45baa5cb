/** The mark of Earshot: three bars, as of a sound that is heard. */
import type { ReactNode } from 'react';

export function Mark({ size = 24 }: { readonly size?: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="var(--mantine-primary-color-filled)" />
      <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round">
        <path d="M10 12.5v7" />
        <path d="M16 8.5v15" />
        <path d="M22 12.5v7" />
      </g>
    </svg>
  );
}
