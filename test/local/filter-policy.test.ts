import { describe, expect, it } from '@jest/globals';
import { filterPolicy, meets } from '../../local/filter-policy.ts';

const policy = filterPolicy.parse({ kind: ['a', 'b'], mail: { destination: ['ada@example.org'] } });
const body = { kind: 'b', mail: { destination: ['grace@example.org', 'ada@example.org'] }, more: 1 };

describe('a filter policy on message bodies', () => {
  it('is met by every property that it names, by one of its texts, in a list by one of the elements', () => {
    expect(meets(policy, body)).toBe(true);
  });

  it.each([
    [{ ...body, kind: 'c' }],
    [{ ...body, kind: undefined }],
    [{ ...body, mail: { destination: ['grace@example.org'] } }],
    [{ ...body, mail: { destination: [] } }],
    [{ ...body, mail: 'ada@example.org' }],
    ['text'],
    [null],
  ])('is not met by %j', (other) => {
    expect(meets(policy, other)).toBe(false);
  });

  it.each([{ kind: [{ prefix: 'a' }] }, { kind: [1] }, { kind: [] }, { kind: 'a' }])(
    'of another kind is refused: %j',
    (unknown) => {
      expect(filterPolicy.safeParse(unknown).success).toBe(false);
    },
  );
});
