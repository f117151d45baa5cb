/** Icons and images. */
import { IconPhoto, IconPhotoOff } from '@tabler/icons-react';
import { useState, type CSSProperties, type ReactNode } from 'react';
import type { Icon, Image } from '../../../schemas/components/text.ts';
import { Anchor } from '../../render/links.ts';
import { positionOf } from '../layout/space.ts';
import { iconOf } from './icons.ts';
import css from './pictures.module.css';
import { isShowable } from './pictureSource.ts';
import textCss from './text.module.css';
import { Leaving } from './Words.tsx';

export function IconPicture({ node }: { readonly node: Icon }): ReactNode {
  const Drawing = iconOf(node.value);
  const label = node.label ?? node.semanticLabel;
  const told = label === undefined ? { 'aria-hidden': true } : { role: 'img', 'aria-label': label };
  return <Drawing {...told} className={css.icon} size={node.size ?? 24} stroke={1.75} data-color={node.color} />;
}

export function ImagePicture({ node }: { readonly node: Image }): ReactNode {
  if (node.caption === undefined) return <Picture node={node} />;
  return (
    <figure className={css.figure}>
      <Picture node={node} />
      <figcaption>{node.caption}</figcaption>
    </figure>
  );
}

function Picture({ node }: { readonly node: Image }): ReactNode {
  const { src, alt, width, height } = node;
  const [failed, setFailed] = useState<string>();
  if (!isShowable(src)) return <Elsewhere src={src} alt={alt} />;
  if (failed === src) return <Missing alt={alt} width={width} />;
  const style: CSSProperties = {
    objectFit: node.fit === 'scaleDown' ? 'scale-down' : node.fit,
    objectPosition: positionOf(node.alignment),
    borderRadius: node.borderRadius,
    width: width ?? 'fit-content',
    height: height !== undefined && (node.fit !== undefined || width === undefined) ? height : undefined,
  };
  return (
    <img
      className={css.image}
      src={src}
      alt={alt}
      width={width}
      height={height}
      style={style}
      loading="lazy"
      decoding="async"
      onError={() => setFailed(src)}
    />
  );
}

function Elsewhere({ src, alt }: { readonly src: string; readonly alt: string }): ReactNode {
  return (
    <span className={css.missing}>
      <IconPhoto size={20} aria-hidden />
      <Anchor to={src} className={textCss.link}>
        {alt === '' ? 'A picture of another site' : alt}
        <Leaving />
      </Anchor>
    </span>
  );
}

/** Its words, where the picture itself cannot be shown. */
function Missing({ alt, width }: { readonly alt: string; readonly width: number | undefined }): ReactNode {
  return (
    <span
      className={css.missing}
      style={{ width }}
      role="img"
      aria-label={alt === '' ? 'A picture that cannot be shown' : alt}
    >
      <IconPhotoOff size={20} aria-hidden />
      <span aria-hidden>{alt === '' ? 'Cannot be shown' : alt}</span>
    </span>
  );
}
