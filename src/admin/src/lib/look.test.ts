import { expect, test } from 'vitest';
import { lookOf } from './look';

test.each([
  ['', null, 'own'],
  ['?look=shopify', null, 'shopify'],
  ['?platform=wordpress', null, 'wordpress'],
  ['?embedded=1&shop=x.myshopify.com', null, 'shopify'],
  ['', 'wordpress', 'wordpress'],
  ['?look=own', 'wordpress', 'own'],
  ['?look=<script>', 'nonsense', 'own'],
])('the address %s and the memory %s look like %s', (search, remembered, look) => expect(lookOf(search, remembered)).toBe(look));
