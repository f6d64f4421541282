import type { Plugin } from 'vite';

// An invented service for working on the screens without one: `npm run dev -- --mode fixtures`. Never part of a build.

let seed = 7;
const random = () => ((seed = (seed * 16807) % 2147483647) / 2147483647);
const pick = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)]!;
const money = (minor: number, currency = 'DKK') => ({ minor: String(Math.round(minor)), currency });
const NOW = Date.UTC(2026, 10, 22, 14, 5);
const ago = (days: number) => new Date(NOW - days * 86_400_000).toISOString();
const day = (days: number) => ago(days).slice(0, 10);

const people = ['Freja Holm', 'Noah Lund', 'ليلى الحربي', 'عمر الشمري', 'Ida Krogh', 'Oscar Winther', 'Maja <b>Bold</b>', 'Emil Dahl', 'نورة القحطاني', 'Clara Skov', '', 'William Friis'];
const customers = Array.from({ length: 5000 }, (_, i) => ({
  id: String(i + 1), customerId: String(i + 1), name: people[i % people.length] || null, email: i % 17 === 3 ? null : `person${i}@example.com`, phone: i % 5 ? null : '+4520123456',
  country: pick(['DK', 'SE', 'SA', 'GB', 'DE', null]), orders: Math.ceil(random() ** 3 * 24), amountSpent: i === 4 ? money(1e14) : money(random() ** 2 * 900_000), lastOrderAt: i % 29 ? ago(random() * 300) : null,
  since: ago(random() * 90), why: pick(['order', 'time', 'event', 'found']),
}));

const sizes = (at: number, drift: number) => Array.from({ length: 90 }, (_, i) => ({ day: day(89 - i), members: Math.max(0, Math.round(at - drift * (89 - i) + Math.sin(i / 6) * at * 0.03)) }));
const segment = (key: string, name: string, n: number, share: number, definition: string, more: object = {}) => ({
  id: key, key, name, description: null, definition, stock: true, customers: n, amountSpent: money(share * 412_000_000), share, sizes: sizes(n, n / 400), evaluatedAt: ago(0), lagSeconds: 0, error: null, noData: false, version: 1, ...more,
});
const segments = [
  segment('my_eid', 'Eid shoppers in Jeddah', 212, 0.06, 'city = "Jeddah" AND number_of_orders >= 2', { stock: false }),
  segment('prospects', 'Prospects', 814, 0, 'number_of_orders = 0'),
  segment('first_time', 'First-time buyers', 1620, 0.14, 'number_of_orders = 1'),
  segment('repeat', 'Repeat buyers', 1405, 0.29, 'number_of_orders BETWEEN 2 AND 4'),
  segment('loyal', 'Loyal', 2566, 0.86, 'number_of_orders >= 2'),
  segment('regular', 'Regulars', 533, 0.18, 'number_of_orders >= 5 AND NOT MEMBER OF vip'),
  segment('vip', 'VIPs', 628, 0.39, 'top 15% by number_of_orders'),
  segment('clv_high', 'High value', 838, 0.58, 'top 20% by amount_spent exactly'),
  segment('clv_medium', 'Medium value', 2094, 0.33, 'top 70% by amount_spent exactly AND NOT top 20% by amount_spent exactly'),
  segment('clv_low', 'Low value', 1254, 0.09, 'bottom 30% by amount_spent'),
  segment('active', 'Active', 1932, 0.54, 'lifecycle IN (just_ordered, active)', { lagSeconds: 42 }),
  segment('slipping_away', 'Slipping away', 744, 0.21, 'lifecycle = slipping_away'),
  segment('inactive', 'Inactive', 1510, 0.25, 'lifecycle = inactive'),
  segment('lapsed', 'Lapsed', 2012, 0.38, 'number_of_orders >= 1 AND last_order_date <= -60d'),
  segment('frequent', 'Frequent', 611, 0.34, 'number_of_orders >= 3 AND own_gap <= store_median_gap'),
  segment('highly_engaged', 'Highly engaged', 402, 0.11, 'engagement = high'),
  segment('disengaged', 'Disengaged', 97, 0.01, 'engagement = none', { noData: true, sizes: [] }),
  segment('abandoned_cart', 'Left a cart', 38, 0.02, 'cart untouched 1h', { error: 'The catalogue is being read.' }),
  segment('bought_from:beans', 'Bought from Coffee beans', 1820, 0.51, 'bought from "Coffee beans"'),
  segment('bought_from:brewers', 'Bought from Brewers', 640, 0.22, 'bought from "Brewers"'),
  segment('interested_in:brewers', 'Interested in Brewers', 91, 0.03, 'interested in "Brewers"'),
];

