import { describe, expect, test } from 'vitest';
import { decimalOf, formatMoney, isZero, shareOf } from './money';

const plain = (text: string) => text.replace(/[\u00a0\u202f\u200f\u061c]/g, ' ').trim();

describe('money', () => {
  test.each([
    ['0', 2, '0.00'],
    ['5', 2, '0.05'],
    ['-5', 2, '-0.05'],
    ['1234', 0, '1234'],
    ['1234', 3, '1.234'],
    ['123456789012345678901234567890', 2, '1234567890123456789012345678.90'],
  ])('%s minor units with %i digits', (minor, digits, text) => expect(decimalOf(minor, digits)).toBe(text));

  test('an amount that no float can hold is written to the last unit', () =>
    expect(formatMoney({ minor: '900719925474099312', currency: 'GBP' }, 'en-GB')).toBe('£9,007,199,254,740,993.12'));

  test('ten to the twelfth', () => expect(plain(formatMoney({ minor: '100000000000000', currency: 'DKK' }, 'da-DK'))).toBe('1.000.000.000.000,00 kr.'));
  test('zero is an amount', () => expect(formatMoney({ minor: '0', currency: 'GBP' }, 'en-GB')).toBe('£0.00'));
  test('yen have no minor units', () => expect(formatMoney({ minor: '1500', currency: 'JPY' }, 'en-GB')).toContain('1,500'));
  test('dinars have three', () => expect(plain(formatMoney({ minor: '1500', currency: 'KWD' }, 'en-GB'))).toContain('1.500'));
  test('riyals in Arabic digits', () => expect(formatMoney({ minor: '123450', currency: 'SAR' }, 'ar-u-nu-arab')).toContain('١٬٢٣٤٫٥٠'));
  test('a currency that Intl refuses is still shown', () => expect(formatMoney({ minor: '1234', currency: '??' }, 'en-GB')).toBe('12.34 ??'));
  test('nothing is zero, and so is -0', () => expect([isZero(null), isZero({ minor: '-0', currency: 'GBP' }), isZero({ minor: '1', currency: 'GBP' })]).toEqual([true, true, false]));
  test('a share of amounts beyond floats', () => expect(shareOf({ minor: '250000000000000000000', currency: 'GBP' }, { minor: '1000000000000000000000', currency: 'GBP' })).toBe(0.25));
  test('a share of nothing is nothing', () => expect(shareOf({ minor: '5', currency: 'GBP' }, { minor: '0', currency: 'GBP' })).toBe(0));
});
