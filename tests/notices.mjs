// Writes src/Comeback/THIRD-PARTY-NOTICES.txt and src/Comeback/sbom.cdx.json (CycloneDX 1.6) from the lock files: what ships, with its licence.
// Run after a restore and an `npm ci` in src/admin. `node tests/notices.mjs --check` exits 1 when the files are stale or a licence is not allowed.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const allowed = new Set(['MIT', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'MS-PL', 'ISC', '0BSD', 'Unlicense', 'CC0-1.0', 'PostgreSQL',
  'BlueOak-1.0.0']);
// Packages whose nuspec names a licence file instead of an SPDX expression, read by us once.
const read = { 'MathNet.Numerics': 'MIT', 'NodaTime': 'Apache-2.0' };

const packages = new Map();

function nuget() {
  const cache = process.env.NUGET_PACKAGES ?? join(homedir(), '.nuget', 'packages');
  for (const project of ['Comeback.Engine', 'Comeback.Stores', 'Comeback']) {
    const lock = JSON.parse(readFileSync(join(root, 'src', project, 'packages.lock.json'), 'utf8'));
    for (const group of Object.values(lock.dependencies))
      for (const [name, entry] of Object.entries(group)) {
        if (entry.type === 'Project' || !entry.resolved) continue;
        const nuspec = join(cache, name.toLowerCase(), entry.resolved, `${name.toLowerCase()}.nuspec`);
        const xml = existsSync(nuspec) ? readFileSync(nuspec, 'utf8') : '';
        if (/<developmentDependency>true/.test(xml) || buildOnly.has(name)) continue;
        const expression = /<license type="expression">([^<]+)</.exec(xml)?.[1];
        const url = /<licenseUrl>([^<]+)</.exec(xml)?.[1] ?? '';
        const licence = expression ?? read[name] ?? (/apache/i.test(url) ? 'Apache-2.0' : /mit/i.test(url) ? 'MIT' : url || 'unknown');
        packages.set(`nuget/${name}@${entry.resolved}`, {
          kind: 'nuget', name, version: entry.resolved, licence, owner: /<authors>([^<]+)</.exec(xml)?.[1] ?? '',
        });
      }
  }
}

const buildOnly = new Set(['Meziantou.Analyzer', 'Microsoft.CodeAnalysis.BannedApiAnalyzers', 'Microsoft.EntityFrameworkCore.Design',
  'Microsoft.EntityFrameworkCore.Analyzers']);

// What only EF's design-time tools pull in does not ship.
function withoutDesignTime() {
  const lock = JSON.parse(readFileSync(join(root, 'src/Comeback/packages.lock.json'), 'utf8'));
  const group = Object.values(lock.dependencies)[0];
  const keep = new Set();
  const walk = name => {
    if (keep.has(name) || buildOnly.has(name)) return;
    keep.add(name);
    for (const next of Object.keys(group[name]?.dependencies ?? {})) walk(next);
  };
  for (const [name, entry] of Object.entries(group)) if (entry.type !== 'Transitive' && entry.type !== 'CentralTransitive') walk(name);
  for (const [key, value] of packages) if (value.kind === 'nuget' && !keep.has(value.name) && group[value.name]) packages.delete(key);
}

function npm() {
  const file = join(root, 'src/admin/package-lock.json');
  if (!existsSync(file)) return;
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  for (const [path, entry] of Object.entries(lock.packages)) {
    if (!path || entry.dev || entry.devOptional || entry.link) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    packages.set(`npm/${name}@${entry.version}`, { kind: 'npm', name, version: entry.version, licence: entry.license ?? 'unknown', owner: '' });
  }
}

nuget();
withoutDesignTime();
npm();
const all = [...packages.values()].sort((a, b) => `${a.kind}${a.name}`.localeCompare(`${b.kind}${b.name}`, 'en'));
const refused = all.filter(p => !p.licence.split(/ (?:OR|AND) |[()]/).filter(Boolean).some(l => allowed.has(l)));

const notices = [
  'Comeback contains or uses the following works of others, each under its own licence.', '',
  ...all.map(p => `${p.name} ${p.version} (${p.kind}): ${p.licence}${p.owner ? `. ${p.owner}` : ''}`), '',
].join('\n');
const sbom = JSON.stringify({
  bomFormat: 'CycloneDX', specVersion: '1.6', version: 1,
  metadata: { component: { type: 'application', name: 'Comeback', licenses: [{ license: { id: 'Apache-2.0' } }] } },
  components: all.map(p => ({
    type: 'library', name: p.name, version: p.version,
    purl: `pkg:${p.kind}/${p.name.replace('@', '%40')}@${p.version}`,
    licenses: [/ (OR|AND) /.test(p.licence) ? { expression: p.licence } : { license: { id: p.licence } }],
  })),
}, null, 1) + '\n';

const files = { 'src/Comeback/THIRD-PARTY-NOTICES.txt': notices, 'src/Comeback/sbom.cdx.json': sbom };
let bad = refused.length > 0;
for (const p of refused) console.error(`${p.name} ${p.version}: licence "${p.licence}" is not on the allow-list`);
for (const [file, text] of Object.entries(files)) {
  const path = join(root, file);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
    bad = true;
    console.error(`${file} is stale: run node tests/notices.mjs`);
  }
}
console.log(`${all.length} packages`);
process.exit(bad ? 1 : 0);
