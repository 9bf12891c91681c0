/**
 * Which build this is. The bundler puts both values in; the client and the daemon of one build carry the same ones, and a
 * daemon that meets a client of another build makes room for its own.
 */
import type { Build } from './protocol.js';

declare const ACTOR_BUILD: string | undefined;
declare const ACTOR_VERSION: string | undefined;

/** Version and a hash of all sources, `0.1.0+3f9c2a61b04e`; `source` when not built by `esbuild.config.mjs`. */
export const BUILD: Build = typeof ACTOR_BUILD === 'string' ? ACTOR_BUILD : 'source';

/** The package's version, as `actor --version` prints it. */
export const VERSION: string = typeof ACTOR_VERSION === 'string' ? ACTOR_VERSION : '0.0.0';
