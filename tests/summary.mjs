// Adds up the result files of tests/run and prints the one closing line. A suite that ended badly or left no result file counts as a failure,
// and so does a skipped test, unless its reason is that ../shared is absent: a gate that is green because nothing ran is worse than a red one.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const suites = ['Comeback.Engine.Tests', 'Comeback.Tests', 'Comeback.Browser.Tests'];
let passed = 0, failed = 0, skipped = 0;
const complaints = [];

for (const suite of suites) {
  const file = join(folder, `${suite}.xml`);
  if (!existsSync(file)) {
    failed++;
    complaints.push(`${suite}: no result file`);
    continue;
  }
  const before = passed + failed;
  const failedBefore = failed;
  const xml = readFileSync(file, 'utf8');
  for (const [, attributes, body] of xml.matchAll(/<test\s([^>]*?)(?:\/>|>([\s\S]*?)<\/test>)/g)) {
    const name = /name="([^"]*)"/.exec(attributes)?.[1] ?? '?';
    const result = /result="([^"]*)"/.exec(attributes)?.[1];
    if (result === 'Pass') passed++;
    // What is there for a person to run by hand (Explicit) is no part of the gate.
    else if (result === 'NotRun') continue;
    else if (result === 'Skip') {
      const reason = /<reason>\s*(?:<!\[CDATA\[)?([\s\S]*?)(?:\]\]>)?\s*<\/reason>/.exec(body ?? '')?.[1] ?? '';
      if (reason.includes('../shared')) skipped++;
      else {
        failed++;
        complaints.push(`skipped: ${name}: ${reason || 'no reason given'}`);
      }
    } else {
      failed++;
      complaints.push(`failed: ${name}`);
    }
  }
  if (passed + failed === before) {
    failed++;
    complaints.push(`${suite}: ran no test`);
  } else if (existsSync(join(folder, `${suite}.failed`)) && failed === failedBefore) {
    failed++;
    complaints.push(`${suite}: ended badly after its tests`);
  }
}

for (const file of readdirSync(folder).filter(f => /^(admin|php).*\.json$/.test(f))) {
  const report = JSON.parse(readFileSync(join(folder, file), 'utf8'));
  passed += report.numPassedTests ?? 0;
  failed += report.numFailedTests ?? 0;
  failed += report.numPendingTests ?? 0;
}
if (!existsSync(join(folder, 'admin.json'))) {
  failed++;
  complaints.push('admin: no result file');
} else if (existsSync(join(folder, 'admin.failed'))) {
  failed++;
  complaints.push('admin: lint, types, build or tests failed');
}

// What runs on the store's own pages, by Node's runner; and the plugin, by PHP.
const storefront = join(folder, 'storefront.xml');
const cases = existsSync(storefront) ? [...readFileSync(storefront, 'utf8').matchAll(/<testcase\s([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)] : [];
for (const [, attributes, body] of cases) {
  if (/<(failure|skipped)/.test(body ?? '')) {
    failed++;
    complaints.push(`failed: ${/name="([^"]*)"/.exec(attributes)?.[1] ?? '?'}`);
  } else passed++;
}
if (cases.length === 0 || existsSync(join(folder, 'storefront.failed')) && !cases.some(([, , body]) => /<failure/.test(body ?? ''))) {
  failed++;
  complaints.push('theme extension: its tests did not run, or ended badly');
}
if (!existsSync(join(folder, 'php-plugin.json'))) {
  failed++;
  complaints.push('companion plugin: no result file');
}

for (const complaint of complaints) console.log(complaint);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
