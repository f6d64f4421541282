import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';
import { walls } from './dev/walls.js';

export default tseslint.config(
  { ignores: ['node_modules', 'dist', 'src/api/types.ts'] },
  ...tseslint.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { house: walls, 'react-hooks': hooks },
    rules: {
      'house/walls': 'error',
      'react-hooks/rules-of-hooks': 'error',
      'react-hooks/exhaustive-deps': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      'no-restricted-syntax': ['error', { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Names come from strangers: never as markup.' }],
      'no-restricted-globals': ['error', { name: 'confirm', message: 'Offer undo instead.' }, { name: 'alert', message: 'Use a toast.' }],
    },
  },
);
