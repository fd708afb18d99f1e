import { describe, expect, it } from 'vitest';
import { html } from '../../../src/hil/report/html.ts';
import { junit } from '../../../src/hil/report/junit.ts';
import { REPORTED as RESULT } from './reported.ts';

const again = () => 'hai-bridge hil run scenarios/x.yaml';

/** Elements and their attributes, in order; enough for XML without mixed content. */
function elements(xml: string): { name: string; attributes: Record<string, string>; text: string }[] {
  return [...xml.matchAll(/<([a-z]+)((?:\s+[a-z]+="[^"<]*")*)\s*\/?>([^<]*)/g)].map(
    ([, name = '', list = '', text = '']) => ({
      name,
      attributes: Object.fromEntries(
        [...list.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
      ),
      text,
    }),
  );
}

describe('JUnit XML', () => {
  const xml = junit([RESULT], again);

  it('has a suite per scenario and a case per expectation or trouble, with counts that agree', () => {
    const all = elements(xml);
    const named = (name: string) => all.filter((element) => element.name === name);
    expect(named('testsuites')[0]?.attributes).toMatchObject({ tests: '4', failures: '1', errors: '1' });
    expect(named('testsuite')[0]?.attributes).toMatchObject({
      name: 'x',
      tests: '4',
      failures: '1',
      errors: '1',
      skipped: '1',
    });
    expect(named('testcase')).toHaveLength(4);
    expect(named('skipped')).toHaveLength(1);
    expect(named('failure')).toHaveLength(1);
    expect(named('error')).toHaveLength(1);
    for (const { attributes } of named('testcase'))
      expect(Object.keys(attributes).sort()).toEqual(['classname', 'name', 'time']);
    for (const { attributes } of [...named('failure'), ...named('error')]) {
      expect(Object.keys(attributes).sort()).toEqual(['message', 'type']);
    }
  });

  it('puts properties before cases, names the requirement, and says how to repeat it', () => {
    expect(xml.indexOf('<properties>')).toBeLessThan(xml.indexOf('<testcase'));
    expect(xml).toContain('1 REQ-ADV-03 HAZ-07 alarm &lt;leak&gt; &amp; &quot;more&quot;');
    expect(xml).toContain('name="reproduce" value="hai-bridge hil run scenarios/x.yaml"');
  });

  it('holds no character that XML cannot, and every element is closed', () => {
    expect(xml).not.toContain('\u0000');
    const opened = [...xml.matchAll(/<([a-z]+)(?:\s[^>]*)?(?<!\/)>/g)].map(([, name]) => name);
    const closed = [...xml.matchAll(/<\/([a-z]+)>/g)].map(([, name]) => name);
    expect([...opened].sort()).toEqual([...closed].sort());
  });
});

describe('the HTML report', () => {
  const trace = {
    requirements: [
      { id: 'REQ-ADV-03', text: 'Leaks are said.' },
      { id: 'REQ-ADV-04', text: 'Another.' },
    ],
    hazards: [],
  } as never;
  const page = html([RESULT], {
    version: '1',
    node: 'v20',
    target: 'sim',
    madeAt: '2026-01-01T00:00:00Z',
    trace,
    reproduce: again,
  });

  it('needs nothing from elsewhere and says that all is simulated', () => {
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(page).not.toContain('<script');
    expect(page).toContain('SIMULATED');
  });

  it('shows what failed with its bytes, its curves and the command, and escapes all of it', () => {
    expect(page).toContain('1.500 s &lt; $TEL,&lt;&gt;\\r\\n');
    expect(page).toContain('again: <code>hai-bridge hil run scenarios/x.yaml</code>');
    expect(page).toContain('<svg');
    expect(page).toContain('a &lt;b&gt;');
  });

  it('says in the matrix what is met, what is not, and what no scenario touches', () => {
    const row = (id: string) => /<tr[^>]*><td[^>]*>ID<\/td>.*?<\/tr>/.source.replace('ID', id);
    expect(new RegExp(row('REQ-ADV-03')).exec(page)?.[0]).toContain('not met');
    expect(new RegExp(row('REQ-ADV-04')).exec(page)?.[0]).toContain('no scenario of this run');
  });
});
