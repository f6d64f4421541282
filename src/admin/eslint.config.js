import { readdirSync } from 'node:fs';
import importX from 'eslint-plugin-import-x';
import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// The walls of the admin: app -> features -> components, lib, api. A feature never imports another; a new folder is walled by being there.
const features = readdirSync(new URL('src/features', import.meta.url), { withFileTypes: true }).filter((f) => f.isDirectory());
const zones = [
  ...features.map((f) => ({ target: `./src/features/${f.name}`, from: './src/features', except: [`./${f.name}`], message: 'A feature does not import another feature; the app composes them.' })),
  { target: './src/features', from: './src/app', message: 'Features do not know the app.' },
  { target: ['./src/components', './src/lib', './src/api'], from: ['./src/features', './src/app'], message: 'Components and lib know no feature.' },
  { target: ['./src/lib', './src/api'], from: './src/components', message: 'lib draws nothing.' },
];

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'src/api/types.ts'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { 'import-x': importX, 'react-hooks': hooks },
    settings: { 'import-x/resolver-next': [(await import('./dev/resolver.js')).resolver] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'no-restricted-syntax': ['error', { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Names come from strangers: never as markup.' }],
      'no-restricted-globals': ['error', { name: 'confirm', message: 'Offer undo instead.' }, { name: 'alert', message: 'Use a toast.' }],
    },
  },
);
