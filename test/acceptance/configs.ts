export const LIN = 'lin@example.org';
export const HEIDI = 'heidi@example.org';

/** Four people, each with one address, who want no hand-off notices. */
export const USERS = ['ada', 'grace', 'lin', 'heidi'].map((id) => ({
  id,
  email: `${id}@example.org`,
  handoffNotices: { enabled: false },
}));

/** Service `checkout` of team `core` (Ada, Grace and Lin) with a policy of these rules, which gives up at its end. */
export function withRules(rules: readonly object[], { policy = {}, service = {}, ...more }: Changes = {}) {
  return {
    users: USERS,
    teams: [{ id: 'core', members: ['ada', 'grace', 'lin'] }],
    escalationPolicies: [{ id: 'standard', rules, atEnd: 'giveUp', ...policy }],
    services: [{ id: 'checkout', team: 'core', escalationPolicy: 'standard', ...service }],
    ...more,
  };
}

interface Changes {
  readonly policy?: object;
  readonly service?: object;
  readonly [kind: string]: unknown;
}

/** Ada at once, Grace after ten minutes. */
export const ADA_THEN_GRACE = [{ targets: [{ user: 'ada' }] }, { targets: [{ user: 'grace' }] }];
