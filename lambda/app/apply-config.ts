import { type ConfigDocument, EMPTY_CONFIG } from '../../core/config/document.ts';
import { projection } from '../../core/config/projection.ts';
import type { ConfigHead, ConfigRevision, ConfigStore } from '../data/config.ts';
import type { ConfigRowStore } from '../data/config-rows.ts';
import type { Surroundings } from './ports.ts';

export interface ConfigDeps extends Surroundings {
  readonly config: ConfigStore;
  readonly configRows: ConfigRowStore;
}

export type Applied =
  | { readonly kind: 'applied' | 'unchanged'; readonly revision: number }
  | { readonly kind: 'stale'; readonly revision: number };

/** The configuration in force. */
export async function currentConfig(deps: ConfigDeps): Promise<ConfigRevision> {
  const { revision } = await deps.config.head();
  return (
    (await deps.config.revision(revision)) ?? {
      revision: 0,
      previous: 0,
      document: EMPTY_CONFIG,
      author: 'inresponse',
      at: 0,
    }
  );
}

/**
 * Replaces the configuration. Order: the revision is kept; the head moves to it (from that write on it is in force, and its rows are
 * owed); the rows are written; the head notes that they are. Dying in between is made good by {@link finishProjection}.
 */
export async function applyConfig(
  deps: ConfigDeps,
  document: ConfigDocument,
  author: string,
  ifRevision: number | undefined,
): Promise<Applied> {
  const head = await finishProjection(deps);
  if (ifRevision !== undefined && ifRevision !== head.revision) return { kind: 'stale', revision: head.revision };
  const current = await deps.config.revision(head.revision);
  if (JSON.stringify(current?.document) === JSON.stringify(document))
    return { kind: 'unchanged', revision: head.revision };
  // A number may be taken by a revision that never came into force: its writer died, or lost the race for the head.
  let revision = head.revision + 1;
  while (!(await deps.config.keep({ revision, previous: head.revision, document, author, at: deps.now() })))
    revision += 1;
  const moved: ConfigHead = { revision, projected: head.projected };
  if (!(await deps.config.moveHead(moved, head)))
    return { kind: 'stale', revision: (await deps.config.head()).revision };
  await finishProjection(deps);
  return { kind: 'applied', revision };
}

/**
 * Writes the rows of the revision in force, if that has not been noted as done, and answers the head as it then is. Idempotent; also
 * run by the reconciler, and before a next revision, so that what is removed is always counted from rows that are really there.
 */
export async function finishProjection(deps: ConfigDeps): Promise<ConfigHead> {
  const head = await deps.config.head();
  if (head.projected === head.revision) return head;
  const before = (await deps.config.revision(head.projected))?.document ?? EMPTY_CONFIG;
  const after = (await deps.config.revision(head.revision))?.document;
  if (!after) throw new Error(`configuration revision ${head.revision} is in force but not kept`);
  const { put, remove } = projection(before, after);
  await deps.configRows.project(head.revision, put, remove);
  const done: ConfigHead = { revision: head.revision, projected: head.revision };
  return (await deps.config.moveHead(done, head)) ? done : deps.config.head();
}

/** The revisions that have been in force, newest first. */
export async function configHistory(deps: ConfigDeps, most: number): Promise<ConfigRevision[]> {
  const history: ConfigRevision[] = [];
  let { revision } = await deps.config.head();
  while (revision > 0 && history.length < most) {
    const kept = await deps.config.revision(revision);
    if (!kept) break;
    history.push(kept);
    revision = kept.previous;
  }
  return history;
}