const html = '<div style="font:16px sans-serif;max-width:560px;margin:24px auto;color:#222"><h1 style="font-size:22px">Hej Freja</h1><p>Your usual beans are roasted on Thursday. This week only, they come with free shipping.</p><p><a style="background:#7a3e1d;color:#fff;padding:10px 18px;border-radius:6px;text-decoration:none" href="#">See the beans</a></p><p style="color:#888;font-size:12px">Kardemomme ApS, Torvet 1, 8000 Aarhus, CVR 12345678. Unsubscribe</p></div>';
const campaign = (key: string, name: string, state: string, n: number) => ({
  key, name, kind: key.startsWith('b_') ? 'broadcast' : 'automation', state, segmentKey: key === 'win_back' ? 'lapsed' : 'vip', switchedOnAt: state === 'on' ? ago(40) : null, startsAt: key.startsWith('b_') ? ago(-2) : null,
  sent: n, opened: Math.round(n * 0.48), clicked: Math.round(n * 0.12), orders: Math.round(n * 0.04), revenue: money(n * 0.04 * 42_000), optOuts: Math.round(n * 0.004), skipped: Math.round(n * 0.3), wouldToday: 12, unknown: 0,
});
const campaigns = [campaign('first_order_thanks', 'First order thanks', 'on', 1204), campaign('abandoned_cart', 'Abandoned cart', 'on', 640), campaign('win_back', 'Win back', 'off', 0), campaign('vip_early_access', 'VIP early access', 'off', 0), campaign('b_autumn', 'Autumn roast', 'done', 611)];
const messages = Array.from({ length: 240 }, (_, i) => ({
  id: String(9000 + i), campaignKey: pick(campaigns).key, campaignName: 'Win back', step: 1, customerId: String(1 + (i % 12)), customerName: people[i % 12] || null, channel: 'email', state: pick(['sent', 'sent', 'delivered', 'queued', 'failed', 'dropped']),
  address: 'f•••@example.com', subject: pick(['Your usual beans, this week only', 'You left something behind', 'شكرًا على طلبك الأول', 'Tak for din første ordre']), createdAt: ago(i / 30), sentAt: ago(i / 30), opened: i % 2 === 0, clicked: i % 7 === 0, why: i % 9 ? null : 'orderPlaced',
}));

const settings = {
  settings: { vipSharePercent: 15, sender: { legalName: 'Kardemomme ApS', address: 'Torvet 1, 8000 Aarhus C', registrationNumber: '12345678', fromName: 'Kardemomme', fromEmail: 'hej@example.com', replyTo: null, ownDomains: [] }, quietHours: { start: '21:00', end: '09:00' }, pressure: { perDay: 1, perWeek: 3, highlyEngagedPerWeek: 4, disengagedDays: 14, daysAfterOrder: 3 }, existingCustomerBasis: { enabled: true, countries: ['DK'] }, notAShopper: null, languages: ['da', 'en'], smtp: null, weekEndsOn: null, countedStatuses: [], digits: 'latin' },
  version: 'a', hasSmtpPassword: false,
};

const page = <T>(all: T[], url: URL, size = 100) => {
  const from = Number(url.searchParams.get('after') ?? 0);
  return { items: all.slice(from, from + size), next: from + size < all.length ? String(from + size) : null, total: all.length };
};

type Answer = (url: URL, m: RegExpMatchArray, body: Record<string, string>) => unknown;
const store = (id: string, name: string, platform: string, orders: number) => ({ id, name, platform, state: 'active', currency: 'DKK', timeZone: 'Europe/Copenhagen', country: 'DK', language: 'da', createdAt: ago(700), now: new Date(NOW).toISOString(), inStepAt: ago(0), historyComplete: true, counts: { orders, orderLines: orders * 2, customers: orders / 3, products: 120, carts: 300, events: 90000 } });
let imported = 0;

