import type { ConfigDocument } from '../../core/config/document.ts';
import { EMPTY_CONFIG } from '../../core/config/document.ts';
import { peopleOf } from '../../core/config/people.ts';
import type { People } from '../../core/people.ts';
import type { ConfigStore } from './config.ts';

/** A revision of the configuration, and who it says there is. */
export interface Compiled {
  readonly revision: number;
  readonly document: ConfigDocument;
  readonly people: People;
}

export interface CurrentConfig {
  /** The revision in force. One read when this process knows that revision already, for a revision never changes. */
  current(): Promise<Compiled>;
  /** A revision by number, as read from the head elsewhere. */
  at(revision: number): Promise<Compiled>;
}

export function createCurrentConfig(store: Pick<ConfigStore, 'head' | 'revision'>): CurrentConfig {
  let known: Compiled = { revision: 0, document: EMPTY_CONFIG, people: peopleOf(EMPTY_CONFIG) };

  async function at(revision: number): Promise<Compiled> {
    if (known.revision === revision) return known;
    const kept = await store.revision(revision);
    if (!kept) throw new Error(`configuration revision ${revision} is in force but not kept`);
    known = { revision, document: kept.document, people: peopleOf(kept.document) };
    return known;
  }

  return { at, current: async () => at((await store.head()).revision) };
}
