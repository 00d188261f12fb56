import { Problem } from './problem.ts';

/** The 404 for a name that the configuration does not have; says which field it stood in. */
export function notConfigured(field: 'schedule' | 'team' | 'service' | 'user', id: string): Problem {
  const errors = [{ field, message: 'is not configured' }];
  return new Problem('not_found', `There is no ${field} ${JSON.stringify(id.slice(0, 128))}.`, { errors });
}