const routes: [string, RegExp, Answer][] = [
  ['GET', /^\/api\/session$/, () => ({ mode: 'local', version: '0.1.0' })],
  ['GET', /^\/api\/stores$/, () => [store('1', 'Kardemomme', 'demo', 14402), store('2', 'Empty corner', 'import', 0)]],
  ['GET', /\/2\/home$/, () => ({ customers: 0, active: 0, slippingAway: 0, campaignRevenue: money(0), optOuts: 0, today: { sent: 0, opened: 0, clicked: 0, orders: 0, revenue: money(0) }, needs: [], sizes: [], outOfRate: 0 })],
  ['GET', /\/home$/, () => ({ customers: 5000, active: 1932, slippingAway: 744, campaignRevenue: money(12_845_000), optOuts: 31, today: { sent: 48, opened: 21, clicked: 6, orders: 2, revenue: money(84_500) }, needs: [{ kind: 'recipe', title: 'Win back is off', detail: 'It would have written to 12 customers today.', link: 'campaigns/win_back' }, { kind: 'failed', title: '2 messages failed', detail: null, link: 'outbox?state=failed' }], sizes: ['active', 'slipping_away', 'inactive', 'vip'].map((k) => { const s = segments.find((x) => x.key === k)!; return { key: k, name: s.name, points: s.sizes }; }), outOfRate: 3 })],
  ['GET', /\/segments$/, (url) => ({ asOf: ago(0), buyers: 4186, amountSpent: money(412_000_000), items: url.searchParams.get('many') ? [] : segments })],
  ['GET', /\/segments\/([^/]+)\/members$/, (url) => page(customers.filter((c) => !url.searchParams.get('search') || `${c.name} ${c.email}`.includes(url.searchParams.get('search')!)), url)],
  ['GET', /\/explain\//, () => ({ member: true, leavesAt: ago(-12), tree: { text: 'AND', truth: true, witness: null, children: [{ text: 'number_of_orders >= 1', truth: true, witness: '7 orders', children: [] }, { text: 'last_order_date <= -60d', truth: true, witness: 'last order 2026-08-03, 111 days ago', children: [] }] } })],
  ['POST', /\/segments\/check$/, (_, __, body) => body.definition!.includes('oops') ? { ok: false, normalised: null, errors: [{ line: 1, column: 1, length: 4, message: 'Unknown field oops.', expected: [], didYouMean: 'orders' }], warnings: [], customers: null, sample: [] } : { ok: true, normalised: body.definition, errors: [], warnings: [], customers: 212, sample: customers.slice(0, 8) }],
  ['GET', /\/segments\/([^/]+)$/, (_, m) => segments.find((s) => s.key === decodeURIComponent(m[1]!))],
  ['GET', /\/campaigns$/, () => campaigns],
  ['GET', /\/campaigns\/([^/]+)\/preview$/, () => ({ count: 12, skipped: [{ reason: 'noConsent', count: 41 }, { reason: 'orderPlaced', count: 3 }], examples: customers.slice(0, 3).map((c) => ({ customerId: c.id, name: c.name, subject: 'Your usual beans, this week only', html, text: 'Hej' })) })],
  ['GET', /\/campaigns\/([^/]+)\/people$/, (url) => page(customers.slice(0, 60).map((c) => ({ customerId: c.id, name: c.name, at: c.since, reason: url.searchParams.get('outcome') === 'skipped' ? 'noConsent' : null, messageId: '9001' })), url, 20)],
  ['GET', /\/campaigns\/([^/]+)\/backfill$/, () => ({ count: 87 })],
  ['GET', /\/campaigns\/([^/]+)$/, (_, m) => ({ campaign: campaigns.find((c) => c.key === m[1]), endsAt: null, rules: {}, version: 1, steps: [{ step: 0, delaySeconds: 3600, channel: 'email', usefulForSeconds: null, templates: [{ language: 'en', subject: 'Your usual {{ category }}', html, text: 'Hej {{ customer.first_name }}' }] }] })],
  ['GET', /\/customers$/, (url) => page(customers.filter((c) => !url.searchParams.get('search') || `${c.name} ${c.email}`.includes(url.searchParams.get('search')!)), url)],
  ['GET', /\/customers\/(\d+)\/timeline$/, () => ({ items: [['order', 'Order #10442', '2 lines', money(42_000)], ['event', 'Clicked in a message', 'Win back', null], ['event', 'Viewed a product', 'Ethiopia Guji', null], ['entered', 'Entered Lapsed', 'time passed', null], ['cart', 'Left a cart', 'Ethiopia Guji, 250 g', money(12_900)], ['consent', 'E-mail: consent given', 'checkout', null], ['order', 'Order #9981', '1 line', money(18_500)]].map(([kind, title, detail, amount], i) => ({ at: ago(i * 0.6), kind, title, detail, amount, link: null })), next: null, total: 7 })],
  ['GET', /\/customers\/(\d+)$/, (_, m) => ({ profile: { ...customers[Number(m[1]) - 1], city: 'Aarhus', language: 'da', tags: [], createdAt: ago(600), notAShopper: false }, facts: { orders: 7, amountSpent: money(341_200), firstOrderAt: ago(580), lastOrderAt: ago(74), ownGapDays: 41, expectedGapDays: 44.5, lifecycle: 'slipping_away', engagement: 'highly_engaged' }, segments: ['lapsed', 'vip', 'clv_high', 'bought_from:beans'].map((k) => ({ key: k, name: segments.find((s) => s.key === k)!.name, since: ago(14), why: k === 'lapsed' ? 'time' : 'an order: #10442' })), consents: [{ channel: 'email', state: 'granted', at: ago(580), source: 'checkout', wording: 'Yes, send me offers' }], reachable: { email: true, sms: false, whatsApp: false } })],
  ['GET', /\/messages$/, (url) => page(messages.filter((m) => !url.searchParams.get('state') || m.state === url.searchParams.get('state')), url, 50)],
  ['GET', /\/messages\/(\d+)\/body$/, () => html],
  ['GET', /\/messages\/(\d+)$/, (_, m) => ({ message: messages[Number(m[1]) - 9000], via: 'outbox', language: 'en', text: 'Hej Freja\n\nYour usual beans are roasted on Thursday.', links: [] })],
  ['GET', /\/settings$/, () => settings],
  ['PUT', /\/settings$/, () => settings],
  ['GET', /\/keys$/, () => [{ id: '1', name: 'Web shop', hint: 'x9Qd', createdAt: ago(20), lastUsedAt: ago(0.1) }]],
  ['POST', /\/imports\/preview$/, () => ({ layout: 'Shopify orders', delimiter: ',', encoding: 'UTF-8', columns: [{ name: 'Name', field: 'order', samples: ['#1001', '#1002'] }, { name: 'Email', field: 'email', samples: ['a@example.com'] }, { name: 'Notes', field: null, samples: [] }], missing: [], currencyGuess: 'DKK', problems: [] })],
  ['POST', /\/imports$/, () => ((imported = 0), { storeId: '2', importId: '1' })],
  ['GET', /\/imports\/\d+$/, () => ((imported = Math.min(100, imported + 9)), { id: '1', fileName: 'orders.csv', layout: 'Shopify orders', state: imported < 100 ? 'running' : 'done', rowsRead: imported * 5419, rowsRejected: imported * 13, orders: imported * 250, bytesRead: imported, bytesTotal: 100, rejectsByReason: { 'no customer': imported * 12, 'price is zero or less': imported }, error: null, startedAt: ago(0), endedAt: null })],
];

export function fixtures(): Plugin {
  return {
    name: 'fixtures',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const url = new URL(request.url ?? '/', 'http://localhost');
        if (!url.pathname.startsWith('/api')) return next();
        let text = '';
        request.on('data', (chunk) => (text += String(chunk)));
        request.on('end', () => {
          for (const [method, pattern, answer] of routes) {
            const match = method === request.method && url.pathname.match(pattern);
            if (!match) continue;
            const body = answer(url, match, text.startsWith('{') ? (JSON.parse(text) as Record<string, string>) : {});
            response.setHeader('Content-Type', typeof body === 'string' ? 'text/html' : 'application/json');
            if (body === undefined) response.statusCode = 404;
            return response.end(typeof body === 'string' ? body : JSON.stringify(body ?? { title: 'Not found' }));
          }
          response.statusCode = request.method === 'GET' ? 404 : 204;
          response.end();
        });
      });
    },
  };
}
