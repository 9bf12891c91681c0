/** A session's definition for tests of pure code. */
import type { Definition } from '../../cli/domain/definition.js';

/** A claude in no repository, of which nothing particular is known; with these differences. */
export function definitionOf(differences: Partial<Definition> & { name: string }): Definition {
  return {
    agent: 'claude',
    custom: null,
    main: false,
    conversation: null,
    dir: '/d',
    repo: null,
    branch: null,
    base: null,
    worktree: false,
    parent: null,
    role: null,
    purpose: null,
    prompt: null,
    coordinator: false,
    useSubscription: false,
    config: {},
    sources: {},
    args: [],
    created: '2026-01-01T00:00:00Z',
    ...differences,
  };
}
