/**
 * What git hands down to its hooks and aliases, and what a person may have exported: each of these names a repository, or a part
 * of one, and would turn a command for one directory upon another (`git rev-parse --local-env-vars`, and those that git(1) lists
 * besides). GIT_CONFIG_COUNT and its pairs are none of them: they are the user's own settings. Pure.
 */
export const NAMES_A_REPOSITORY: readonly string[] = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
  'GIT_INTERNAL_SUPER_PREFIX',
  'GIT_NAMESPACE',
  'GIT_GRAFT_FILE',
  'GIT_SHALLOW_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_CONFIG',
  'GIT_CONFIG_PARAMETERS',
];
